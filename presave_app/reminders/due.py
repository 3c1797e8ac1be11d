"""When reminders are due: by the campaign's clock, read where each fan is; notices when a pre-save needs its fan."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app import mail
from presave_app.campaigns.release_clock import ReleaseClock
from presave_app.extensions import current_settings, db
from presave_app.reminders.states import Kind
from presave_app.streaming.registry import connectors

_ZONES = text("SELECT DISTINCT coalesce(time_zone, '') FROM reminder WHERE campaign_id = :id")

_MOVE = text("""
    UPDATE reminder r SET due_at = greatest(m.moment, r.created_at)
    FROM unnest(CAST(:zones AS text[]), CAST(:moments AS timestamptz[])) AS m(zone, moment)
    WHERE r.campaign_id = :id AND coalesce(r.time_zone, '') = m.zone
      AND r.due_at <> greatest(m.moment, r.created_at)
""")

_MOVE_WAYS = text("""
    UPDATE reminder_way w SET next_at = CASE WHEN r.pre_save_id IS NULL THEN r.due_at END FROM reminder r
    WHERE r.campaign_id = :id AND w.reminder_id = r.id AND w.state = 'armed' AND w.next_at <> r.due_at
""")

# A question that goes out as soon as mail does.
QUESTIONS = """
    reminder_way d WHERE d.state = 'unconfirmed' AND d.kind = 'email' AND d.next_at <= now()
      AND d.address_sealed IS NOT NULL
"""

# A kind that this installation can send, of a page that is there.
CAN_GO = "d.state = 'armed' AND d.kind = ANY(:kinds) AND k.published_at IS NOT NULL"
# The same, in nobody's hands.
_IS_FREE = f"{CAN_GO} AND (d.lease_until IS NULL OR d.lease_until < now())"

# A message whose day has come.
OF_THE_DAY = f"""
    reminder_way d JOIN reminder r ON r.id = d.reminder_id JOIN campaign k ON k.id = r.campaign_id
    WHERE {_IS_FREE} AND r.pre_save_id IS NULL AND d.next_at <= now() AND k.first_at <= now()
"""

# A notice to a fan whose permission is lost, and who can give it again. A release on hold has its fans told too:
# it is about their permission, and time to repair it is what a hold gives them. `next_at` is that of another try.
OF_PERMISSIONS = f"""
    pre_save p JOIN reminder r ON r.pre_save_id = p.id JOIN reminder_way d ON d.reminder_id = r.id
      JOIN campaign k ON k.id = p.campaign_id
    WHERE p.state = 'needs_reauth' AND p.service = ANY(:services) AND {_IS_FREE}
      AND coalesce(d.next_at, '-infinity') <= now()
"""

# As above, where the permission has not ended yet but will have by the day, and the team lets its fan know.
OF_EARLY_ENDS = f"""
    reminder r JOIN pre_save p ON p.id = r.pre_save_id JOIN fan_grant g ON g.id = p.grant_id
      JOIN reminder_way d ON d.reminder_id = r.id JOIN campaign k ON k.id = p.campaign_id
    WHERE r.asked_at IS NOT NULL AND p.state = 'armed' AND g.hard_expires_at <= p.due_at
      AND p.service = ANY(:services) AND {_IS_FREE} AND coalesce(d.next_at, '-infinity') <= now()
"""

_HAS_WORK = text(f"""
    SELECT (:asks AND EXISTS (SELECT 1 FROM {QUESTIONS})) OR EXISTS (SELECT 1 FROM {OF_THE_DAY})
      OR EXISTS (SELECT 1 FROM {OF_PERMISSIONS}) OR EXISTS (SELECT 1 FROM {OF_EARLY_ENDS})
""")  # noqa: S608 - constants of this file


def recompute(session: Session, campaign_id: int, release: ReleaseClock) -> None:
    """Bring every reminder in line with its campaign's clock. Call it where that is changed, under its lock."""
    zones = list(session.execute(_ZONES, {"id": campaign_id}).scalars())
    moments = [release.moment_in(zone) for zone in zones]
    session.execute(_MOVE, {"id": campaign_id, "zones": zones, "moments": moments})
    session.execute(_MOVE_WAYS, {"id": campaign_id})


def sendable() -> dict[str, list[str]]:
    """What the conditions above ask of this installation: the kinds of messages it can send, the services it serves."""
    kinds = [Kind.EMAIL] * mail.is_on() + [Kind.PUSH] * bool(current_settings().vapid)
    return {"kinds": [str(kind) for kind in kinds], "services": list(connectors())}


def has_work() -> bool:
    """Whether something can be sent now, by the very conditions under which it is taken: nobody rings in vain."""
    return db.session.execute(_HAS_WORK, {"asks": mail.is_on(), **sendable()}).scalar_one()
