"""Each fan's own midnight on the pages: which face whom, what caches may keep, and what is agreed."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from fans import (
    come_back,
    expect_promise,
    go_to_spotify,
    move_local_release,
    open_campaign,
    pre_save,
    read_sql,
    run_sql,
)
from flask import Flask
from flask.testing import FlaskClient
from makers import sign_in
from twin_client import TwinClient

from presave_app.counts.tally import forget_counts
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId

AUCKLAND, BERLIN, LOS_ANGELES = "Pacific/Auckland", "Europe/Berlin", "America/Los_Angeles"


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    return open_campaign()


def visitor(app: Flask, zone: str | None) -> FlaskClient:
    """A browser that says where it is, if it does."""
    client = app.test_client()
    if zone:
        client.set_cookie("tz", zone)
    return client


def face_of(client: FlaskClient) -> str:
    """The face of the page; the count has to be of the same mind."""
    forget_counts()
    found = re.search(r"/count\?seen=0&amp;face=([a-z-]+)", client.get("/night-drive").text)
    assert found
    asked = client.get(f"/night-drive/count?seen=0&face={found[1]}")
    assert (asked.status_code, "HX-Trigger" in asked.headers) == (204, False)
    return found[1]


def faces(app: Flask) -> list[str]:
    return [face_of(visitor(app, zone)) for zone in (AUCKLAND, BERLIN, LOS_ANGELES, None)]


def at_midnight_in_berlin(campaign_id: int) -> None:
    move_local_release(campaign_id, timedelta(days=9), BERLIN)
    run_sql("""
        UPDATE campaign SET release_wall = date_trunc('day', release_wall),
          release_at = date_trunc('day', release_wall) AT TIME ZONE time_zone
    """)


def test_each_visitor_sees_the_face_of_their_zone(app: Flask, campaign_id: int) -> None:
    move_local_release(campaign_id, timedelta(minutes=1), AUCKLAND)
    assert faces(app) == ["pre-save", "pre-save", "pre-save", "pre-save"]
    move_local_release(campaign_id, timedelta(0), AUCKLAND)
    assert faces(app) == ["out-now", "pre-save", "pre-save", "pre-save"]
    # Whose browser does not say is with the label, in Berlin; and so is everybody without JavaScript.
    move_local_release(campaign_id, timedelta(0), BERLIN)
    assert faces(app) == ["out-now", "out-now", "pre-save", "out-now"]
    move_local_release(campaign_id, timedelta(0), LOS_ANGELES)
    assert faces(app) == ["out-now", "out-now", "out-now", "out-now"]


def test_a_strange_zone_is_no_zone(app: Flask, campaign_id: int) -> None:
    move_local_release(campaign_id, timedelta(0), AUCKLAND)
    for zone in ("Mars/Olympus", "..%2F..%2Fetc", "x" * 3000, '"'):
        assert face_of(visitor(app, zone)) == "pre-save"


def test_there_are_two_pages_and_never_more(app: Flask, campaign_id: int) -> None:
    move_local_release(campaign_id, timedelta(0), BERLIN)
    zones = (AUCKLAND, "Asia/Kathmandu", BERLIN, "Africa/Lagos", LOS_ANGELES, "Pacific/Pago_Pago", None)
    assert len({visitor(app, zone).get("/night-drive").data for zone in zones}) == 2


def test_one_clock_for_all_asks_for_no_zone(app: Flask) -> None:
    pages = {visitor(app, zone).get("/night-drive").data for zone in (AUCKLAND, LOS_ANGELES, None)}
    assert len(pages) == 1
    assert b"data-tells-zone" not in pages.pop()


def test_an_open_page_turns_when_its_zone_is_known(app: Flask, campaign_id: int) -> None:
    move_local_release(campaign_id, timedelta(0), BERLIN)
    client = visitor(app, None)
    page = client.get("/night-drive").text
    assert "out-now" in page
    assert "data-tells-zone" in page
    assert 'hx-trigger="released from:body"' in page
    client.set_cookie("tz", LOS_ANGELES)
    answer = client.get("/night-drive/count?seen=0&face=out-now")
    assert json.loads(answer.headers["HX-Trigger"]) == {"released": True}
    assert "face=pre-save" in answer.text
    client.set_cookie("tz", AUCKLAND)
    assert "HX-Trigger" in client.get("/night-drive/count?seen=0&face=pre-save").headers


def test_caches_keep_no_page_that_is_one_visitors(app: Flask, campaign_id: int) -> None:
    move_local_release(campaign_id, timedelta(0), BERLIN)
    for zone in (AUCKLAND, LOS_ANGELES, None):
        page = visitor(app, zone).get("/night-drive")
        assert page.cache_control.private
        assert page.cache_control.no_cache
        assert page.cache_control.max_age is None


def test_a_known_page_is_not_sent_again_to_its_visitor(app: Flask, campaign_id: int) -> None:
    move_local_release(campaign_id, timedelta(0), BERLIN)
    client = visitor(app, LOS_ANGELES)
    tag = {"If-None-Match": client.get("/night-drive").headers["ETag"]}
    assert client.get("/night-drive", headers=tag).status_code == 304
    client.set_cookie("tz", AUCKLAND)
    assert client.get("/night-drive", headers=tag).status_code == 200


def test_before_and_after_all_midnights_caches_may_keep_it(app: Flask, campaign_id: int) -> None:
    for release_in, zone, most in (
        (timedelta(days=3), BERLIN, 60),
        # The first midnight is where it is UTC+14, and nobody's page may be older than that.
        (timedelta(seconds=30), "Pacific/Kiritimati", 30),
        (timedelta(0), "Etc/GMT+12", 60),
    ):
        move_local_release(campaign_id, release_in, zone)
        kept = visitor(app, LOS_ANGELES).get("/night-drive").cache_control
        assert kept.public
        assert most - 2 <= (kept.max_age or 0) <= most


def test_the_poll_goes_on_until_the_last_midnight(app: Flask, campaign_id: int) -> None:
    for hours, goes_on in ((-23, True), (-25, False)):
        move_local_release(campaign_id, timedelta(hours=hours), "Etc/GMT+12")
        forget_counts()
        assert ("hx-trigger" in visitor(app, AUCKLAND).get("/night-drive/count").text) == goes_on


def test_the_poster_and_the_consent_say_where_you_are(app: Flask, campaign_id: int) -> None:
    at_midnight_in_berlin(campaign_id)
    day = read_sql("SELECT to_char(release_wall, 'FMDD FMMonth YYYY') FROM campaign")
    page = unescape(app.test_client().get("/night-drive").text)
    assert "at\N{NO-BREAK SPACE}midnight where you are" in page
    assert f"It is out on {day}, at 00:00 where you are." in page
    assert "If your browser does not tell us where you are, Berlin time counts." in page


def test_what_is_kept_is_what_the_fan_saw(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    move_local_release(campaign_id, timedelta(0), BERLIN)
    for zone, words in ((AUCKLAND, "for you now"), (LOS_ANGELES, "When Night Drive is out"), (None, "for you now")):
        client = visitor(app, zone)
        page = unescape(client.get("/night-drive").text)
        go_to_spotify(client, time_zone=zone or "")
        draft = read_sql("SELECT consent_draft FROM oauth_flow ORDER BY expires_at DESC LIMIT 1")
        assert words in draft["headline"]
        expect_promise(page, draft)
        run_sql("DELETE FROM oauth_flow")


def test_the_cookie_stands_in_for_the_form(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    move_local_release(campaign_id, timedelta(0), BERLIN)
    go_to_spotify(visitor(app, LOS_ANGELES))
    assert read_sql("SELECT consent_draft ->> 'time_zone' FROM oauth_flow") == LOS_ANGELES


def test_the_fans_own_page_says_their_own_moment(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    at_midnight_in_berlin(campaign_id)
    pre_save_id = pre_save(app, twin, "ida", time_zone=AUCKLAND)
    path = f"/mine/{mine_secret(PreSaveId(pre_save_id))}"
    client = app.test_client()
    page = unescape(client.get(path).text)
    assert "midnight Auckland time" in page
    assert "at 00:00 where you are. If your browser" in page
    run_sql("UPDATE pre_save SET time_zone = 'Atlantis/Harbour'")
    assert "Berlin time" in client.get(path).text


def test_the_fans_own_page_turns_at_their_own_midnight(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    pre_save_id = pre_save(app, twin, "ida", time_zone=LOS_ANGELES)
    path = f"/mine/{mine_secret(PreSaveId(pre_save_id))}"
    for zone, is_out in ((BERLIN, False), (LOS_ANGELES, True)):
        move_local_release(campaign_id, timedelta(0), zone)
        assert ("Play on Spotify" in app.test_client().get(path).text) == is_out
    run_sql("UPDATE pre_save SET state = 'withdrawn'")
    assert f'name="time_zone" value="{LOS_ANGELES}"' in app.test_client().get(path).text


def test_a_permission_must_last_to_the_last_midnight(app: Flask, campaign_id: int) -> None:
    client = app.test_client()
    for hours, takes in ((-1, True), (1, False)):
        move_local_release(campaign_id, timedelta(days=181, hours=hours), "Etc/GMT+12", label_zone="Pacific/Kiritimati")
        assert ('action="/night-drive/connect/spotify"' in client.get("/night-drive").text) == takes


def test_the_artists_page_follows_the_artists_clock(app: Flask, campaign_id: int) -> None:
    client = app.test_client()
    sign_in(client, "alice@alba.example")
    path = re.search(r"http://127.0.0.1:5000(/live/[\w-]+)", client.get(f"/campaigns/{campaign_id}").text)
    assert path
    move_local_release(campaign_id, timedelta(0), BERLIN)
    assert "Out now" in visitor(app, None).get(path[1]).text
    assert "Out in " in visitor(app, LOS_ANGELES).get(path[1]).text


@pytest.mark.parametrize(("release_in", "rings"), [(timedelta(minutes=5), False), (timedelta(minutes=-5), True)])
def test_a_late_fan_rings_only_after_their_own_midnight(
    app: Flask, twin: TwinClient, campaign_id: int, monkeypatch: pytest.MonkeyPatch, release_in: timedelta, rings: bool
) -> None:
    rung: list[tuple[object, ...]] = []
    monkeypatch.setattr("presave_app.fanpage.connecting.ring_after_commit", lambda *bell: rung.append(bell))
    move_local_release(campaign_id, release_in, "America/New_York")
    come_back(app, twin, "ida", time_zone="America/New_York")
    assert bool(rung) == rings
    assert read_sql("SELECT due_at <= now() FROM pre_save") == rings
