"""What the artist's page tells besides the number, and what it never tells."""

from __future__ import annotations

import pytest
from crowds import put_crowd
from fans import run_sql
from flask import Flask
from flask.testing import FlaskClient
from listings import counted_queries
from makers import make_campaign, make_team

from presave_app.campaigns.campaign import live_path
from presave_app.campaigns.models import Campaign
from presave_app.counts.stage_facts import countries_of, days_of, forget_facts, next_milestone
from presave_app.counts.trends import Trend
from presave_app.extensions import db


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
    return [day.number for day in days_of(Trend(numbers)) if day.told_at is not None]


def test_the_highest_day_and_the_newest_say_their_number(app: Flask) -> None:
    assert told(0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) == [3, 1]
    assert told(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1) == [2]
    assert told(0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) == [3]


def test_a_number_stands_above_its_neighbours(app: Flask) -> None:
    days = days_of(Trend((9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 1)))
    assert days[-1].told_at is not None
    assert days[-1].told_at < days[-2].y


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
