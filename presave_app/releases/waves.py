"""Waves: the pre-saves due together, when they are due, which services have work, and how late the oldest is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, TextClause, text

from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import ReleaseClock, lock_clock, release_clock
from presave_app.extensions import db
from presave_app.presaves.claims import CLAIMABLE, DUE
from presave_app.releases.gate import IS_OPEN
from presave_app.reminders import due as reminders
from presave_app.streaming.registry import connectors

_OVERDUE = text(f"""
    SELECT extract(epoch FROM now() - min(p.due_at)) FROM {DUE}
      AND (CAST(:campaign_id AS integer) IS NULL OR p.campaign_id = :campaign_id)
""")  # noqa: S608 - a constant of the engine

# A fan whose zone is not known is in the zone '' here.
_ZONES = text("SELECT DISTINCT coalesce(time_zone, '') FROM pre_save WHERE campaign_id = :id")

_MOVE = text("""
    UPDATE pre_save p SET due_at = greatest(m.moment, p.accepted_at), next_at = greatest(m.moment, p.accepted_at)
    FROM unnest(CAST(:zones AS text[]), CAST(:moments AS timestamptz[])) AS m(zone, moment)
    WHERE p.campaign_id = :id AND coalesce(p.time_zone, '') = m.zone
      AND p.state IN ('armed', 'claimed', 'needs_reauth', 'failed')
      AND p.due_at <> greatest(m.moment, p.accepted_at)
    RETURNING p.id
""")

EVERYWHERE = "everywhere"

# A release that is put off after its page turned is to turn once more.
_TURN_AGAIN = text(
    "UPDATE campaign SET flipped_at = NULL WHERE id = :id AND first_at > now() AND flipped_at IS NOT NULL"
)

_BY_ZONE = text("""
    SELECT coalesce(time_zone, '') AS zone, count(*) AS total, count(*) FILTER (WHERE state = 'done') AS done,
           count(*) FILTER (WHERE state IN ('armed', 'claimed')) AS open
    FROM pre_save WHERE campaign_id = :id AND state <> 'withdrawn' GROUP BY 1
""")


@dataclass(frozen=True)
class Wave:
    """The fans for whom a release comes out at one moment, to the minute.

    `zones` are where they are, or `EVERYWHERE` alone. Whoever pre-saves after the moment belongs to the wave of
    their zone all the same. `total` is `done`, `open` (waiting or being added) and `needs_care` together.
    """

    due_at: datetime
    zones: tuple[str, ...]
    label: str
    total: int
    done: int
    open: int

    @property
    def needs_care(self) -> int:
        """Those whom a person has to help: the fan who reconnects, or the team that looks at a refusal."""
        return self.total - self.done - self.open


def find_waves(campaign_id: int) -> list[Wave]:
    """A campaign's waves, the first one first. There are never more than the world has offsets from UTC: under 40."""
    release = release_clock(db.session.get_one(Campaign, campaign_id))
    if release is None:
        return []
    together: dict[datetime, list[Row[Any]]] = defaultdict(list)
    for row in db.session.execute(_BY_ZONE, {"id": campaign_id}):
        together[release.moment_in(row.zone).replace(second=0, microsecond=0)].append(row)
    return [_wave(due_at, rows, release) for due_at, rows in sorted(together.items())]


def _wave(due_at: datetime, rows: Sequence[Row[Any]], release: ReleaseClock) -> Wave:
    zones = {row.zone or release.time_zone for row in rows} if release.is_local else {EVERYWHERE}
    return Wave(
        due_at=due_at,
        zones=tuple(sorted(zones)),
        label=_offset_words(release.wall - due_at.replace(tzinfo=None)) if release.is_local else "Everybody",
        total=sum(row.total for row in rows),
        done=sum(row.done for row in rows),
        open=sum(row.open for row in rows),
    )


def _offset_words(ahead: timedelta) -> str:
    """How far clocks are ahead of UTC: UTC+5:30."""
    hours, minutes = divmod(round(abs(ahead).total_seconds() / 60), 60)
    sign = "\N{MINUS SIGN}" if ahead < timedelta(0) else "+"
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def oldest_overdue_seconds(campaign_id: int | None = None) -> int | None:
    """How long the oldest pre-save that could be added has been due, in seconds; None when none is.

    Held campaigns, crowds behind their test fans and releases that their service does not show yet don't count.
    """
    seconds = db.session.execute(_OVERDUE, {"campaign_id": campaign_id}).scalar_one()
    return None if seconds is None else int(seconds)


def recompute_due(campaign_id: int) -> int:
    """Bring every open pre-save's due time in line with its campaign's clock; returns how many moved.

    Call it in the transaction that changes date, zone or clock. A claim in someone's hands is checked against
    the new time once more before its call starts. What the service refused moves too: it may be tried again.
    """
    session = db.session()
    release = lock_clock(session, campaign_id, to_change=True)
    if release is None:
        return 0
    session.execute(_TURN_AGAIN, {"id": campaign_id})
    # Claims are locked in the order in which those who settle them do; nobody else takes more than one.
    claimed = text("SELECT 1 FROM pre_save WHERE campaign_id = :id AND state = 'claimed' ORDER BY id FOR UPDATE")
    session.execute(claimed, {"id": campaign_id})
    # A large campaign takes longer than a page may: this one statement may, for half-done is not an answer.
    session.execute(text("SET LOCAL statement_timeout = '120s'"))
    zones = list(session.execute(_ZONES, {"id": campaign_id}).scalars())
    moments = [release.moment_in(zone) for zone in zones]
    moved = session.execute(_MOVE, {"id": campaign_id, "zones": zones, "moments": moments})
    reminders.recompute(session, campaign_id, release)
    return len(moved.all())


def services_with_due_adds() -> list[str]:
    """Services that are on, whose gate is open, and that have a pre-save to claim right now."""
    return _services(
        text(f"""
            SELECT s.service FROM unnest(CAST(:services AS text[])) AS s(service)
            LEFT JOIN service_gate g ON g.service = s.service
            WHERE {IS_OPEN} AND EXISTS (SELECT 1 FROM {CLAIMABLE} AND p.service = s.service)
        """)  # noqa: S608 - constants of the engine
    )


def services_with_due_read_backs() -> list[str]:
    """Services that are on, whose gate is open, with a library to look into and no add that should go first.

    Adds in a worker's hands go first too: both need the same permits.
    """
    busy = services_with_due_adds()
    due = _services(
        text(f"""
            SELECT s.service FROM unnest(CAST(:services AS text[])) AS s(service)
            LEFT JOIN service_gate g ON g.service = s.service
            WHERE {IS_OPEN} AND NOT EXISTS (SELECT 1 FROM pre_save p WHERE p.service = s.service
                AND p.state = 'claimed' AND p.lease_until >= now())
              AND EXISTS (SELECT 1 FROM pre_save p WHERE p.service = s.service AND p.read_back_at <= now())
        """)  # noqa: S608 - a constant of the engine
    )
    return [service for service in due if service not in busy]


def _services(statement: TextClause) -> list[str]:
    return list(db.session.execute(statement, {"services": list(connectors())}).scalars())
