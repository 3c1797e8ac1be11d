"""What the artist's page tells besides the number, and what it never tells."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from crowds import put_crowd
from fans import run_sql
from flask import Flask
from flask.testing import FlaskClient
from listings import counted_queries
from makers import make_campaign, make_team

from presave_app.campaigns.campaign import live_path
from presave_app.campaigns.models import Campaign
from presave_app.counts.stage_facts import (
    countries_of,
    days_of,
    find_facts,
    forget_facts,
    next_milestone,
    read_days,
    starts_of,
)
from presave_app.extensions import db
from presave_app.lib import clock

NOVEMBER = date(2026, 11, 22)


@pytest.fixture
def campaign_id(app: Flask) -> int:
    return make_campaign(make_team(), title="Night Drive", artist="Alba Voss")


@pytest.fixture
def path(campaign_id: int) -> str:
    return live_path(db.session.get_one(Campaign, campaign_id))


@pytest.mark.parametrize(
    ("total", "number", "to_go", "done"),
    [
        (0, 100, 100, 0),
        (99, 100, 1, 99),
        (100, 250, 150, 0),
        (700, 1_000, 300, 40),
        (4_210, 5_000, 790, 68),
        (1_000_000, 2_500_000, 1_500_000, 0),
    ],
)
def test_the_next_milestone_is_a_round_number(total: int, number: int, to_go: int, done: int) -> None:
    found = next_milestone(total)
    assert (found.number, found.to_go, found.done) == (number, to_go, done)


def test_a_country_with_fewer_than_five_fans_is_not_told(app: Flask) -> None:
    zones = {"Europe/Berlin": 9, "Europe/Busingen": 3, "Europe/Paris": 5, "Asia/Tokyo": 4, "UTC": 2, None: 7}
    found = countries_of(zones)
    assert found.named == [("Germany", 12), ("France", 5)]
    assert found.elsewhere == 13


def test_the_few_who_are_elsewhere_are_joined_by_the_smallest_country(app: Flask) -> None:
    found = countries_of({"Europe/Berlin": 9, "Europe/Paris": 5, "Asia/Tokyo": 1})
    assert found.named == [("Germany", 9)]
    assert found.elsewhere == 6


def told(*numbers: int) -> list[int]:
    return [day.number for day in days_of(numbers, NOVEMBER) if day.told_at is not None]


def test_the_highest_day_and_the_newest_say_their_number(app: Flask) -> None:
    assert told(0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) == [3, 1]
    assert told(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1) == [2]
    assert told(0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) == [3]


def test_a_number_stands_above_its_neighbours(app: Flask) -> None:
    days = days_of((9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 1), NOVEMBER)
    assert days[-1].told_at is not None
    assert days[-1].told_at < days[-2].y


def test_a_day_of_the_page_is_a_date_of_the_campaigns_zone(client: FlaskClient, campaign_id: int, path: str) -> None:
    zone = ZoneInfo("Pacific/Kiritimati")
    today = clock.now().astimezone(zone).date()
    midnight = datetime.combine(today, time.min, zone).astimezone(UTC)
    put_crowd(campaign_id, 3, "armed")
    run_sql("UPDATE pre_save SET accepted_at = :late", late=midnight - timedelta(seconds=1))
    put_crowd(campaign_id, 2, "armed", service="deezer")
    run_sql("UPDATE pre_save SET accepted_at = :early WHERE service = 'deezer'", early=midnight)
    run_sql("UPDATE campaign SET time_zone = :zone", zone=zone.key)
    facts = find_facts(db.session.get_one(Campaign, campaign_id))
    assert (facts.today, facts.days[-3:]) == (today, (0, 3, 2))
    row = rf'<th scope="row">{today.day} {today:%b}</th>\s*<td>2</td>'
    assert re.search(row, client.get(path).text)


def test_a_day_is_as_long_as_its_zone_makes_it() -> None:
    berlin = starts_of(date(2026, 10, 31), ZoneInfo("Europe/Berlin"))
    assert berlin[-7:-5] == [datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)]
    assert berlin[-1] == datetime(2026, 10, 30, 23, tzinfo=UTC)
    # Clocks in Santiago jump over midnight.
    santiago = starts_of(date(2026, 9, 8), ZoneInfo("America/Santiago"))
    lengths = [(late - early) // timedelta(hours=1) for early, late in pairwise(santiago)]
    assert lengths == [24] * 11 + [23, 24]


def test_who_comes_in_the_hour_that_happens_twice_came_on_that_day(app: Flask, campaign_id: int) -> None:
    starts = starts_of(date(2026, 10, 26), ZoneInfo("Europe/Berlin"))
    put_crowd(campaign_id, 1, "armed")
    for accepted_at, place in (("2026-10-24 21:59:59", -3), ("2026-10-25 22:59:59", -2), ("2026-10-25 23:00:00", -1)):
        run_sql("UPDATE pre_save SET accepted_at = CAST(:at AS timestamp) AT TIME ZONE 'UTC'", at=accepted_at)
        assert read_days(campaign_id, starts)[place] == 1


def test_the_page_tells_milestone_days_and_countries(client: FlaskClient, campaign_id: int, path: str) -> None:
    put_crowd(campaign_id, 120, "armed", zone="Europe/Berlin")
    put_crowd(campaign_id, 3, "armed", zone="Asia/Tokyo")
    put_crowd(campaign_id, 7, "armed", service="deezer")
    page = client.get(path).text
    for words in ("Next: 250", "120 to go", "Pre-saves a day", "All days", "Germany", "elsewhere"):
        assert words in page
    for secret in ("Japan", "Tokyo", "account of"):
        assert secret not in page
    german = client.get(path, headers={"Accept-Language": "de"}).text
    assert "Deutschland" in german
    assert "Noch 120" in german


def test_an_early_page_says_only_what_there_is(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert "Next: 100" in page
    assert "Pre-saves a day" not in page
    assert "Where fans are" not in page


def test_the_page_asks_little_and_no_more_with_more_fans(client: FlaskClient, campaign_id: int, path: str) -> None:
    client.get(path)
    forget_facts()
    with counted_queries() as few:
        client.get(path)
    put_crowd(campaign_id, 60, "armed", zone="Europe/Berlin")
    forget_facts()
    with counted_queries() as many:
        client.get(path)
    assert len(few) == len(many) <= 8, many


def test_nobody_keeps_or_passes_on_the_address(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_a_withdrawn_pre_save_is_counted_nowhere(client: FlaskClient, campaign_id: int, path: str) -> None:
    put_crowd(campaign_id, 9, "armed", zone="Europe/Berlin")
    run_sql("UPDATE pre_save SET state = 'withdrawn'")
    page = client.get(path).text
    assert "Germany" not in page
    assert "Pre-saves a day" not in page
