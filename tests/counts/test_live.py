"""The artist's page: the number, by a secret link, without a login."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from fans import run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, make_picture, make_team, move_campaign

from presave_app.campaigns.campaign import live_path
from presave_app.campaigns.models import Campaign
from presave_app.counts.stage import until_words
from presave_app.extensions import db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def campaign_id(app: Flask) -> int:
    return make_campaign(make_team(), title="Night Drive", artist="Alba Voss", artwork=make_picture())


@pytest.fixture
def path(campaign_id: int) -> str:
    return live_path(db.session.get_one(Campaign, campaign_id))


def test_the_link_shows_the_number(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    for words in ("Night Drive", "Alba Voss", "fans are in", "Out in 6 days", "/count?seen=0"):
        assert words in page.text


def test_the_page_is_private_and_sets_no_cookie(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in page.headers


def test_a_wrong_link_is_a_plain_404(client: FlaskClient, path: str) -> None:
    page = client.get(path + "x")
    assert page.status_code == 404
    assert "There is nothing at this address" in page.text


def test_a_page_long_after_the_release_asks_no_more(client: FlaskClient, campaign_id: int, path: str) -> None:
    move_campaign(campaign_id, timedelta(days=-2))
    page = client.get(path)
    assert "Out now" in page.text
    assert "hx-get" not in page.text


@pytest.mark.parametrize(
    "change", ["published_at = NULL", "release_at = NULL, release_wall = NULL, published_at = NULL"]
)
def test_a_page_that_may_be_put_up_again_asks_slowly(client: FlaskClient, path: str, change: str) -> None:
    run_sql(f"UPDATE campaign SET {change}")
    page = client.get(path).text
    assert re.findall(r'hx-trigger="([^"]*)"', page) == ["every 20s, released from:body"]
    run_sql("UPDATE live_link SET revoked_at = now()")
    answer = client.get(path, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == path


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=11, hours=5), "Out in 11 days"),
        (timedelta(hours=47), "Out in 47 hours"),
        (timedelta(minutes=119), "Out in 119 minutes"),
        (timedelta(seconds=119), "Out in a moment"),
        (timedelta(0), "Out now"),
        (timedelta(days=-3), "Out now"),
    ],
)
def test_the_clock_speaks_in_words(left: timedelta, words: str) -> None:
    assert until_words(NOW + left, NOW) == words
