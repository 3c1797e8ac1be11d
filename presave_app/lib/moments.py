"""Wall-clock times in named zones, and the moments in UTC that they mean."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

# The zones of the installed package, never those of the machine: every process then means the same moment.
zoneinfo.reset_tzpath(())

_SECOND = timedelta(seconds=1)


class BadMoment(ValueError):
    """Not a time that exists; the message says why."""


@cache
def zone_names() -> tuple[str, ...]:
    """Zones a person may choose, as in the IANA database: areas and places, and UTC."""
    places = (name for name in _known_zones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return ("UTC", *sorted(places))


def find_zone(name: str) -> ZoneInfo | None:
    """The zone of that name, or None. Takes every name a browser may give, old ones too."""
    return ZoneInfo(name) if name in _known_zones() else None


def place_of(zone: str) -> str:
    """The place a zone is named for, as people write it."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def wall_words(wall_clock: datetime) -> str:
    """A day and a time as a team reads them: Friday, 4 December 2026, 00:00. Seconds only where there are any."""
    time = f"{wall_clock:%H:%M:%S}" if wall_clock.second else f"{wall_clock:%H:%M}"
    return f"{wall_clock:%A}, {wall_clock.day} {wall_clock:%B %Y}, {time}"


def moment_of(wall_clock: datetime, zone: ZoneInfo) -> datetime:
    """The moment in UTC at which clocks in `zone` show `wall_clock` (naive).

    A time that happens twice means the first one; one that a change to summer time leaves out raises BadMoment.
    """
    moment = _with_offset_before(wall_clock, zone)
    if not _shows(moment, wall_clock, zone):
        raise BadMoment(f"{wall_clock:%H:%M} does not exist on that day in {zone.key}: clocks jump over it.")
    return moment


def first_moment_at(wall_clock: datetime, zone: ZoneInfo) -> datetime:
    """Like `moment_of`, but a time that is left out means the first moment after the gap."""
    late = _with_offset_before(wall_clock, zone)
    if _shows(late, wall_clock, zone):
        return late
    # The jump lies between the two readings of a time in a gap (PEP 495); clocks jump on full seconds.
    early = wall_clock.replace(tzinfo=zone, fold=1).astimezone(UTC)
    offset_after = late.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == offset_after:
            late = middle
        else:
            early = middle
    return late.replace(microsecond=0)


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _with_offset_before(wall_clock: datetime, zone: ZoneInfo) -> datetime:
    """Read with the offset that holds before a change of the clocks near it."""
    return wall_clock.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _shows(moment: datetime, wall_clock: datetime, zone: ZoneInfo) -> bool:
    return moment.astimezone(zone).replace(tzinfo=None) == wall_clock
