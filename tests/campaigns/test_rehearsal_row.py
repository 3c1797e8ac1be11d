"""The row of the rehearsal in the sheet: green only where the play went well and its result still applies."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from crowds import put_crowd
from fans import move_local_release, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, post
from sheets import findings

from presave_app.preflight.finding import Finding, Level

SHEET = "/campaigns/1/preflight"
_FIGURES = {"played": 9, "added": 9, "seen": 9, "dead": 0, "refused": 0, "waiting": 0, "is_found": True, "limited": 0}
_TIMES = {"first_seconds": 0.1, "seconds": 1.0, "seen_seconds": 2.0, "fans_a_second": None, "shut_for": None}


@pytest.fixture
def campaign_id(team_id: int) -> int:
    """A release of next week, for which nine fans wait."""
    made = make_campaign(team_id)
    put_crowd(made, 9, "armed", "consented", due_in="7 days")
    return made


def rehearse(ed: FlaskClient, **figures: object) -> None:
    """Calculate, and have it played with these figures."""
    post(ed, f"{SHEET}/rehearse")
    played = json.dumps([{"service": "spotify", **_FIGURES, **_TIMES, "reasons": {}, **figures}])
    run_sql("UPDATE rehearsal SET play_state = 'done', play = CAST(:play AS jsonb)", play=played)


def row() -> Finding:
    return findings()["rehearsal"]


def where(finding: Finding) -> str:
    """Where its repair leads."""
    assert finding.repair is not None
    return finding.repair.url


def test_a_play_that_went_well_is_green(ed: FlaskClient, campaign_id: int) -> None:
    rehearse(ed)
    assert row().level is Level.GOOD


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("broke", "It was not played: something broke on our side; the worker's log says what."),
        ("too_long", "It was not played: it was not over in time."),
        ("made_way", "It was not played: fans had to be served meanwhile, and the rehearsal made way for them."),
    ],
)
def test_a_play_that_failed_is_not_green(ed: FlaskClient, campaign_id: int, reason: str, words: str) -> None:
    rehearse(ed)
    run_sql("UPDATE rehearsal SET play_state = 'failed', play = NULL, play_reason = :reason", reason=reason)
    assert row().level is Level.CARE
    assert not row().is_advice
    assert row().words == words


@pytest.mark.parametrize(("state", "words"), [("queued", "It waits for a worker"), ("running", "It is being played")])
def test_nothing_is_green_while_it_is_being_played(ed: FlaskClient, campaign_id: int, state: str, words: str) -> None:
    rehearse(ed)
    run_sql("UPDATE rehearsal SET play_state = :state, play = NULL", state=state)
    assert row().level is Level.CARE
    assert words in row().words


def test_a_release_that_has_moved_is_rehearsed_anew(ed: FlaskClient, campaign_id: int) -> None:
    rehearse(ed)
    post(ed, "/campaigns/1/release", release_time="09:30")
    assert row().is_advice
    assert row().words == "The moments of the release are others now than when it was rehearsed."
    rehearse(ed)
    assert row().level is Level.GOOD


_AN_HOUR_LATER = "release_wall = release_wall + interval '1 hour', release_at = release_at + interval '1 hour'"


@pytest.mark.parametrize("moved", ["clock = 'everywhere'", _AN_HOUR_LATER])
def test_a_local_clock_that_has_changed(ed: FlaskClient, campaign_id: int, moved: str) -> None:
    move_local_release(1, timedelta(days=7), "Europe/Berlin")
    for zone in ("Asia/Tokyo", "America/New_York"):
        put_crowd(1, 3, "armed", "consented", due_in="7 days", zone=zone)
    rehearse(ed)
    assert row().level is Level.GOOD
    put_crowd(1, 3, "armed", "consented", due_in="7 days", zone="Europe/Lisbon")
    assert row().level is Level.GOOD, "who comes later moves nothing"
    run_sql(f"UPDATE campaign SET {moved}")
    assert "are others now" in row().words


def test_a_missing_name_leads_to_its_field_and_ends_when_it_is_given(ed: FlaskClient, campaign_id: int) -> None:
    run_sql("UPDATE campaign SET upc = NULL")
    run_sql("UPDATE target SET ref = NULL WHERE service = 'spotify'")
    assert row().level is Level.BAD, "before any rehearsal, too"
    rehearse(ed, added=0, waiting=9, is_found=False)
    assert row().level is Level.BAD
    assert where(row()) == "/campaigns/1#input-target-spotify"
    run_sql("UPDATE target SET ref = 'spotify:album:2up3OPMp9Tb4dAKM2erWXQ' WHERE service = 'spotify'")
    assert row().is_advice
    assert row().words == "When it was rehearsed, nothing could be added on Spotify."
    assert where(row()) == f"{SHEET}#rehearsal"


def test_a_rehearsal_before_anybody_waited_says_nothing(ed: FlaskClient, team_id: int) -> None:
    make_campaign(team_id)
    post(ed, f"{SHEET}/rehearse")
    put_crowd(1, 9, "armed", "consented", due_in="7 days")
    assert row().is_advice
    assert row().words == "When it was rehearsed, there was nobody to serve."


@pytest.fixture
def small_budget(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day of Spotify lets two units through, and a fan takes three."""
    services = app.extensions["presave_settings"].services
    monkeypatch.setitem(services, "spotify", replace(services["spotify"], units_per_day=2))


@pytest.mark.parametrize("htmx", [True, False])
def test_a_budget_that_is_less_than_one_fan_takes(
    ed: FlaskClient, campaign_id: int, small_budget: None, htmx: bool
) -> None:
    answer = post(ed, f"{SHEET}/rehearse", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    page = " ".join(unescape(ed.get(SHEET).text).split())
    assert "Nobody is served." in page
    assert "9 more would get nothing" in page
    assert "Spotify: a day's budget there is less than one fan takes, so nobody is served." in page
    assert row().level is Level.BAD
    budget = findings()["budget:spotify"]
    assert budget.level is Level.BAD
    assert budget.words == "Its budget of 2 units a day is less than the 3 that one fan takes."
    assert where(budget) == "/services"


def test_a_budget_of_just_one_fan_a_day_is_no_fault(
    app: Flask, ed: FlaskClient, campaign_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = app.extensions["presave_settings"].services
    monkeypatch.setitem(services, "spotify", replace(services["spotify"], units_per_day=3))
    rehearse(ed)
    assert "budget:spotify" not in findings()
    assert row().level is Level.GOOD


def test_a_budget_matters_on_the_page_before_anybody_waits(team_id: int, small_budget: None) -> None:
    make_campaign(team_id)
    assert "budget:spotify" in findings()
    assert "rehearsal" not in findings()
