"""What a team is told of each service: whether it is on, how to turn it on, whom and how many it can serve."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from presave_app.extensions import current_settings
from presave_app.lib.languages import say
from presave_app.presaves.seats import Seats, find_seats
from presave_app.settings import ServiceOptions, ServiceSettings
from presave_app.streaming.connector import Connector, Setup
from presave_app.streaming.registry import SERVICES, connectors

_DAY_SECONDS = 86_400
# The add, the look right after it and the one a day later, and renewing the sign-in.
_CALLS_A_FAN = 4


@dataclass(frozen=True)
class ServiceFacts:
    """One service. `missing` are the settings that would turn it on; `fans_a_day` is none while it is off."""

    service: str
    name: str
    is_on: bool
    missing: tuple[str, ...]
    place: str
    setup: Setup
    fans_a_day: int | None
    calls_per_second: float
    units_per_day: int | None
    rate_setting: str
    seats: Seats | None
    days_of_permission: int | None
    is_proven: bool


def all_facts() -> list[ServiceFacts]:
    """Every service that can save something, in the order of the fan's page."""
    return [_facts(options, kind, connectors().get(options.service)) for options, kind in SERVICES]


def _facts(options: ServiceOptions, kind: type[Connector], connector: Connector | None) -> ServiceFacts:
    settings = current_settings().services[options.service]
    life = connector.grant_life if connector else kind.grant_life
    return ServiceFacts(
        service=options.service,
        name=kind.name,
        is_on=connector is not None,
        missing=tuple(name for name in options.credentials if not settings.credentials.get(name)),
        place=say(kind.place, service=kind.name),
        setup=kind.setup,
        fans_a_day=_fans_a_day(settings, kind) if connector else None,
        calls_per_second=settings.calls_per_second,
        units_per_day=settings.units_per_day,
        rate_setting=options.rate_name,
        seats=find_seats(connector) if connector else None,
        days_of_permission=life.days if life else None,
        is_proven=kind.add_is_proof,
    )


def _fans_a_day(settings: ServiceSettings, kind: type[Connector]) -> int:
    """As many as the allowed rate and the daily budget let through, whichever is less."""
    by_rate = floor(settings.calls_per_second * _DAY_SECONDS / _CALLS_A_FAN)
    if settings.units_per_day is None:
        return by_rate
    return min(by_rate, settings.units_per_day // (kind.units.add + 2 * kind.units.look))
