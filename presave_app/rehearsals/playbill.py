"""The playbill: what of a campaign and of those who wait for it goes into a play, as numbers.

Nothing of a fan is in it but how many there are of a kind: no token, no key of an account, no address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text

from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import ReleaseClock
from presave_app.campaigns.targets import find_targets
from presave_app.extensions import current_settings, db
from presave_app.streaming.connector import Connector
from presave_app.streaming.registry import connectors

# So many seconds' work of each service are played, and of a quick one no more than so many fans.
_SECONDS = 10
_LEAST, _MOST = 10, 250
# Those whose sign-in is dead take no call, and a few of them show that.
_MOST_DEAD = 20
# A service that names no window is held to its rate in one of this length, or a single early call would be too many.
_LEAST_WINDOW_SECONDS = 10.0

# As the calculation has it: whose sign-in is dead by their day is no part of any wave.
_CROWDS = text("""
    SELECT p.service, coalesce(p.time_zone, '') AS zone, p.is_test_fan, d.reason, count(*) AS number
    FROM pre_save p JOIN fan_grant g ON g.id = p.grant_id CROSS JOIN LATERAL (SELECT CASE
      WHEN p.state = 'needs_reauth' THEN coalesce(p.reason, 'grant_expired')
      WHEN g.state <> 'active' THEN 'grant_expired'
      WHEN g.hard_expires_at <= p.due_at THEN 'ends_early' END AS reason) d
    WHERE p.campaign_id = :id AND p.state IN ('armed', 'claimed', 'needs_reauth')
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3 DESC, 4
""")


@dataclass(frozen=True)
class Crowd:
    """So many fans of one service and zone. `dead` is why their sign-in is dead on the day; None: it is not."""

    service: str
    zone: str
    is_test: bool
    dead: str | None
    number: int


@dataclass(frozen=True)
class Role:
    """A service that plays: how the label names the release there, and how often its twin may be called."""

    service: str
    ref: str | None
    has_test_fans: bool
    calls: int
    window_seconds: float
    units_per_day: int | None


@dataclass(frozen=True)
class Playbill:
    """Everything that a play is told. The crowds are those that take part, in the order of their moments."""

    title: str
    artist: str
    kind: str
    upc: str | None
    clock: str
    time_zone: str
    release_wall: str
    release_at: str
    roles: tuple[Role, ...]
    crowds: tuple[Crowd, ...]

    @property
    def cast(self) -> int:
        """How many fans take part."""
        return sum(crowd.number for crowd in self.crowds)

    @property
    def has_living(self) -> bool:
        """Whether there is anybody to serve."""
        return any(crowd.dead is None for crowd in self.crowds)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Playbill:
        """What `as_json` has made."""
        crowds = tuple(Crowd(**crowd) for crowd in kept["crowds"])
        return cls(**{**kept, "roles": tuple(Role(**role) for role in kept["roles"]), "crowds": crowds})


def write_playbill(campaign: Campaign, release: ReleaseClock) -> Playbill:
    """The bill of a campaign as it stands now. Services that are off do not play, as nothing is added there."""
    on = connectors()
    rows = db.session.execute(_CROWDS, {"id": campaign.id}).all()
    found = [Crowd(row.service, row.zone, row.is_test_fan, row.reason, row.number) for row in rows if row.service in on]
    found.sort(key=lambda crowd: (release.moment_in(crowd.zone), not crowd.is_test))
    targets = find_targets(campaign.id)
    services = [service for service in on if any(crowd.service == service for crowd in found)]
    return Playbill(
        title=campaign.title,
        artist=campaign.artist,
        kind=campaign.kind,
        upc=campaign.upc,
        clock=campaign.clock,
        time_zone=campaign.time_zone,
        release_wall=release.wall.isoformat(),
        release_at=release.at.isoformat(),
        roles=tuple(
            _role(on[service], targets[service].ref if service in targets else None, found) for service in services
        ),
        crowds=tuple(crowd for service in services for crowd in _first_of(service, found)),
    )


def _role(connector: Connector, ref: str | None, crowds: list[Crowd]) -> Role:
    settings = current_settings().services[connector.service]
    window = max(settings.rate_window_seconds, _LEAST_WINDOW_SECONDS)
    return Role(
        service=connector.service,
        ref=ref,
        has_test_fans=any(crowd.is_test for crowd in crowds if crowd.service == connector.service),
        # The gate may be early by one call.
        calls=int(settings.calls_per_second * window) + 1,
        window_seconds=window,
        units_per_day=settings.units_per_day,
    )


def _first_of(service: str, crowds: list[Crowd]) -> list[Crowd]:
    """The first fans of a service, as many as can be played, and a few of those whose sign-in is dead."""
    rate = current_settings().services[service].calls_per_second
    room = {True: min(_MOST, max(_LEAST, int(rate * _SECONDS))), False: _MOST_DEAD}
    taken: list[Crowd] = []
    for crowd in (crowd for crowd in crowds if crowd.service == service):
        number = min(crowd.number, room[crowd.dead is None])
        room[crowd.dead is None] -= number
        if number:
            taken.append(Crowd(service, crowd.zone, crowd.is_test, crowd.dead, number))
    return taken
