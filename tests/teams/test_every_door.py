"""Every address of the workspace, tried by each role of the label, by another label's owner, and by nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from doors import SECRET_TITLE, TYPED, Door, World, doors_of, everything, make_world, rows_of_campaign
from fans import read_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import csrf_of, make_campaign
from werkzeug.test import TestResponse

from presave_app.extensions import db, limiter

# What everybody who is signed in does with what is their own, whatever their role.
OWN_AFFAIRS = {
    "teams.sign_out",
    "teams.password_save",
    "team_pages.team_leave",
    "browsers.browser_end_others",
    "second_steps.second_step_begin",
    "second_steps.second_step_confirm",
    "second_steps.second_step_off",
    "second_steps.second_step_renew",
}
# The world's second browser is its owner's.
OF_THE_OWNER = {"browsers.browser_end"}
# What a viewer has no use of even to look at.
FOR_EDITORS = {
    "campaigns.campaign_new",
    "artists.artist_new",
    "connection_tests.test_page",
    "connection_tests.test_report",
    "tables.table_new",
}
# What only owners do.
FOR_OWNERS = {
    "team_pages.role_change",
    "team_histories.history_page",
    "team_pages.person_remove",
    "inviting.invite",
    "inviting.invitation_withdraw",
    "transfer.export",
    "api_tokens.token_list",
    "api_tokens.token_make",
    "api_tokens.token_revoke",
    "webhooks.hook_list",
    "webhooks.hook_make",
    "webhooks.hook_remove",
    "webhooks.delivery_again",
    "second_members.switch",
    "asked_steps.switch",
    "team_pages.team_new",
    "team_pages.team_create",
}
OF_A_LABEL = {"campaign_id", "team_id", "artist_id"}
TAKEN = {200, 204, 303, 409, 422}


@pytest.fixture(autouse=True)
def no_limits(app: Flask) -> None:
    limiter.reset()


@pytest.fixture
def world(app: Flask) -> World:
    return make_world()


def test_the_doors_are_found(app: Flask) -> None:
    found = {str(door) for door in doors_of(app)}
    assert "GET /campaigns" in found
    assert any(door.startswith("POST /campaigns/") for door in found)
    for word in ("confirm", "withdraw"):
        assert any(door.startswith("POST ") and door.endswith(f":act> {word}") for door in found)


def test_nobody_gets_in(app: Flask, world: World) -> None:
    before = everything()
    for door in doors_of(app):
        answer = try_door(app, world, door, "nobody")
        if door.is_safe:
            assert answer.headers.get("Location", "").startswith("/sign-in"), door
        else:
            assert answer.status_code == 401, door
    assert everything() == before


def test_a_stranger_finds_nothing_of_the_label(app: Flask, world: World) -> None:
    before = everything()
    for door in doors_of(app):
        answer = try_door(app, world, door, "stranger")
        if door.rule.arguments & OF_A_LABEL:
            assert _end_of(answer, app, world).status_code == 404, door
        assert answer.status_code < 500, door
        assert SECRET_TITLE not in answer.text, door
    assert everything() == before


def test_a_campaign_of_ones_own_is_no_way_to_anothers(app: Flask, world: World) -> None:
    mine = make_campaign(_team_of(world, "stranger"), title="My Own")
    crossed = replace(world, things=world.things | {"campaign_id": mine})
    for door in doors_of(app):
        if len(door.rule.arguments) > 1 and "campaign_id" in door.rule.arguments and not door.is_safe:
            before = rows_of_campaign(world.things["campaign_id"])
            answer = try_door(app, crossed, door, "stranger")
            assert answer.status_code < 500, door
            assert SECRET_TITLE not in answer.text, door
            assert rows_of_campaign(world.things["campaign_id"]) == before, door


def test_a_team_of_ones_own_is_no_way_to_anothers(app: Flask, world: World) -> None:
    crossed = replace(world, things=world.things | {"team_id": _team_of(world, "stranger")})
    doors = [door for door in doors_of(app) if "team_id" in door.rule.arguments and len(door.rule.arguments) > 1]
    assert {"token_id", "hook_id", "delivery_id", "invitation_id", "member_id"} <= {
        part for door in doors for part in door.rule.arguments
    }
    before = everything()
    for door in doors:
        answer = try_door(app, crossed, door, "stranger")
        assert answer.status_code < 500, door
        assert SECRET_TITLE not in answer.text, door
        assert everything() == before, door


def test_a_viewer_looks_and_changes_nothing(app: Flask, world: World) -> None:
    before = everything()
    wrong: dict[str, int] = {}
    for door in doors_of(app):
        if door.endpoint in OWN_AFFAIRS | OF_THE_OWNER:
            continue
        may = door.is_safe and door.endpoint not in FOR_EDITORS | FOR_OWNERS
        wrong |= unexpected(door, try_door(app, world, door, "viewer"), TAKEN if may else {403})
    assert wrong == {}
    assert everything() == before


def test_a_viewer_does_what_is_their_own(app: Flask, empty_tables: Callable[[], None]) -> None:
    own = [door for door in doors_of(app) if door.endpoint in OWN_AFFAIRS]
    for door, world in in_fresh_worlds(own, empty_tables):
        assert try_door(app, world, door, "viewer").status_code in TAKEN, door


@pytest.mark.parametrize("who", ["owner", "editor"])
def test_whoever_may_is_let_in(app: Flask, empty_tables: Callable[[], None], who: str) -> None:
    wrong: dict[str, int] = {}
    for door, world in in_fresh_worlds(doors_of(app), empty_tables):
        if who != "owner" and door.endpoint in OF_THE_OWNER:
            continue
        may = who == "owner" or door.endpoint not in FOR_OWNERS
        wrong |= unexpected(door, try_door(app, world, door, who), TAKEN if may else {403})
    assert wrong == {}


def unexpected(door: Door, answer: TestResponse, expected: set[int]) -> dict[str, int]:
    """The door and its answer's status, if that is none of those."""
    return {} if answer.status_code in expected else {str(door): answer.status_code}


def in_fresh_worlds(doors: list[Door], empty_tables: Callable[[], None]) -> Iterator[tuple[Door, World]]:
    """Each door, and a world in which nobody went through another one before."""
    world = make_world()
    for door in doors:
        yield door, world
        if not door.is_safe:
            db.session.remove()
            empty_tables()
            world = make_world()


def try_door(app: Flask, world: World, door: Door, who: str) -> TestResponse:
    """Go through it as a browser does, with a few words typed where it takes a form."""
    browser, address = world.browser_of(app, who), world.address(app, door)
    if door.is_safe:
        return browser.get(address, buffered=True)
    return browser.post(address, data=_form(browser, who), buffered=True)


def _end_of(answer: TestResponse, app: Flask, world: World) -> TestResponse:
    """Where a redirect leads to; the way back to a campaign is the same for every number, and ends at the campaign."""
    leads_on = answer.status_code == 303
    return world.browser_of(app, "stranger").get(answer.headers["Location"]) if leads_on else answer


def _team_of(world: World, who: str) -> int:
    return read_sql(f"SELECT team_id FROM membership WHERE member_id = {world.members[who][0]}")


def _form(browser: FlaskClient, who: str) -> dict[str, str]:
    return TYPED if who == "nobody" else TYPED | {"csrf_token": csrf_of(browser)}
