"""What the artist's page tells besides the number: the next milestone, the days, and where the fans are.

Only sums leave this module: a country shows from five fans on, and the rest is one number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_skeleton
from sqlalchemy import text

from presave_app.counts.trends import DAYS, Trend, trends_of
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.lib.countries import country_of
from presave_app.lib.languages import locale_now
from presave_app.lib.memo import ShortMemo

LEAST_FANS = 5
_MOST_COUNTRIES = 6
# The drawing of the days: a step for each, the ground they stand on, and how high the highest is.
_STEP, _GROUND, _HIGHEST = 24, 84, 58
# So many days must lie between two numbers that stand in the drawing.
_ROOM = 3
# An open page asks every twenty seconds; ten that are open together cost one reading.
_KEEP = timedelta(seconds=10)
_KNOWN_CAMPAIGNS = 256

_ZONES = text("""
    SELECT time_zone, count(*) AS n FROM pre_save
    WHERE campaign_id = :id AND state <> 'withdrawn' GROUP BY time_zone
""")


@dataclass(frozen=True)
class Facts:
    """The days, and how many fans each time zone has, as they were read."""

    trend: Trend
    zones: Mapping[str | None, int]


@dataclass(frozen=True)
class Countries:
    """The countries with the most fans, by name, and all other fans as one number."""

    named: list[tuple[str, int]]
    elsewhere: int


@dataclass(frozen=True)
class Milestone:
    """The next round number, how far it is, and how much of the way from the last one is done, in hundredths."""

    number: int
    to_go: int
    done: int


@dataclass(frozen=True)
class Day:
    """A bar of the drawing: where and how high, and at which height its number stands, if it is told."""

    name: str
    number: int
    x: int
    y: int
    height: int
    told_at: int | None


_memo: ShortMemo[Facts] = ShortMemo(keep=_KEEP, size=_KNOWN_CAMPAIGNS)


def find_facts(campaign_id: int) -> Facts:
    """The facts of a campaign, at most ten seconds old."""
    return _memo.get(str(campaign_id), lambda: _read(campaign_id))


def forget_facts() -> None:
    """Forget what this process remembers, for tests that empty the database."""
    _memo.forget()


def next_milestone(total: int) -> Milestone:
    """100, 250, 500, 1,000, 2,500 and so on, whatever the size."""
    before, scale = 0, 100
    while True:
        for number in (scale, scale * 5 // 2, scale * 5):
            if number > total:
                return Milestone(number, number - total, (total - before) * 100 // (number - before))
            before = number
        scale *= 10


def countries_of(zones: Mapping[str | None, int]) -> Countries:
    """Fans by country, the most first; whoever's country is unknown or has too few fans is elsewhere."""
    found: Counter[str] = Counter()
    for zone, number in zones.items():
        country = country_of(zone) if zone else None
        if country:
            found[country] += number
    shown = [(country, number) for country, number in found.most_common(_MOST_COUNTRIES) if number >= LEAST_FANS]
    names = locale_now().territories
    elsewhere = sum(zones.values()) - sum(number for _, number in shown)
    # Fewer than that who are elsewhere could be told one by one, so the smallest country joins them.
    if shown and 0 < elsewhere < LEAST_FANS:
        elsewhere += shown.pop()[1]
    return Countries([(str(names.get(country, country)), number) for country, number in shown], elsewhere)


def days_of(trend: Trend) -> list[Day]:
    """The bars of the last two weeks; the highest says its number, and the newest where there is room beside it."""
    most = max(trend.days) or 1
    heights = [max(round(_HIGHEST * number / most), 1) for number in trend.days]
    peak = trend.days.index(max(trend.days))
    told = {peak, DAYS - 1} if DAYS - 1 - peak >= _ROOM else {peak}
    return [_day(place, number, heights, place in told) for place, number in enumerate(trend.days)]


def _day(place: int, number: int, heights: list[int], is_told: bool) -> Day:
    moment = clock.now() - timedelta(days=DAYS - 1 - place)
    # A number is wider than its bar, so it stands above the neighbours too.
    above = max(heights[max(place - 1, 0) : place + 2])
    return Day(
        _day_name(moment),
        number,
        x=place * _STEP,
        y=_GROUND - heights[place],
        height=heights[place],
        told_at=_GROUND - above - 5 if is_told and number else None,
    )


def _day_name(moment: datetime) -> str:
    return format_skeleton("MMMd", moment, locale=locale_now())


def _read(campaign_id: int) -> Facts:
    zones = {row.time_zone: row.n for row in db.session.execute(_ZONES, {"id": campaign_id})}
    return Facts(trends_of([campaign_id])[campaign_id], zones)
