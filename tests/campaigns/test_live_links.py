"""Artists' links: several per campaign, each with a name and an end, turned off at once."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from fans import read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, move_campaign, post

from presave_app.lib import clock

NEW = {"live_name": "For Alba", "live_ends": "7"}


def links_of(page: str) -> list[str]:
    return re.findall(r'data-copy="http://127.0.0.1:5000(/live/[^"]+)"', page)


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id)


@pytest.fixture
def made(ed: FlaskClient, campaign_id: int) -> str:
    """The path of a link for Alba."""
    assert post(ed, f"/campaigns/{campaign_id}/live-links", NEW).status_code == 303
    return links_of(ed.get(f"/campaigns/{campaign_id}").text)[-1]


def test_a_campaign_has_several_links_with_names(
    app: Flask, ed: FlaskClient, client: FlaskClient, campaign_id: int, made: str
) -> None:
    page = ed.get(f"/campaigns/{campaign_id}?done=link").text
    assert "For Alba" in page
    assert "Nobody has looked yet" in page
    paths = links_of(page)
    assert len(set(paths)) == 2
    for path in paths:
        assert client.get(path).status_code == 200
    assert "Nobody has looked yet" not in ed.get(f"/campaigns/{campaign_id}").text


def test_a_link_that_is_turned_off_ends_at_once_and_alone(
    ed: FlaskClient, client: FlaskClient, campaign_id: int, made: str
) -> None:
    first = links_of(ed.get(f"/campaigns/{campaign_id}").text)[0]
    link_id = read_sql("SELECT max(id) FROM live_link")
    assert post(ed, f"/campaigns/{campaign_id}/live-links/{link_id}/revoke").status_code == 303
    assert client.get(made).status_code == 404
    assert client.get(first).status_code == 200
    told = client.get(made, headers={"HX-Request": "true"})
    assert told.headers["HX-Redirect"] == made
    assert links_of(ed.get(f"/campaigns/{campaign_id}").text) == [first]


def test_the_first_link_can_be_turned_off_too(ed: FlaskClient, client: FlaskClient, campaign_id: int) -> None:
    first = links_of(ed.get(f"/campaigns/{campaign_id}").text)[0]
    post(ed, f"/campaigns/{campaign_id}/live-links/{read_sql('SELECT id FROM live_link')}/revoke")
    assert client.get(first).status_code == 404
    assert "No link is on" in ed.get(f"/campaigns/{campaign_id}").text


def test_a_link_ends_days_after_the_release_wherever_that_moves(
    client: FlaskClient, campaign_id: int, made: str
) -> None:
    move_campaign(campaign_id, timedelta(days=-6, hours=-23))
    assert client.get(made).status_code == 200
    move_campaign(campaign_id, timedelta(days=-7, minutes=-1))
    assert client.get(made).status_code == 404


def test_a_link_ends_with_a_day(ed: FlaskClient, client: FlaskClient, campaign_id: int) -> None:
    tomorrow = f"{clock.now() + timedelta(days=1):%Y-%m-%d}"
    post(ed, f"/campaigns/{campaign_id}/live-links", live_name="Tour", live_ends="date", live_ends_on=tomorrow)
    path = links_of(ed.get(f"/campaigns/{campaign_id}").text)[-1]
    assert client.get(path).status_code == 200
    run_sql("UPDATE live_link SET ends_at = now() WHERE NOT is_first")
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"live_name": " ", "live_ends": "7"}, "Say whom it is for"),
        ({"live_name": "Tour", "live_ends": "8"}, "Choose when it ends"),
        ({"live_name": "Tour", "live_ends": "date", "live_ends_on": ""}, "not a date"),
        ({"live_name": "Tour", "live_ends": "date", "live_ends_on": "2020-01-01"}, "That day is over"),
    ],
)
def test_what_cannot_be_used_is_said_and_kept(
    ed: FlaskClient, campaign_id: int, typed: dict[str, str], words: str
) -> None:
    answer = post(ed, f"/campaigns/{campaign_id}/live-links", typed, title="Typed before")
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{typed["live_name"]}"' in answer.text
    assert read_sql("SELECT count(*) FROM live_link") == 1
    assert read_sql("SELECT title FROM campaign") == "Typed before"


def test_the_history_tells_of_links(ed: FlaskClient, campaign_id: int, made: str) -> None:
    for _ in range(2):
        post(ed, f"/campaigns/{campaign_id}/live-links/{read_sql('SELECT max(id) FROM live_link')}/revoke")
    page = html.unescape(ed.get(f"/campaigns/{campaign_id}/history").text)
    assert page.count("made the artist's link “For Alba”") == 1
    assert page.count("turned off the artist's link “For Alba”") == 1
    assert made not in page


def test_a_viewer_and_a_stranger_change_nothing(bob: FlaskClient, charlie: FlaskClient, campaign_id: int) -> None:
    revoke = f"/campaigns/{campaign_id}/live-links/{read_sql('SELECT id FROM live_link')}/revoke"
    for path in (f"/campaigns/{campaign_id}/live-links", revoke):
        assert post(bob, path, NEW).status_code == 403
        assert post(charlie, path, NEW).status_code == 404
    assert read_sql("SELECT count(*) FROM live_link WHERE revoked_at IS NULL") == 1


def test_nobody_turns_off_another_campaigns_link(ed: FlaskClient, campaign_id: int, team_id: int) -> None:
    other = make_campaign(team_id)
    link_id = read_sql("SELECT id FROM live_link WHERE campaign_id = :id", id=other)
    post(ed, f"/campaigns/{campaign_id}/live-links/{link_id}/revoke")
    assert read_sql("SELECT count(*) FROM live_link WHERE revoked_at IS NULL") == 2
