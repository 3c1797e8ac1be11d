"""The list of campaigns: its shelves, the search, the trend, and what is wrong."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from crowds import put_crowd
from fans import run_sql
from flask import Flask
from flask.testing import FlaskClient
from listings import counted_queries, titles
from makers import make_campaign, make_picture, make_team

from presave_app.counts.trends import DAYS, Trend


def row_of_title(page: str, title: str) -> str:
    return page.split(f"<bdi>{title}</bdi>", 1)[1].split('<tr class="list-row">', 1)[0]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("harbour", ["Harbour Lights"]),
        ("mo", ["Harbour Lights"]),
        ("VOSS drive", ["Night Drive"]),
        ("special-address", ["Night Drive"]),
        ("602445868162", ["Night Drive"]),
        ("%", []),
        ("_", []),
        ("", ["Night Drive", "Harbour Lights"]),
    ],
)
def test_a_search_looks_at_title_artist_address_and_upc(
    alice: FlaskClient, team_id: int, typed: str, found: list[str]
) -> None:
    make_campaign(team_id, slug="special-address", release_in=timedelta(days=3))
    make_campaign(team_id, title="Harbour Lights", artist="Mo", upc=None, release_in=timedelta(days=9))
    page = alice.get("/campaigns", query_string={"q": typed})
    assert titles(page.text) == found


@pytest.mark.parametrize("stored", ["602445868162", "0602445868162", "00602445868162"])
@pytest.mark.parametrize(
    "typed", ["602445868162", "00602445868162", "0-602445-868162", "00 602445 868162", "0-60244586", "6 02445 86816 2"]
)
def test_a_upc_is_found_however_it_is_written(alice: FlaskClient, team_id: int, stored: str, typed: str) -> None:
    make_campaign(team_id, upc=stored)
    make_campaign(team_id, title="Harbour Lights", artist="Mo", upc=None)
    assert titles(alice.get("/campaigns", query_string={"q": typed}).text) == ["Night Drive"]


def test_a_short_number_is_a_word_of_a_title(alice: FlaskClient, team_id: int) -> None:
    make_campaign(team_id)
    make_campaign(team_id, title="Room 007", artist="Mo", upc=None)
    assert titles(alice.get("/campaigns", query_string={"q": "007"}).text) == ["Room 007"]


def test_a_search_says_how_many_it_found_and_what_to_do_where_none(alice: FlaskClient, team_id: int) -> None:
    make_campaign(team_id)
    assert "1 campaign found for “voss”." in alice.get("/campaigns?q=voss").text
    nothing = alice.get("/campaigns?q=polka").text
    assert "No campaign found for “polka”." in nothing
    assert "Show all campaigns" in nothing
    assert 'value="polka"' in nothing
    assert "found for" not in alice.get("/campaigns").text


def test_htmx_gets_the_list_alone(alice: FlaskClient, team_id: int) -> None:
    make_campaign(team_id)
    part = alice.get("/campaigns?q=night", headers={"HX-Request": "true"})
    assert titles(part.text) == ["Night Drive"]
    assert "<html" not in part.text
    assert "HX-Request" in part.headers["Vary"]


def test_it_is_narrowed_by_status_and_by_team(app: Flask, alice: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, title="Open")
    make_campaign(team_id, title="Idea", published=False, release_in=None)
    make_campaign(make_team("Alba Dub", "alice@alba.example"), title="Dub")
    assert titles(alice.get("/campaigns?status=draft").text) == ["Idea"]
    assert titles(alice.get("/campaigns?team=alba-dub").text) == ["Dub"]
    assert len(titles(alice.get("/campaigns?status=nonsense").text)) == 3


def test_another_labels_team_is_searched_in_vain(charlie: FlaskClient, team_id: int) -> None:
    make_campaign(team_id)
    for query in ("q=night", "team=alba-records", "status=archived"):
        assert titles(charlie.get(f"/campaigns?{query}").text) == []


def test_the_trend_is_said_and_drawn(app: Flask, alice: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    put_crowd(campaign_id, 5, "armed")
    run_sql("UPDATE pre_save SET accepted_at = now() WHERE id IN (SELECT id FROM pre_save LIMIT 3)")
    row = row_of_title(alice.get("/campaigns").text, "Night Drive")
    assert "3 in 7 days, 2 before" in row
    assert "up:" in row
    assert "over 14 days: 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3" in row


def test_a_trend_has_a_direction() -> None:
    assert Trend((1,) * DAYS).direction == "level"
    assert Trend((2,) * 7 + (1,) * 7).direction == "down"
    assert Trend((0,) * 13 + (1,)).direction == "up"
    assert Trend().drawing.count("M") == DAYS


def test_what_is_wrong_leads_to_where_it_is_mended(app: Flask, alice: FlaskClient, team_id: int) -> None:
    bare = make_campaign(team_id, title="Bare", published=False, upc=None, ref=None, release_in=timedelta(days=5))
    held = make_campaign(team_id, title="Held", artwork=make_picture())
    put_crowd(held, 3, "armed")
    run_sql("UPDATE campaign SET held_at = now() WHERE id = :id", id=held)
    run_sql("UPDATE pre_save SET state = 'needs_reauth'")
    run_sql("INSERT INTO alarm (kind, service, campaign_id, detail) VALUES ('overdue', 'spotify', :id, '3')", id=held)
    page = alice.get("/campaigns").text
    row = row_of_title(page, "Bare")
    for anchor, words in (
        ("heading", "Not published yet"),
        ("section-where", "No service yet"),
        ("artwork", "No artwork yet"),
    ):
        assert re.search(rf'href="/campaigns/{bare}#{anchor}".*?{words}', row, re.DOTALL)
    row = row_of_title(page, "Held")
    assert row.count(f'href="/campaigns/{held}/release"') == 3
    for words in ("On hold", "Adds on Spotify are late", "3 fans must sign in again"):
        assert words in row
    assert "No artwork" not in row


def test_a_campaign_in_order_has_nothing_to_say(alice: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, artwork=make_picture())
    assert 'class="points"' not in alice.get("/campaigns").text


def test_a_draft_whose_day_has_passed_waits_for_a_new_one(alice: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, title="Late", published=False, release_in=timedelta(days=-1))
    page = alice.get("/campaigns").text
    assert "Waiting for a date" in page
    assert "Its day has passed unpublished" in page


def test_an_alarm_of_a_whole_service_stands_above_the_list(app: Flask, alice: FlaskClient, team_id: int) -> None:
    make_campaign(team_id)
    run_sql("INSERT INTO alarm (kind, service, detail) VALUES ('breaker', 'spotify', '')")
    run_sql("INSERT INTO alarm (kind, service, detail) VALUES ('breaker', 'deezer', '')")
    page = alice.get("/campaigns").text
    assert "Spotify fails for everybody" in page
    assert "Deezer fails" not in page


def test_a_search_asks_the_database_no_more_when_it_finds_more(app: Flask, alice: FlaskClient, team_id: int) -> None:
    put_crowd(make_campaign(team_id, artwork=make_picture()), 3, "armed")
    with counted_queries() as few:
        alice.get("/campaigns?q=night&status=pre-save-open")
    for _ in range(5):
        put_crowd(make_campaign(team_id, upc=None, published=False), 2, "armed")
    with counted_queries() as many:
        alice.get("/campaigns?q=night")
    assert len(few) == len(many)
