"""Invitations: for one address, once, for three days; shown by a visit, accepted by a form."""

from __future__ import annotations

import re
import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from mail_server import MailServer
from makers import PASSWORD, make_member, make_team, post, sign_in
from sqlalchemy import text

from jobs import letters
from presave_app.extensions import db
from presave_app.teams import people
from presave_app.teams.accounts import find_member, find_role
from presave_app.teams.models import Role
from presave_app.transaction import transaction

ALICE = "alice@alba.example"
BOB = "bob@alba.example"
NEW_PASSWORD = "a train to Lisbon at dawn"
_JOIN = re.compile(r"http://127\.0\.0\.1:5000(/join/[\w-]+)")


@pytest.fixture
def team(app: Flask, client: FlaskClient) -> int:
    """A team whose owner is signed in."""
    made = make_team()
    sign_in(client, ALICE)
    return made


def invite(client: FlaskClient, team: int, email: str = BOB, role: str = "editor") -> str:
    """Invite without mail; returns the path of the link that is shown."""
    answer = post(client, f"/team/{team}/invitations", email=email, role=role)
    assert answer.status_code == 200, answer.text
    found = _JOIN.search(answer.text)
    assert found is not None
    return found[1]


def role_of(team: int, email: str) -> Role | None:
    member = find_member(email)
    return None if member is None else find_role(team, member.id)


def test_the_link_is_shown_once_and_kept_as_a_hash(team: int, client: FlaskClient) -> None:
    path = invite(client, team)
    page = client.get(f"/team/{team}").text
    assert BOB in page
    assert "/join/" not in page
    (kept,) = db.session.scalars(text("SELECT secret_hash FROM invitation")).all()
    assert kept not in (None, path.removeprefix("/join/"))


def test_a_new_member_chooses_a_password_and_is_in(app: Flask, team: int, client: FlaskClient) -> None:
    path = invite(client, team, role="viewer")
    browser = app.test_client()
    for _ in range(3):
        page = browser.get(path)
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "Choose a password" in page.text
        assert ALICE in page.text
    refused = browser.post(path, data={"password": "short"})
    assert refused.status_code == 422
    assert "at least 12" in refused.text
    assert browser.post(path, data={"password": NEW_PASSWORD}).headers["Location"].startswith(f"/team/{team}")
    assert browser.get("/campaigns").status_code == 200
    assert role_of(team, BOB) is Role.VIEWER
    sign_in(app.test_client(), BOB, NEW_PASSWORD)


def test_an_invitation_works_once(app: Flask, team: int, client: FlaskClient) -> None:
    path = invite(client, team)
    app.test_client().post(path, data={"password": NEW_PASSWORD})
    late = app.test_client()
    for answer in (late.get(path), late.post(path, data={"password": PASSWORD})):
        assert answer.status_code == 410
        assert "used already" in answer.text
    sign_in(app.test_client(), BOB, NEW_PASSWORD)


