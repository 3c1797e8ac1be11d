"""Every address for programs, tried by each kind of token, for the label's own campaign and for another label's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from doors import SECRET_TITLE, Door, World, doors_of, everything, make_world
from fans import read_sql
from flask import Flask
from makers import UPC
from werkzeug.test import TestResponse

from presave_app.access import Access
from presave_app.api.tokens import make_token
from presave_app.extensions import limiter
from presave_app.transaction import transaction

SENT = {"title": "Sent By A Program", "artist": "Mo", "upc": UPC}
TAKEN = {200, 201, 202}
MADE_UP = "presave_" + "x" * 43


@pytest.fixture(autouse=True)
def no_limits(app: Flask) -> None:
    limiter.reset()


@pytest.fixture
def world(app: Flask) -> World:
    return make_world()


def test_the_doors_are_found(app: Flask) -> None:
    found = {str(door) for door in doors_of(app, Access.API)}
    assert {"GET /api/v1/campaigns", "PATCH /api/v1/campaigns/<slug>"} <= found


@pytest.mark.parametrize("token", ["", MADE_UP])
def test_without_a_token_nobody_gets_in(app: Flask, world: World, token: str) -> None:
    before = everything()
    for door in doors_of(app, Access.API):
        answer = try_door(app, world, door, token)
        assert answer.status_code == 401, door
        assert SECRET_TITLE not in answer.text, door
    assert everything() == before


def test_a_members_browser_is_no_program(app: Flask, world: World) -> None:
    browser, before = world.browser_of(app, "owner"), everything()
    for door in doors_of(app, Access.API):
        answer = browser.open(world.address(app, door), method=door.method, json=SENT)
        assert answer.status_code == 401, door
    assert everything() == before


def test_a_token_that_reads_changes_nothing(app: Flask, world: World) -> None:
    token = token_of(world, "owner", "read")
    before = all_but_tokens()
    for door in doors_of(app, Access.API):
        assert try_door(app, world, door, token).status_code == (200 if door.is_safe else 403), door
    assert all_but_tokens() == before


def test_a_token_that_writes_is_let_in(app: Flask, empty_tables: Callable[[], None]) -> None:
    for door in doors_of(app, Access.API):
        empty_tables()
        world = make_world()
        assert try_door(app, world, door, token_of(world, "owner", "write")).status_code in TAKEN, door


@pytest.mark.parametrize("scope", ["read", "write"])
def test_a_token_of_another_label_finds_nothing(app: Flask, world: World, scope: str) -> None:
    token = token_of(world, "stranger", scope)
    before = all_but_tokens()
    for door in doors_of(app, Access.API):
        if not door.is_safe and not door.rule.arguments:
            continue
        answer = try_door(app, world, door, token)
        may = door.is_safe or scope == "write"
        found = 404 if door.rule.arguments else 200
        assert answer.status_code == (found if may else 403), door
        assert SECRET_TITLE not in answer.text, door
    assert all_but_tokens() == before


def test_what_another_label_makes_is_its_own(app: Flask, world: World) -> None:
    for door in doors_of(app, Access.API):
        if not door.is_safe and not door.rule.arguments:
            assert try_door(app, world, door, token_of(world, "stranger", "write")).status_code in TAKEN, door
    made = read_sql("SELECT team_id FROM campaign WHERE title = :title", title=SENT["title"])
    assert made == team_of(world, "stranger")
    assert read_sql("SELECT count(*) FROM campaign WHERE team_id <> :id", id=made) == 1


def try_door(app: Flask, world: World, door: Door, token: str) -> TestResponse:
    """Go through it as a program does, with a campaign where it takes one."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = None if door.is_safe else SENT
    return app.test_client().open(world.address(app, door), method=door.method, json=body, headers=headers)


def token_of(world: World, who: str, scope: str) -> str:
    with transaction():
        return make_token(team_of(world, who), world.members[who][0], "A program", scope)


def team_of(world: World, who: str) -> int:
    return read_sql("SELECT team_id FROM membership WHERE member_id = :id", id=world.members[who][0])


def all_but_tokens() -> dict[str, str | None]:
    """The rows of every table; a token says itself when it was used last."""
    return {name: rows for name, rows in everything().items() if name != "api_token"}
