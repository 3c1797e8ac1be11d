"""The people of the campaign tests: Alice owns, Ed edits, Bob only looks, Charlie is of another label."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from makers import make_member, make_team, sign_in

from presave_app.extensions import limiter
from presave_app.teams.models import Role


@pytest.fixture
def team_id(app: Flask) -> int:
    """Alba Records, with Alice, Ed and Bob."""
    limiter.reset()
    made = make_team("Alba Records", "alice@alba.example")
    make_member(made, "ed@alba.example", Role.EDITOR)
    make_member(made, "bob@alba.example", Role.VIEWER)
    return made


@pytest.fixture
def signed_in(app: Flask, team_id: int) -> Callable[[str], FlaskClient]:
    """The browser of somebody who is signed in."""

    def browser_of(name: str) -> FlaskClient:
        browser = app.test_client()
        sign_in(browser, f"{name}@alba.example")
        return browser

    return browser_of


@pytest.fixture
def alice(signed_in: Callable[[str], FlaskClient]) -> FlaskClient:
    return signed_in("alice")


@pytest.fixture
def ed(signed_in: Callable[[str], FlaskClient]) -> FlaskClient:
    return signed_in("ed")


@pytest.fixture
def bob(signed_in: Callable[[str], FlaskClient]) -> FlaskClient:
    return signed_in("bob")


@pytest.fixture
def charlie(app: Flask, team_id: int) -> FlaskClient:
    make_team("Other Label", "charlie@other.example")
    browser = app.test_client()
    sign_in(browser, "charlie@other.example")
    return browser
