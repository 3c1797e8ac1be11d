"""What stands on the poster: names, the day, the promise, and what each service offers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from fans import expect_promise, go_to_spotify, move_release, open_campaign, read_sql, run_sql
from flask import Flask, render_template
from flask.testing import FlaskClient
from makers import make_campaign, make_picture, make_team
from twin_client import TwinClient

from presave_app.campaigns.addresses import find_by_slug
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.fanpage.poster import clean_source, poster_context
from presave_app.fanpage.words import moment_words, release_words, stamp_words, zone_words


@pytest.fixture
def campaign_id(app: Flask) -> int:
    return open_campaign()


def test_the_promise_shown_is_the_consent_kept(client: FlaskClient, campaign_id: int, twin: TwinClient) -> None:
    page = unescape(client.get("/night-drive").text)
    go_to_spotify(client)
    expect_promise(page, read_sql("SELECT consent_draft FROM oauth_flow"))


def test_the_promise_says_who_what_and_how_long(client: FlaskClient, campaign_id: int) -> None:
    page = client.get("/night-drive").text
    for words in ("and nothing else:", "Alba Records", "Alba Voss", "encrypted and erased", "cancel at any time"):
        assert words in page


def test_a_permission_too_short_is_not_asked_for(client: FlaskClient, campaign_id: int) -> None:
    move_release(campaign_id, timedelta(days=200))
    page = client.get("/night-drive").text
    assert "/connect/" not in page
    assert "Spotify lets us keep a permission for 6 months" in page
    assert "Come back from" in page
    assert client.post("/night-drive/connect/spotify").status_code == 409
    move_release(campaign_id, timedelta(days=180))
    assert "/connect/spotify" in client.get("/night-drive").text


def test_a_service_without_a_target_is_not_shown(client: FlaskClient, campaign_id: int) -> None:
    run_sql("DELETE FROM target")
    page = client.get("/night-drive").text
    assert "/connect/" not in page
    assert "not set up yet" in page


def test_the_source_is_handed_on_only_when_plain(client: FlaskClient, campaign_id: int) -> None:
    assert 'name="src" value="tiktok.bio-2"' in client.get("/night-drive?src=tiktok.bio-2").text
    for source in ("", "a b", '"><script>', "x" * 65, "é"):
        assert clean_source(source) == ""
    assert 'name="src"' not in client.get("/night-drive?src=%22%3E%3Cscript%3E").text


def test_without_artwork_it_is_a_poster_still(client: FlaskClient, campaign_id: int) -> None:
    page = client.get("/night-drive").text
    assert "art-blank" in page
    assert "<img" not in page
    assert "og:image" not in page


def test_artwork_brings_its_sizes_and_colours(app: Flask, client: FlaskClient) -> None:
    make_campaign(make_team(), slug="red-hour", artwork=make_picture())
    page = client.get("/red-hour").text
    assert 'fetchpriority="high"' in page
    assert 'src="data:image/webp;base64,' in page
    for start in (
        '<link rel="stylesheet" href="/art/',
        'srcset="/art/',
        'og:image" content="http://127.0.0.1:5000/art/',
    ):
        assert start in page


def test_a_preview_can_press_nothing(app: Flask, campaign_id: int) -> None:
    for release_in in (timedelta(days=7), timedelta(days=-1)):
        move_release(campaign_id, release_in)
        campaign = db.session.get_one(Campaign, campaign_id)
        with app.test_request_context():
            html = render_template("fanpage/_poster.html", **poster_context(campaign, is_preview=True))
        assert html.count("<button") == html.count(" disabled")
        for word in ("hx-get", "<h1", 'id="count"'):
            assert word not in html


def test_a_draft_without_anything_has_a_preview(app: Flask) -> None:
    campaign_id = make_campaign(make_team(), release_in=None, ref=None, upc=None, published=False)
    campaign = db.session.get_one(Campaign, campaign_id)
    with app.test_request_context():
        html = render_template("fanpage/_poster.html", **poster_context(campaign, is_preview=True))
    assert "on a day to come" in html


def test_moments_are_said_in_words(app: Flask) -> None:
    this_year = datetime.now(UTC).year
    day = datetime(this_year, 12, 4, tzinfo=ZoneInfo("Europe/Berlin"))
    words = moment_words(day.astimezone(UTC), "Europe/Berlin").replace("\N{NO-BREAK SPACE}", " ")
    assert words == f"{day:%A} 4 December, at midnight Berlin time"
    assert "at\N{NO-BREAK SPACE}18:00 New York time" in moment_words(day.astimezone(UTC), "America/New_York")
    assert stamp_words(day.replace(year=2031), "Europe/Berlin") == "4 December 2031, 00:00 Berlin time"
    assert zone_words("UTC") == "UTC"


def test_a_local_release_is_where_the_fan_is(app: Flask, client: FlaskClient, campaign_id: int) -> None:
    run_sql("UPDATE campaign SET clock = 'local', time_zone = 'Europe/Berlin'")
    campaign = find_by_slug("night-drive")
    assert campaign is not None
    assert release_words(campaign).endswith("where you are")
    assert "<time" not in client.get("/night-drive").text
