"""How long the adds of a service take: wave after wave, at its allowed rate and within its daily budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Pace:
    """What a service lets through: fans a second, and fans a day in its own zone; None where it sets no budget."""

    fans_a_second: float
    fans_a_day: int | None
    zone: str

    @property
    def serves(self) -> bool:
        """Whether anybody gets through: a budget may be less than one fan takes."""
        return self.fans_a_day != 0


def ends_of(waves: Sequence[tuple[datetime, int]], pace: Pace) -> list[datetime]:
    """When the last add of each wave is made; the waves come in the order of their moments.

    Raises ValueError where nobody gets through: no such moment ever comes.
    """
    if not pace.serves:
        raise ValueError("no fan fits into the daily budget")
    free_at, spent, ends = None, dict[object, int](), list[datetime]()
    for at, number in waves:
        moment = max(at, free_at or at)
        while number > 0:
            day, midnight = _day_of(moment, pace.zone)
            fans = min(number, _left(pace, spent.get(day, 0), midnight - moment))
            if fans <= 0:
                moment = midnight
                continue
            spent[day] = spent.get(day, 0) + fans
            number -= fans
            moment += timedelta(seconds=fans / pace.fans_a_second)
        free_at = moment
        ends.append(moment)
    return ends


def _left(pace: Pace, spent: int, until_midnight: timedelta) -> int:
    """How many fans fit into what is left of the day; all of them where no day has a budget.

    One that is begun before midnight may end after it, or a very slow service would never begin any.
    """
    if pace.fans_a_day is None:
        return 1 << 62
    return min(max(0, pace.fans_a_day - spent), max(1, int(until_midnight.total_seconds() * pace.fans_a_second)))


def _day_of(moment: datetime, zone: str) -> tuple[object, datetime]:
    here = ZoneInfo(zone)
    day = moment.astimezone(here).date()
    midnight = datetime.combine(day + timedelta(days=1), time(), here)
    return day, midnight.astimezone(moment.tzinfo)
