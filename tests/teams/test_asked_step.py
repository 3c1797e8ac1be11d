"""A team that asks its owners for the second step: who has none is led there, and nobody is locked out."""

from __future__ import annotations

import io
import zipfile

import pytest
from doors import TYPED, doors_of, make_world
from fans import read_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import PASSWORD, csrf_of, make_member, make_team, post, sign_in
from phones import Phone, turn_on
from test_every_door import FOR_OWNERS

from presave_app.teams.models import Role, Team
from presave_app.transaction import transaction

ALICE, BOB = "alice@alba.example", "bob@alba.example"
SET_UP = "/account/second-step"


@pytest.fixture
def team(app: Flask) -> int:
    return make_team()


@pytest.fixture
def phone(client: FlaskClient, team: int) -> Phone:
    """Alice's; she has a second step, and has the team ask every owner for one. Bob owns it too, without one."""
    make_member(team, BOB, Role.OWNER)
    sign_in(client, ALICE)
    phone = turn_on(client)[0]
    assert post(client, f"/team/{team}/second-step", is_on="1").status_code == 303
    return phone


@pytest.fixture
def bob(app: Flask, phone: Phone) -> FlaskClient:
    browser = app.test_client()
    sign_in(browser, BOB)
    return browser


def test_the_switch_is_told_and_counts_who_has_none(client: FlaskClient, team: int, phone: Phone) -> None:
    assert "1 of 2 owners has\n      none yet." in client.get(f"/team/{team}").text
    post(client, f"/team/{team}/second-step", is_on="1")
    post(client, f"/team/{team}/second-step", is_on="")
    history = client.get(f"/team/{team}/history").text
    assert history.count("had the team ask its owners for a second step") == 1
    assert "left the second step to each owner" in history
    assert read_sql("SELECT asks_second_step FROM team") is False


@pytest.mark.parametrize("htmx", [False, True])
def test_whoever_asks_needs_one_first(client: FlaskClient, team: int, htmx: bool) -> None:
    sign_in(client, ALICE)
    refused = post(client, f"/team/{team}/second-step", is_on="1", htmx=htmx)
    assert refused.status_code == 422
    assert "Set up your own second step first" in refused.text
    assert ("<html" in refused.text) is not htmx
    assert read_sql("SELECT asks_second_step FROM team") is False


def test_a_sign_in_leads_to_it_and_on(app: Flask, phone: Phone, team: int) -> None:
    browser = app.test_client()
    answer = browser.post("/sign-in", data={"email": BOB, "password": PASSWORD, "next": "/artists"})
    assert answer.headers["Location"] == SET_UP
    page = browser.get(SET_UP).text
    assert "asks its owners for a second step" in page
    assert 'href="/artists">Not now' in page
    turn_on(browser)
    assert post(browser, f"/team/{team}/invitations", email="new@alba.example", role="viewer").status_code == 200


def test_an_owner_without_one_does_what_editors_do(bob: FlaskClient, team: int) -> None:
    page = bob.get(f"/team/{team}").text
    assert "Until you have set it up, you do here what editors do." in page
    assert "invite-title" not in page
    assert post(bob, "/campaigns", title="Solo", artist="Alba Voss", kind="single").status_code == 303


@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_of_owners_leads_there_and_changes_nothing(bob: FlaskClient, team: int, htmx: bool) -> None:
    answer = post(bob, f"/team/{team}/invitations", email="new@alba.example", role="viewer", htmx=htmx)
    assert answer.headers["HX-Redirect" if htmx else "Location"] == SET_UP
    assert read_sql("SELECT count(*) FROM invitation") == 0


def test_a_visit_goes_on_once_it_is_set_up(bob: FlaskClient, team: int) -> None:
    assert bob.get(f"/team/{team}/history").headers["Location"] == SET_UP
    post(bob, f"{SET_UP}/begin", password=PASSWORD)
    assert f'href="/team/{team}/history">Not now' in bob.get(SET_UP).text
    turn_on(bob)
    assert bob.get(f"/team/{team}/history").status_code == 200


def test_every_door_of_owners_is_behind_it(app: Flask) -> None:
    world = make_world()
    with transaction() as session:
        session.get_one(Team, world.things["team_id"]).asks_second_step = True
    browser = world.browser_of(app, "owner")
    for door in doors_of(app):
        if door.endpoint in FOR_OWNERS and "team_id" in door.rule.arguments:
            address = world.address(app, door)
            data = TYPED | {"csrf_token": csrf_of(browser), "is_on": ""}
            answer = browser.get(address) if door.is_safe else browser.post(address, data=data)
            assert answer.headers.get("Location") == SET_UP, door


def test_own_affairs_and_other_teams_stay_open(bob: FlaskClient, team: int) -> None:
    other = make_team("Other Label", BOB)
    assert bob.get(f"/team/{other}/history").status_code == 200
    assert post(bob, f"/team/{other}/invitations", email="x@other.example", role="viewer").status_code == 200
    assert bob.get("/account/browsers").status_code == 200
    assert post(bob, f"/team/{team}/leave").headers["Location"].startswith("/team?")
    assert post(bob, "/sign-out").status_code == 303


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_others_are_not_asked(app: Flask, phone: Phone, team: int, role: Role) -> None:
    make_member(team, "eva@alba.example", role)
    browser = app.test_client()
    assert sign_in(browser, "eva@alba.example").headers["Location"] == "/campaigns"
    assert "asks its owners" not in browser.get(f"/team/{team}").text


@pytest.mark.parametrize("htmx", [False, True])
def test_it_stays_on_while_a_team_asks(client: FlaskClient, phone: Phone, team: int, htmx: bool) -> None:
    refused = post(client, f"{SET_UP}/off", code=phone.code(), htmx=htmx)
    assert refused.status_code == 422
    assert "A team of yours asks for the second step, so it stays on." in refused.text
    assert "Turn the second step off" not in refused.text
    post(client, f"/team/{team}/second-step", is_on="")
    assert post(client, f"{SET_UP}/off", code=phone.code()).status_code == 303
    assert read_sql("SELECT count(*) FROM second_step") == 0


def test_new_recovery_codes_take_a_code(client: FlaskClient, phone: Phone) -> None:
    old = read_sql("SELECT min(code_hash) FROM recovery_code")
    assert post(client, f"{SET_UP}/codes", code="000000").status_code == 422
    assert read_sql(f"SELECT count(*) FROM recovery_code WHERE code_hash = '{old}'") == 1
    made = post(client, f"{SET_UP}/codes", code=phone.code())
    assert made.text.count("<li><code>") == 10
    assert read_sql("SELECT count(*) FROM recovery_code") == 10
    assert read_sql(f"SELECT count(*) FROM recovery_code WHERE code_hash = '{old}'") == 0


def test_an_archive_leaves_it_out_and_says_so(client: FlaskClient, phone: Phone, team: int) -> None:
    exported = post(client, f"/data/{team}/export")
    archive = zipfile.ZipFile(io.BytesIO(exported.data))
    exported.close()
    assert "who is in the team and how they sign in" in archive.read("README.txt").decode()
    assert "second_step" not in archive.read("campaigns.json").decode()
