"""When reminders are due: the campaign's clock, read where each fan is. They move with the date as pre-saves do."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.campaigns.release_clock import ReleaseClock
from presave_app.extensions import db

_ZONES = text("SELECT DISTINCT coalesce(time_zone, '') FROM reminder WHERE campaign_id = :id")

_MOVE = text("""
    UPDATE reminder r SET due_at = greatest(m.moment, r.created_at)
    FROM unnest(CAST(:zones AS text[]), CAST(:moments AS timestamptz[])) AS m(zone, moment)
    WHERE r.campaign_id = :id AND coalesce(r.time_zone, '') = m.zone
      AND r.due_at <> greatest(m.moment, r.created_at)
""")

_MOVE_WAYS = text("""
    UPDATE reminder_way w SET next_at = r.due_at FROM reminder r
    WHERE r.campaign_id = :id AND w.reminder_id = r.id AND w.state = 'armed' AND w.next_at <> r.due_at
""")

# Confirmations that wait, messages whose day has come, and what has to be ended.
_HAS_WORK = text("""
    SELECT EXISTS (SELECT 1 FROM reminder_way WHERE state IN ('unconfirmed', 'armed') AND next_at <= now()
                     AND (lease_until IS NULL OR lease_until < now()))
""")


def recompute(session: Session, campaign_id: int, release: ReleaseClock) -> None:
    """Bring every reminder in line with its campaign's clock. Call it where that is changed, under its lock."""
    zones = list(session.execute(_ZONES, {"id": campaign_id}).scalars())
    moments = [release.moment_in(zone) for zone in zones]
    session.execute(_MOVE, {"id": campaign_id, "zones": zones, "moments": moments})
    session.execute(_MOVE_WAYS, {"id": campaign_id})


def has_work() -> bool:
    """Whether something may have to be sent now."""
    return db.session.execute(_HAS_WORK).scalar_one()
