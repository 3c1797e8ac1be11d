"""Wall-clock times in named zones, and the moments in UTC that they mean."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


class BadMoment(ValueError):
    """Not a time that exists; the message says why."""


@cache
def zone_names() -> tuple[str, ...]:
    """Zones a person may choose, as in the IANA database: areas and places, and UTC."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return ("UTC", *sorted(places))


def find_zone(name: str) -> ZoneInfo | None:
    """The zone of that name, or None."""
    try:
        return ZoneInfo(name) if name and name in available_timezones() else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def moment_of(wall_clock: datetime, zone: ZoneInfo) -> datetime:
    """The moment in UTC at which clocks in `zone` show `wall_clock` (naive).

    A time that happens twice means the first one; one that a change to summer time leaves out raises BadMoment.
    """
    moment = wall_clock.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != wall_clock:
        raise BadMoment(f"{wall_clock:%H:%M} does not exist on that day in {zone.key}: clocks jump over it.")
    return moment