def test_of_two_at_the_same_time_one_gets_in(app: Flask, team: int, client: FlaskClient) -> None:
    path = invite(client, team)
    answers: list[int] = []
    barrier = threading.Barrier(2)

    def accept(password: str) -> None:
        with app.app_context():
            browser = app.test_client()
            barrier.wait()
            answers.append(browser.post(path, data={"password": password}).status_code)

    threads = [threading.Thread(target=accept, args=(f"{NEW_PASSWORD} {n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) in ([303, 410], [303, 422])
    assert db.session.execute(text("SELECT count(*) FROM membership")).scalar_one() == 2


def test_an_invitation_is_over_after_three_days(app: Flask, team: int, client: FlaskClient) -> None:
    path = invite(client, team)
    _age("71 hours")
    assert app.test_client().get(path).status_code == 200
    _age("1 hour")
    assert app.test_client().get(path).status_code == 410
    assert app.test_client().post(path, data={"password": NEW_PASSWORD}).status_code == 410
    assert BOB not in client.get(f"/team/{team}").text


def test_a_member_who_is_signed_in_joins_with_one_press(app: Flask, team: int, client: FlaskClient) -> None:
    make_team("Other Label", BOB)
    path = invite(client, team)
    browser = app.test_client()
    sign_in(browser, BOB)
    assert "Join the team" in browser.get(path).text
    assert browser.post(path).status_code == 303
    assert role_of(team, BOB) is Role.EDITOR


def test_somebody_else_is_told_so_and_nothing_is_used(app: Flask, team: int, client: FlaskClient) -> None:
    make_team("Other Label", "olga@other.example")
    path = invite(client, team)
    browser = app.test_client()
    sign_in(browser, "olga@other.example")
    assert "signed in as" in browser.get(path).text
    answer = browser.post(path, data={"password": NEW_PASSWORD})
    assert answer.status_code == 403
    assert "for another address" in answer.text
    assert role_of(team, "olga@other.example") is None
    assert app.test_client().post(path, data={"password": NEW_PASSWORD}).status_code == 303


def test_a_known_member_signs_in_first_and_comes_back(app: Flask, team: int, client: FlaskClient) -> None:
    make_team("Other Label", BOB)
    path = invite(client, team)
    browser = app.test_client()
    assert "Sign in, and you come back here" in browser.get(path).text
    assert browser.post(path, data={"password": NEW_PASSWORD}).status_code == 422
    answer = browser.post("/sign-in", data={"email": BOB, "password": PASSWORD, "next": path})
    assert answer.headers["Location"] == path
    assert browser.post(path).status_code == 303
    assert role_of(team, BOB) is Role.EDITOR


def test_a_withdrawn_invitation_leads_nowhere(app: Flask, team: int, client: FlaskClient) -> None:
    path = invite(client, team)
    invitation_id = db.session.execute(text("SELECT id FROM invitation")).scalar_one()
    answer = post(client, f"/team/{team}/invitations/{invitation_id}/withdraw", htmx=True)
    assert "is withdrawn" in answer.text
    assert app.test_client().post(path, data={"password": NEW_PASSWORD}).status_code == 410
    again = post(client, f"/team/{team}/invitations/{invitation_id}/withdraw", htmx=True)
    assert "Nothing is changed" in again.text


def test_inviting_again_replaces_the_first(app: Flask, team: int, client: FlaskClient) -> None:
    first, second = invite(client, team), invite(client, team, role="viewer")
    assert app.test_client().get(first).status_code == 410
    assert app.test_client().post(second, data={"password": NEW_PASSWORD}).status_code == 303
    assert role_of(team, BOB) is Role.VIEWER


def test_what_an_owner_invited_is_void_once_they_are_none(app: Flask, team: int, client: FlaskClient) -> None:
    carol = make_member(team, "carol@alba.example", Role.OWNER)
    carols = app.test_client()
    sign_in(carols, carol.email)
    path = invite(carols, team)
    assert app.test_client().get(path).status_code == 200
    with transaction():
        alice = find_member(ALICE)
        assert alice is not None
        people.change_role(people.owned_team(team, alice.id), carol.member_id, Role.EDITOR)
    assert app.test_client().get(path).status_code == 410


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_only_owners_invite_and_withdraw(app: Flask, team: int, client: FlaskClient, role: Role) -> None:
    invite(client, team, "dan@alba.example")
    make_member(team, BOB, role)
    browser = app.test_client()
    sign_in(browser, BOB)
    assert "dan@alba.example" not in browser.get(f"/team/{team}").text
    assert post(browser, f"/team/{team}/invitations", email="x@x.example", role="owner").status_code == 403
    assert post(browser, f"/team/{team}/invitations/1/withdraw").status_code == 403


def test_an_owner_of_another_team_can_not_reach_it(app: Flask, team: int, client: FlaskClient) -> None:
    path = invite(client, team)
    other = make_team("Other Label", "olga@other.example")
    olgas = app.test_client()
    sign_in(olgas, "olga@other.example")
    assert post(olgas, f"/team/{team}/invitations", email="x@x.example", role="owner").status_code == 404
    assert post(olgas, f"/team/{team}/invitations/1/withdraw").status_code == 404
    post(olgas, f"/team/{other}/invitations/1/withdraw")
    assert app.test_client().get(path).status_code == 200


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(("email", "fault"), [("bob", "not an e-mail address"), (ALICE, "in the team already")])
def test_what_was_typed_stays_beside_the_fault(
    team: int, client: FlaskClient, email: str, fault: str, htmx: bool
) -> None:
    answer = post(client, f"/team/{team}/invitations", email=email, role="viewer", htmx=htmx)
    assert answer.status_code == 422
    assert fault in answer.text
    assert f'value="{email}"' in answer.text
    assert re.search(r'value="viewer"\s+selected', answer.text.split('name="role"')[-1])


def test_with_mail_the_link_goes_to_the_address_alone(
    app: Flask, team: int, client: FlaskClient, post_office: MailServer
) -> None:
    answer = post(client, f"/team/{team}/invitations", email=BOB, role="viewer", htmx=True)
    assert "/join/" not in answer.text
    assert "on its way" in answer.text
    assert letters.send_due() == 1
    (taken,) = post_office.taken
    assert taken.recipients == (BOB,)
    assert taken.message["Subject"] == "Join Alba Records on Presave"
    found = _JOIN.search(taken.message.get_content())
    assert found is not None
    assert app.test_client().post(found[1], data={"password": NEW_PASSWORD}).status_code == 303
    assert letters.send_due() == 0


def test_a_mail_that_is_refused_is_said_to_the_owner(
    app: Flask, team: int, client: FlaskClient, post_office: MailServer
) -> None:
    post_office.refusals[BOB] = 550
    post(client, f"/team/{team}/invitations", email=BOB, role="viewer")
    letters.send_due()
    assert "could not be delivered" in client.get(f"/team/{team}").text
    assert letters.send_due() == 0


def test_a_mail_that_is_put_off_is_tried_again(
    app: Flask, team: int, client: FlaskClient, post_office: MailServer
) -> None:
    post_office.refusals[BOB] = 451
    post(client, f"/team/{team}/invitations", email=BOB, role="viewer")
    letters.send_due()
    assert "on its way" in client.get(f"/team/{team}").text
    post_office.refusals.clear()
    with transaction() as session:
        session.execute(text("UPDATE letter SET send_at = send_at - interval '2 minutes'"))
    letters.send_due()
    assert "Mailed." in client.get(f"/team/{team}").text


def test_an_invitation_that_was_withdrawn_is_not_mailed(
    app: Flask, team: int, client: FlaskClient, post_office: MailServer
) -> None:
    post(client, f"/team/{team}/invitations", email=BOB, role="viewer")
    post(client, f"/team/{team}/invitations/1/withdraw")
    letters.send_due()
    assert post_office.taken == []


def _age(age: str) -> None:
    with transaction() as session:
        session.execute(text("UPDATE invitation SET expires_at = expires_at - CAST(:age AS interval)"), {"age": age})
