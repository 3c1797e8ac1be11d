"""Wall clocks in zones: what they mean when clocks are changed, on odd days, and far out at sea."""

from __future__ import annotations

import time
import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest

from presave_app.lib import moments
from presave_app.lib.moments import BadMoment, find_zone, first_moment_at, moment_of

TABLE = [
    # On plain days.
    ("Europe/Berlin", "2026-12-04T00:00", "2026-12-03T23:00"),
    ("Asia/Kathmandu", "2026-12-04T00:00", "2026-12-03T18:15"),
    ("Pacific/Kiritimati", "2026-12-04T00:00", "2026-12-03T10:00"),
    ("Pacific/Pago_Pago", "2026-12-04T00:00", "2026-12-04T11:00"),
    ("Etc/GMT+12", "2026-12-04T00:00", "2026-12-04T12:00"),
    ("Pacific/Chatham", "2026-12-04T00:00", "2026-12-03T10:15"),
    ("Europe/Berlin", "2028-02-29T00:00", "2028-02-28T23:00"),
    ("Pacific/Auckland", "2028-02-29T00:00", "2028-02-28T11:00"),
    # Days on which clocks go forward at another hour.
    ("Europe/Berlin", "2027-03-28T00:00", "2027-03-27T23:00"),
    ("Europe/Berlin", "2027-03-29T00:00", "2027-03-28T22:00"),
    ("America/New_York", "2027-03-14T00:00", "2027-03-14T05:00"),
    ("America/New_York", "2027-03-15T00:00", "2027-03-15T04:00"),
    ("Australia/Lord_Howe", "2026-10-04T00:00", "2026-10-03T13:30"),
    ("Australia/Lord_Howe", "2026-10-05T00:00", "2026-10-04T13:00"),
    # Times that are left out: the first moment after the gap.
    ("America/Santiago", "2026-09-06T00:00", "2026-09-06T04:00"),
    ("America/Santiago", "2026-09-06T00:59:59", "2026-09-06T04:00"),
    ("Asia/Beirut", "2027-03-28T00:00", "2027-03-27T22:00"),
    ("Africa/Cairo", "2027-04-30T00:30", "2027-04-29T22:00"),
    ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T01:00"),
    ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:30"),
    ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),
    # Times that come twice: the first of them.
    ("Europe/Berlin", "2027-10-31T02:30", "2027-10-31T00:30"),
    ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
    ("Africa/Cairo", "2026-10-29T23:30", "2026-10-29T20:30"),
    ("Asia/Beirut", "2026-10-24T23:00", "2026-10-24T20:00"),
    ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45"),
    ("America/Santiago", "2027-04-03T23:30", "2027-04-04T02:30"),
]


@pytest.mark.parametrize(("zone", "wall", "moment"), TABLE)
def test_a_wall_clock_means_one_moment(zone: str, wall: str, moment: str) -> None:
    assert first_in(zone, datetime.fromisoformat(wall)) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(("zone", "wall", "moment"), TABLE)
def test_the_servers_own_zone_does_not_matter(
    zone: str, wall: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/St_Johns")
    time.tzset()
    try:
        test_a_wall_clock_means_one_moment(zone, wall, moment)
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


def test_no_clock_shows_an_earlier_time_at_that_moment() -> None:
    """At the moment a clock shows the time or has jumped over it, and just before it showed less."""
    wall = datetime(2027, 3, 28, 2, 30)  # noqa: DTZ001
    for zone in map(find_zone, moments.zone_names()):
        assert zone is not None
        moment = first_moment_at(wall, zone)
        assert moment.astimezone(zone).replace(tzinfo=None) >= wall
        assert (moment - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) < wall


def test_a_time_that_is_left_out_cannot_be_typed() -> None:
    zone = find_zone("America/Santiago")
    assert zone is not None
    with pytest.raises(BadMoment, match="00:00 does not exist"):
        moment_of(datetime(2026, 9, 6), zone)  # noqa: DTZ001


def test_all_zones_lie_within_26_hours_and_40_moments() -> None:
    """What campaign.first_at, the last moment and the rows of waves rely on, for the years one can plan."""
    for month in range(60):
        day = date(2026 + (11 + month) // 12, (11 + month) % 12 + 1, 1)
        wall = datetime.combine(day, datetime.min.time())
        found = {first_in(zone, wall) for zone in moments._known_zones()}
        assert len(found) <= 40
        begin = wall.replace(tzinfo=UTC)
        assert min(found) >= begin - timedelta(hours=14)
        assert max(found) <= begin + timedelta(hours=12)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "UTC\0", "europe/berlin", "x" * 9000, "é"])
def test_a_zone_that_is_none_is_none(name: str) -> None:
    assert find_zone(name) is None


@pytest.mark.parametrize("name", ["Asia/Calcutta", "Europe/Kiev", "Etc/GMT+12", "US/Pacific"])
def test_names_that_browsers_still_give_are_known(name: str) -> None:
    assert find_zone(name) is not None


def test_the_machines_own_zones_are_not_asked() -> None:
    assert zoneinfo.TZPATH == ()


def first_in(name: str, wall: datetime) -> datetime:
    zone = find_zone(name)
    assert zone is not None
    return first_moment_at(wall, zone)
