"""Where we can't pre-save for a fan, a service's own page can: the label's link to it, in words that say so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fans import SLUG, come_back, move_release, open_campaign, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from twin_client import TwinClient

from presave_app.counts.ways_out import ways_out
from presave_app.streaming.registry import connectors

PAGE = "https://open.spotify.com/prerelease/6tQDJpMB6LsOsSUkdTOHd5"
WAY = f"/go/{SLUG}/spotify"
WORDS = "You pre-save on Spotify itself: it counts there, not here."


@pytest.fixture
def campaign_id(app: Flask) -> int:
    """A campaign with a page at the service, which is on."""
    made = open_campaign()
    run_sql(
        "INSERT INTO label_page (campaign_id, service, countdown_url) VALUES (:id, 'spotify', :url)", id=made, url=PAGE
    )
    return made


@pytest.fixture
def _no_seats(campaign_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectors()["spotify"], "audience_limit", 0)


@pytest.fixture
def _without_spotify(app: Flask, campaign_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(app.extensions["presave_connectors"], "spotify")


def test_while_we_pre_save_it_is_not_shown(client: FlaskClient, campaign_id: int) -> None:
    page = client.get(f"/{SLUG}").text
    assert 'id="connect-spotify"' in page
    assert WAY not in page


@pytest.mark.parametrize("reason", ["_no_seats", "_without_spotify"])
def test_where_we_can_not_it_stands_in_our_place(
    reason: str, request: pytest.FixtureRequest, client: FlaskClient, campaign_id: int
) -> None:
    request.getfixturevalue(reason)
    page = client.get(f"/{SLUG}").text
    assert f'href="{WAY}"' in page
    assert WORDS in page
    assert 'id="connect-spotify"' not in page
    assert f'href="/{SLUG}/remind/spotify"' in page
    assert "<title>Night Drive by Alba Voss: pre-save</title>" in page
    assert "we add it to your library" not in page


def test_it_takes_the_place_of_the_last_seat(
    app: Flask, client: FlaskClient, campaign_id: int, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connectors()["spotify"], "audience_limit", 1)
    assert WAY not in client.get(f"/{SLUG}").text
    come_back(app, twin, "ida")
    # A page is kept for three seconds, and how many places are left is no edit.
    app.extensions["presave_front"].forget()
    assert WAY in client.get(f"/{SLUG}").text


@pytest.mark.usefixtures("_without_spotify")
def test_a_page_is_enough_where_the_release_has_no_link(client: FlaskClient, campaign_id: int) -> None:
    run_sql("DELETE FROM target")
    page = client.get(f"/{SLUG}").text
    assert WORDS in page
    assert client.get(f"/{SLUG}/remind/spotify").status_code == 200
    move_release(campaign_id, timedelta(seconds=-1))
    assert WAY not in client.get(f"/{SLUG}").text


def test_the_way_there_is_counted(client: FlaskClient, campaign_id: int) -> None:
    answer = client.get(WAY + "?url=https://evil.example/")
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    assert answer.headers["Cache-Control"] == "no-store"
    client.head(WAY)
    assert ways_out(campaign_id) == {"spotify": 1}


@pytest.mark.usefixtures("_no_seats")
def test_after_the_release_there_is_the_listening_link(client: FlaskClient, campaign_id: int) -> None:
    move_release(campaign_id, timedelta(seconds=-1))
    page = client.get(f"/{SLUG}").text
    assert WAY not in page
    assert 'id="play-spotify"' in page
    assert client.get(WAY).headers["Location"] == f"/{SLUG}"
    assert ways_out(campaign_id) == {}


def test_without_a_page_there_is_no_way(client: FlaskClient, campaign_id: int) -> None:
    assert client.get(f"/go/{SLUG}/deezer").headers["Location"] == f"/{SLUG}"
    run_sql("UPDATE label_page SET countdown_url = NULL")
    assert client.get(WAY).headers["Location"] == f"/{SLUG}"
    run_sql("UPDATE campaign SET published_at = NULL")
    assert client.get(WAY).status_code == 410
    assert client.get("/go/nothing-here/spotify").status_code == 404


@pytest.mark.parametrize("is_named", [True, False])
def test_a_fan_who_is_not_on_the_list_is_told_of_it(
    is_named: bool, app: Flask, client: FlaskClient, campaign_id: int, twin: TwinClient
) -> None:
    if not is_named:
        run_sql("DELETE FROM label_page")
    twin.switch(mode="development")
    twin.control("PUT", "fans/ida", {"allow_listed": False})
    answer = come_back(app, twin, "ida")
    assert read_sql("SELECT reason FROM reminder") == "seats_used"
    assert (f'href="{WAY}"' in client.get(answer.headers["Location"]).text) == is_named
    assert (f'href="{WAY}"' in client.get(f"/{SLUG}/remind/spotify").text) == is_named
