"""Signed-in browsers: listed for their member alone, and ended from there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from makers import PASSWORD, make_team, post, sign_in
from sqlalchemy import text

from presave_app.extensions import db
from presave_app.lib.devices import device_of
from presave_app.teams.session_views import roughly_ago
from presave_app.transaction import transaction

ALICE = "alice@alba.example"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (CHROME, "Chrome on Android"),
        (EDGE, "Edge on Windows"),
        (SAFARI, "Safari on an iPhone"),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_browser_is_told_in_words(user_agent: str, words: str) -> None:
    assert device_of(user_agent) == words


def signed_in_with(app: Flask, user_agent: str, email: str = ALICE) -> FlaskClient:
    browser = app.test_client()
    browser.post("/sign-in", data={"email": email, "password": PASSWORD}, headers={"User-Agent": user_agent})
    return browser


def session_id_of(device: str) -> int:
    return db.session.execute(text("SELECT id FROM login_session WHERE device = :d"), {"d": device}).scalar_one()


def test_mine_are_listed_this_one_first_and_nobody_elses(app: Flask) -> None:
    make_team()
    make_team("Other Label", "olga@other.example")
    signed_in_with(app, CHROME, "olga@other.example")
    signed_in_with(app, SAFARI)
    page = signed_in_with(app, FIREFOX).get("/account/browsers").text
    assert page.index("Firefox on Windows") < page.index("This browser") < page.index("Safari on an iPhone")
    assert "Chrome on Android" not in page


@pytest.mark.parametrize("htmx", [False, True])
def test_one_is_ended_and_the_others_stay(app: Flask, htmx: bool) -> None:
    make_team()
    here, phone, tablet = (signed_in_with(app, agent) for agent in (FIREFOX, SAFARI, CHROME))
    answer = post(here, f"/account/browsers/{session_id_of('Safari on an iPhone')}/end", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert [each.get("/campaigns").status_code for each in (here, phone, tablet)] == [200, 303, 200]
    assert "Safari" not in here.get("/account/browsers").text


def test_all_others_are_ended_at_once(app: Flask) -> None:
    make_team()
    here, phone, tablet = (signed_in_with(app, agent) for agent in (FIREFOX, SAFARI, CHROME))
    assert post(here, "/account/browsers/end-others").status_code == 303
    assert [each.get("/campaigns").status_code for each in (here, phone, tablet)] == [200, 303, 303]
    assert "signed in nowhere else" in here.get("/account/browsers").text


def test_ending_this_one_is_signing_out(app: Flask) -> None:
    make_team()
    here = signed_in_with(app, FIREFOX)
    answer = post(here, f"/account/browsers/{session_id_of('Firefox on Windows')}/end")
    assert answer.headers["Location"] == "/sign-in"
    assert here.get("/campaigns").status_code == 303


def test_nobody_ends_the_sign_in_of_somebody_else(app: Flask) -> None:
    make_team()
    make_team("Other Label", "olga@other.example")
    hers = signed_in_with(app, SAFARI, "olga@other.example")
    here = signed_in_with(app, FIREFOX)
    assert post(here, f"/account/browsers/{session_id_of('Safari on an iPhone')}/end").status_code == 404
    assert hers.get("/campaigns").status_code == 200


def test_last_seen_is_written_down_again_after_some_minutes(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    _move_seen("9 minutes")
    client.get("/campaigns")
    assert _seconds_since_seen() > 500
    _move_seen("2 minutes")
    client.get("/campaigns")
    assert _seconds_since_seen() < 60


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(minutes=9), "within the last quarter of an hour"),
        (timedelta(minutes=40), "about an hour ago"),
        (timedelta(hours=5), "about 5 hours ago"),
        (timedelta(days=3), "about 3 days ago"),
    ],
)
def test_last_seen_is_said_roughly(ago: timedelta, words: str) -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    assert roughly_ago(now - ago, now) == words


def _move_seen(age: str) -> None:
    with transaction() as session:
        session.execute(text("UPDATE login_session SET seen_at = seen_at - CAST(:age AS interval)"), {"age": age})


def _seconds_since_seen() -> float:
    return float(
        db.session.execute(text("SELECT extract(epoch FROM now() - min(seen_at)) FROM login_session")).scalar_one()
    )
