"""Sign-in links by mail: asked for by anybody, sent to members alone, and nothing tells who is one."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from mail_server import MailServer
from makers import make_team, sign_in
from sqlalchemy import event, text

from jobs import letters
from presave_app.extensions import db
from presave_app.teams.letters import forget_old
from presave_app.transaction import transaction

ALICE = "alice@alba.example"
NOBODY = "nobody@alba.example"
NEW_PASSWORD = "a train to Lisbon at dawn"
_WELCOME = re.compile(r"http://127\.0\.0\.1:5000(/welcome/[\w-]+)")


def link_in(post_office: MailServer) -> str:
    found = _WELCOME.search(post_office.taken[-1].message.get_content())
    assert found is not None
    return found[1]


def test_the_link_signs_in_and_takes_a_new_password(app: Flask, client: FlaskClient, post_office: MailServer) -> None:
    make_team()
    elsewhere = app.test_client()
    sign_in(elsewhere, ALICE)
    answer = client.post("/sign-in/link", data={"email": " Alice@ALBA.example "})
    assert "on its way" in answer.text
    letters.send_due()
    assert post_office.recipients == [ALICE]
    assert client.post(link_in(post_office), data={"password": NEW_PASSWORD}).status_code == 303
    assert client.get("/campaigns").status_code == 200
    assert elsewhere.get("/campaigns").status_code == 303
    sign_in(elsewhere, ALICE, NEW_PASSWORD)


def test_the_answer_and_its_work_are_the_same_for_everybody(
    app: Flask, client: FlaskClient, post_office: MailServer
) -> None:
    make_team()
    client.post("/sign-in/link", data={"email": "warm@up.example"})
    asked: dict[str, list[str]] = {}
    answers = {}
    for email in (ALICE, NOBODY):
        statements: list[str] = asked.setdefault(email, [])

        def keep(*given: object, statements: list[str] = statements) -> None:
            statements.append(str(given[2]))

        event.listen(db.engine, "before_cursor_execute", keep)
        answer = client.post("/sign-in/link", data={"email": email})
        event.remove(db.engine, "before_cursor_execute", keep)
        answers[email] = answer.status_code, answer.text.replace(email, "?")
    assert answers[ALICE] == answers[NOBODY]
    assert asked[ALICE] == asked[NOBODY]
    assert asked[ALICE]
    assert not [statement for statement in asked[ALICE] if "member" in statement]
    assert letters.send_due() == 3
    assert post_office.recipients == [ALICE]


def test_the_link_is_over_after_an_hour(app: Flask, client: FlaskClient, post_office: MailServer) -> None:
    make_team()
    client.post("/sign-in/link", data={"email": ALICE})
    letters.send_due()
    with transaction() as session:
        session.execute(text("UPDATE sign_in_link SET expires_at = expires_at - interval '1 hour'"))
    assert client.post(link_in(post_office), data={}).status_code == 410


def test_who_asks_again_and_again_fills_nobodys_mailbox(
    app: Flask, client: FlaskClient, post_office: MailServer
) -> None:
    make_team()
    for n in range(6):
        client.post("/sign-in/link", data={"email": ALICE}, environ_base={"REMOTE_ADDR": f"203.0.113.{n}"})
    letters.send_due()
    assert post_office.recipients == [ALICE] * 3


def test_one_place_must_wait(app: Flask, client: FlaskClient, post_office: MailServer) -> None:
    answers = [client.post("/sign-in/link", data={"email": NOBODY}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


@pytest.mark.parametrize("email", ["", "bob", "a@b@c"])
def test_what_is_no_address_is_said_and_kept(client: FlaskClient, post_office: MailServer, email: str) -> None:
    answer = client.post("/sign-in/link", data={"email": email})
    assert answer.status_code == 422
    assert "not an e-mail address" in answer.text
    assert f'value="{email}"' in answer.text


def test_a_letter_that_waited_too_long_is_not_sent(app: Flask, client: FlaskClient, post_office: MailServer) -> None:
    make_team()
    client.post("/sign-in/link", data={"email": ALICE})
    with transaction() as session:
        session.execute(text("UPDATE letter SET created_at = created_at - interval '61 minutes'"))
    letters.send_due()
    assert post_office.taken == []


def test_without_mail_the_page_says_who_can_make_one(app: Flask, client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    assert "Whoever runs this installation" in page
    assert "/sign-in/link" not in page
    answer = client.post("/sign-in/link", data={"email": ALICE})
    assert answer.status_code == 422
    assert db.session.execute(text("SELECT count(*) FROM letter")).scalar_one() == 0


def test_the_page_of_another_site_can_not_ask(app: Flask, client: FlaskClient, post_office: MailServer) -> None:
    answer = client.post("/sign-in/link", data={"email": ALICE}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_yesterdays_letters_are_forgotten(app: Flask, client: FlaskClient, post_office: MailServer) -> None:
    client.post("/sign-in/link", data={"email": NOBODY})
    forget_old()
    assert db.session.execute(text("SELECT count(*) FROM letter")).scalar_one() == 1
    with transaction() as session:
        session.execute(text("UPDATE letter SET created_at = created_at - interval '1 day'"))
    forget_old()
    assert db.session.execute(text("SELECT count(*) FROM letter")).scalar_one() == 0
