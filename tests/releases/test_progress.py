"""The team's view of a release: one line for each state somebody is in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fans import move_release, open_campaign, pre_save, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_team, sign_in
from twin_client import TwinClient

from presave_app.releases import adding, reading_back


@pytest.fixture
def alice(app: Flask, twin: TwinClient) -> FlaskClient:
    """A member of the campaign's team, signed in."""
    open_campaign()
    for fan in ("ida", "jonas", "kim"):
        pre_save(app, twin, fan)
    client = app.test_client()
    sign_in(client, "alice@alba.example")
    return client


def test_before_the_moment_everybody_waits(alice: FlaskClient) -> None:
    page = alice.get("/campaigns/1/progress").text
    assert "<b>3</b> waiting for the moment" in " ".join(page.split())
    assert "hx-get" not in page


def test_afterwards_each_state_has_its_words(alice: FlaskClient) -> None:
    run_sql("UPDATE pre_save SET state = 'needs_reauth' WHERE id = (SELECT id FROM pre_save ORDER BY id LIMIT 1)")
    move_release(1, timedelta(seconds=-1))
    adding.add_due("spotify")
    reading_back.read_back_due("spotify")
    page = " ".join(alice.get("/campaigns/1/progress").text.split())
    assert "<b>2</b> added" in page
    assert "<b>2</b> read back from the library" in page
    assert "<b>1</b> need to reconnect" in page
    assert "every 2s" in page


def test_a_held_release_says_so(alice: FlaskClient) -> None:
    run_sql("UPDATE campaign SET held_at = now()")
    assert "On hold" in alice.get("/campaigns/1/progress").text


def test_it_stops_asking_some_hours_later(alice: FlaskClient) -> None:
    move_release(1, timedelta(hours=-3))
    assert "hx-get" not in alice.get("/campaigns/1/progress").text


def test_a_stranger_sees_nothing(app: Flask, alice: FlaskClient) -> None:
    stranger = app.test_client()
    make_team("Other Records", "charlie@other.example")
    sign_in(stranger, "charlie@other.example")
    assert stranger.get("/campaigns/1/progress").status_code == 404
