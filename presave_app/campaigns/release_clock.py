"""When a release comes out for whom: at one moment for the whole world, or where each fan is.

Whoever asks whether somebody's release is out asks here; nothing else knows the two clocks apart. Zones are
computed in Python alone, because the database has a table of zones of its own that may be another year's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from presave_app.campaigns.models import Campaign
from presave_app.lib.moments import find_zone, first_moment_at

_COLUMNS = (Campaign.release_at, Campaign.release_wall, Campaign.first_at, Campaign.time_zone, Campaign.clock)
# No place is further behind than UTC-12; campaign.first_at has the other end.
_FURTHEST_BEHIND = timedelta(hours=12)


@dataclass(frozen=True)
class ReleaseClock:
    """A release's time: clocks in `time_zone` show `wall` at the moment `at`; nobody is due before `first`."""

    at: datetime
    wall: datetime
    time_zone: str
    is_local: bool
    first: datetime

    @property
    def last(self) -> datetime:
        """The last moment at which somebody's release comes out."""
        return (self.wall + _FURTHEST_BEHIND).replace(tzinfo=UTC) if self.is_local else self.at

    def moment_in(self, zone: str | None) -> datetime:
        """When the release comes out for somebody in `zone`; who gives none, or one that is none, is with the label."""
        found = find_zone(zone) if self.is_local and zone else None
        return first_moment_at(self.wall, found) if found else self.at

    def is_out_for(self, zone: str | None, now: datetime) -> bool:
        """Whether somebody in `zone` has the release by now."""
        return self.moment_in(zone) <= now

    def is_split(self, now: datetime) -> bool:
        """Whether it may be out for some by now and not for others."""
        return self.first <= now < self.last


def release_clock(source: Campaign | Row[*tuple[Any, ...]]) -> ReleaseClock | None:
    """The clock of a campaign, or of a row that has its columns; None while it has no date."""
    if source.release_at is None or source.release_wall is None or source.first_at is None:
        return None
    return ReleaseClock(
        at=source.release_at,
        wall=source.release_wall,
        time_zone=source.time_zone,
        is_local=source.clock == "local",
        first=source.first_at,
    )


def lock_clock(session: Session, campaign_id: int, *, to_change: bool) -> ReleaseClock | None:
    """The campaign's clock as it stands, and stays until the transaction ends.

    Those who give a pre-save its due time share the lock; whoever changes what they all follow has it alone.
    """
    columns = select(*_COLUMNS).where(Campaign.id == campaign_id)
    return release_clock(session.execute(columns.with_for_update(read=not to_change, key_share=to_change)).one())
