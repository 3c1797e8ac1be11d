"""Alba Records with its members, and programs with tokens of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from makers import make_member, make_team, sign_in
from werkzeug.test import TestResponse

from presave_app.api.tokens import make_token
from presave_app.extensions import limiter
from presave_app.teams.accounts import find_member
from presave_app.teams.models import Role
from presave_app.transaction import transaction


@dataclass(frozen=True)
class Program:
    """A program that calls the API with its token."""

    client: FlaskClient
    token: str

    def __call__(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.client.open(f"/api/v1/{path}", method=method, json=body, headers=headers)


@pytest.fixture
def team_id(app: Flask) -> int:
    """Alba Records, with Alice, Ed and Bob."""
    limiter.reset()
    made = make_team("Alba Records", "alice@alba.example")
    make_member(made, "ed@alba.example", Role.EDITOR)
    make_member(made, "bob@alba.example", Role.VIEWER)
    return made


def token_of(team_id: int, email: str, scope: str) -> str:
    with transaction():
        member = find_member(email)
        assert member is not None
        return make_token(team_id, member.id, "A program", scope)


@pytest.fixture
def writer(app: Flask, team_id: int) -> Program:
    return Program(app.test_client(), token_of(team_id, "alice@alba.example", "write"))


@pytest.fixture
def reader(app: Flask, team_id: int) -> Program:
    return Program(app.test_client(), token_of(team_id, "alice@alba.example", "read"))


@pytest.fixture
def stranger(app: Flask, team_id: int) -> Program:
    """A program of another label, that may write there."""
    other = make_team("Other Label", "charlie@other.example")
    return Program(app.test_client(), token_of(other, "charlie@other.example", "write"))


@pytest.fixture
def nobody(app: Flask, team_id: int) -> Program:
    return Program(app.test_client(), "presave_" + "x" * 43)


@pytest.fixture
def browser_of(app: Flask, team_id: int) -> Callable[[str], FlaskClient]:
    """The browser of a member."""

    def signed_in(name: str) -> FlaskClient:
        if name == "charlie":
            make_team("Other Label", "charlie@other.example")
        browser = app.test_client()
        sign_in(browser, f"{name}@{'other' if name == 'charlie' else 'alba'}.example")
        return browser

    return signed_in
