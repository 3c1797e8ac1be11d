"""The page of the services: what is on, what would turn the rest on, and how many fans each can serve."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fans import open_campaign, pre_save
from flask import Flask
from flask.testing import FlaskClient
from makers import make_team, sign_in
from small_service import OPTIONS, SilentHummingbird, hummingbird
from twin_client import TwinClient

from presave_app.services.facts import all_facts
from presave_app.streaming.registry import SERVICES, connectors


@pytest.fixture
def page(app: Flask, client: FlaskClient) -> str:
    """The page as an owner sees it."""
    make_team()
    sign_in(client, "alice@alba.example")
    return client.get("/services").text


def test_every_service_is_there_with_its_terms(page: str) -> None:
    for options, kind in SERVICES:
        assert f'id="service-{options.service}"' in page
        assert kind.setup.register_url in page
        assert f"http://127.0.0.1:5000/connect/{options.service}/callback" in page


def test_what_is_missing_is_named(page: str) -> None:
    assert "<code>DEEZER_APP_ID</code>" in page
    assert "<code>SPOTIFY_CLIENT_ID</code>" not in page


def test_it_is_for_members_only(client: FlaskClient) -> None:
    assert client.get("/services").status_code == 303


def test_capacity_is_what_the_rate_lets_through(app: Flask) -> None:
    facts = {each.service: each for each in all_facts()}
    assert facts["spotify"].fans_a_day == 1000 * 86_400 // 4
    assert facts["youtube"].fans_a_day is None


def test_capacity_is_what_the_budget_lets_through(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with hummingbird(app, SilentHummingbird, units_per_day=10_000):
        monkeypatch.setattr("presave_app.services.facts.SERVICES", ((OPTIONS, SilentHummingbird),))
        (facts,) = all_facts()
    # Fifty for the add and one for each of two looks.
    assert facts.fans_a_day == 192


def test_seats_are_counted_by_account(
    app: Flask, client: FlaskClient, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connectors()["spotify"], "audience_limit", 2)
    open_campaign(timedelta(hours=1))
    for fan in ("ida", "ida", "bo"):
        pre_save(app, twin, fan)
    sign_in(client, "alice@alba.example")
    page = client.get("/services").text
    assert "2 of 2 places taken." in page
    assert "All 2 places are taken: fan pages offer a reminder" in page
