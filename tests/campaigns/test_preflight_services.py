"""The preflight of services: those that are off while fans wait on them, and what a try says of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from crowds import put_crowd
from fans import run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, post
from sheets import findings

from presave_app.preflight.finding import Level
from presave_app.services.models import ConnectionTest
from presave_app.services.test_words import failure_words
from presave_app.streaming.registry import connectors

SHEET = "/campaigns/1/preflight"
UNPROVEN = "proved no add: it was in that library before"


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id)


@contextmanager
def turned_off(app: Flask) -> Iterator[None]:
    """The credentials are gone, for as long as it lasts."""
    connectors = app.extensions["presave_connectors"]
    app.extensions["presave_connectors"] = {name: each for name, each in connectors.items() if name != "spotify"}
    try:
        yield
    finally:
        app.extensions["presave_connectors"] = connectors


@pytest.fixture
def spotify_off(app: Flask) -> Iterator[None]:
    with turned_off(app):
        yield


def test_fans_who_wait_on_a_service_that_is_off(campaign_id: int, spotify_off: None) -> None:
    put_crowd(1, 5, "armed", "consented", due_in="7 days")
    put_crowd(1, 1, "needs_reauth", "grant_revoked", due_in="7 days", service="soundcloud")
    found = findings()
    assert found["off:spotify"].level is Level.BAD
    assert found["off:spotify"].words == "5 fans wait on Spotify, which is off."
    assert found["off:soundcloud"].words == "1 fan waits on SoundCloud, which is off."
    repair = found["off:spotify"].repair
    assert repair is not None
    assert repair.url == "/services"


def test_nothing_is_green_of_sign_ins_at_a_service_that_is_off(campaign_id: int, spotify_off: None) -> None:
    put_crowd(1, 5, "armed", "consented", due_in="7 days")
    assert "sign_ins" not in findings()


def test_nobody_waits_on_a_service_that_is_off(campaign_id: int, spotify_off: None) -> None:
    put_crowd(1, 5, "withdrawn", "fan_withdrew", due_in="7 days")
    assert not [key for key in findings() if key.startswith("off:")]


def test_a_rehearsal_is_not_green_while_their_service_is_off(
    ed: FlaskClient, campaign_id: int, spotify_off: None
) -> None:
    put_crowd(1, 5, "armed", "consented", due_in="7 days")
    post(ed, f"{SHEET}/rehearse")
    row = findings()["rehearsal"]
    assert row.level is Level.CARE
    assert row.words == "Whoever waits on Spotify gets nothing: it is off."


def test_a_service_without_a_name_that_is_off_is_told_as_off(ed: FlaskClient, campaign_id: int) -> None:
    put_crowd(1, 5, "armed", "consented", due_in="7 days", service="deezer")
    post(ed, f"{SHEET}/rehearse")
    assert "nothing tells which release" not in ed.get(SHEET).text
    assert findings()["rehearsal"].words == "Whoever waits on Deezer gets nothing: it is off."


def test_a_rehearsal_without_a_service_that_is_on_by_now_is_not_green(
    ed: FlaskClient, app: Flask, campaign_id: int
) -> None:
    put_crowd(1, 5, "armed", "consented", due_in="7 days")
    with turned_off(app):
        post(ed, f"{SHEET}/rehearse")
    run_sql("UPDATE rehearsal SET play_state = 'done', play = '[]'")
    row = findings()["rehearsal"]
    assert row.level is Level.CARE
    assert row.words == "When it was rehearsed, nothing could be added on Spotify."


def test_a_service_that_was_turned_off_after_the_rehearsal(ed: FlaskClient, app: Flask, campaign_id: int) -> None:
    put_crowd(1, 5, "armed", "consented", due_in="7 days")
    post(ed, f"{SHEET}/rehearse")
    run_sql("UPDATE rehearsal SET play_state = NULL")
    assert findings()["rehearsal"].level is Level.GOOD
    with turned_off(app):
        assert findings()["rehearsal"].level is Level.CARE


def put_try(state: str = "works", reason: str | None = None, *, ago: str = "1 day", was_there: bool = False) -> None:
    """Alice has tried Spotify with her own account."""
    run_sql(
        """
        INSERT INTO connection_test (id, service, member_id, ref, state, reason, was_there, expires_at, ended_at)
        VALUES (gen_random_uuid(), 'spotify', 1, 'x', :state, :reason, :was_there, now(),
          now() - CAST(:ago AS interval))
        """,
        state=state,
        reason=reason,
        was_there=was_there,
        ago=ago,
    )


@pytest.mark.parametrize("add_is_proof", [True, False])
def test_a_try_with_what_was_there_before(
    campaign_id: int, monkeypatch: pytest.MonkeyPatch, add_is_proof: bool
) -> None:
    monkeypatch.setattr(connectors()["spotify"], "add_is_proof", add_is_proof)
    put_try(was_there=True)
    row = findings()["tried:spotify"]
    assert row.level is (Level.GOOD if add_is_proof else Level.CARE)
    assert (UNPROVEN in row.words) != add_is_proof
    assert row.is_advice != add_is_proof


OWN = [
    "sign_in_refused",
    "not_out_there",
    "not_in_catalogue",
    "rating_disabled",
    "no_subscription",
    "account_not_allowed",
    "library_full",
    "no_channel",
    "email_not_verified",
    "not_on_the_list",
]


@pytest.mark.parametrize("reason", OWN)
def test_what_lies_with_one_member_turns_nothing_red(ed: FlaskClient, campaign_id: int, reason: str) -> None:
    put_try("failed", reason)
    row = findings()["tried:spotify"]
    assert row.level is Level.CARE
    assert row.is_advice
    assert failure_words(ConnectionTest(reason=reason)) in row.words
    assert 'class="hint is-fault"' not in ed.get("/services").text
    put_try(ago="9 days")
    assert findings()["tried:spotify"].level is Level.GOOD
    assert "it works." in ed.get("/services").text


def test_a_fault_of_the_service_stands_until_it_works(campaign_id: int) -> None:
    put_try("failed", "invalid_client", ago="3 days")
    put_try("failed", "no_subscription", ago="2 days")
    assert findings()["tried:spotify"].level is Level.BAD
    put_try(ago="1 day")
    assert findings()["tried:spotify"].level is Level.GOOD
    put_try("failed", "not_seen", ago="1 hour")
    assert findings()["tried:spotify"].level is Level.BAD


def test_an_older_try_that_proved_the_add_stands(campaign_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectors()["spotify"], "add_is_proof", False)
    put_try(ago="2 days")
    put_try(was_there=True)
    assert findings()["tried:spotify"].level is Level.GOOD
