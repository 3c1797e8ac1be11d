"""What the artist's page tells besides the number: the next milestone, the days, and where the fans are.

Only sums leave this module: a country shows from five fans on, and the rest is one number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from sqlalchemy import text

from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.lib.countries import country_of
from presave_app.lib.languages import locale_now
from presave_app.lib.memo import ShortMemo
from presave_app.lib.moments import find_zone, first_moment_at

DAYS = 14
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

# The days begin where Python says; whoever comes after the last beginning belongs to the last day.
_DAILY = text("""
    SELECT width_bucket(accepted_at, CAST(:starts AS timestamptz[])) AS place, count(*) AS n FROM pre_save
    WHERE campaign_id = :id AND state <> 'withdrawn' AND accepted_at >= :first GROUP BY 1
""")


@dataclass(frozen=True)
class Facts:
    """Pre-saves of the last days up to `today`, the oldest first, and how many fans each time zone has.

    A day is a date as clocks in the campaign's zone show it.
    """

    days: tuple[int, ...]
    today: date
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


def find_facts(campaign: Campaign) -> Facts:
    """The facts of a campaign, at most ten seconds old."""
    campaign_id, zone = campaign.id, find_zone(campaign.time_zone) or ZoneInfo("UTC")
    return _memo.get(f"{campaign_id} {zone.key}", lambda: _read(campaign_id, zone))


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


def days_of(numbers: Sequence[int], today: date) -> list[Day]:
    """The bars of days up to `today`; the highest says its number, and the newest where there is room beside it."""
    most, newest = max(numbers) or 1, len(numbers) - 1
    heights = [max(round(_HIGHEST * number / most), 1) for number in numbers]
    peak = numbers.index(max(numbers))
    told = {peak, newest} if newest - peak >= _ROOM else {peak}
    return [
        _day(today - timedelta(days=newest - place), place, number, heights, place in told)
        for place, number in enumerate(numbers)
    ]


def starts_of(today: date, zone: ZoneInfo) -> list[datetime]:
    """The moments at which clocks in `zone` begin each of the days up to `today`, where a day may have 23 hours."""
    days = (today - timedelta(days=ago) for ago in reversed(range(DAYS)))
    return [first_moment_at(datetime.combine(day, time.min), zone) for day in days]


def read_days(campaign_id: int, starts: list[datetime]) -> tuple[int, ...]:
    """How many pre-saves there are of each of the days that begin at these moments, read now."""
    rows = db.session.execute(_DAILY, {"id": campaign_id, "starts": starts, "first": starts[0]})
    found = {row.place: row.n for row in rows}
    return tuple(found.get(place, 0) for place in range(1, len(starts) + 1))


def _day(day: date, place: int, number: int, heights: list[int], is_told: bool) -> Day:
    # A number is wider than its bar, so it stands above the neighbours too.
    above = max(heights[max(place - 1, 0) : place + 2])
    return Day(
        format_skeleton("MMMd", datetime.combine(day, time.min), locale=locale_now()),
        number,
        x=place * _STEP,
        y=_GROUND - heights[place],
        height=heights[place],
        told_at=_GROUND - above - 5 if is_told and number else None,
    )


def _read(campaign_id: int, zone: ZoneInfo) -> Facts:
    zones = {row.time_zone: row.n for row in db.session.execute(_ZONES, {"id": campaign_id})}
    today = clock.now().astimezone(zone).date()
    return Facts(read_days(campaign_id, starts_of(today, zone)), today, zones)
