"""Signing in and out: alike for everybody, new each time, ended on the server."""

from __future__ import annotations

import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from makers import PASSWORD, csrf_of, make_campaign, make_team, post, sign_in
from sqlalchemy import text

from presave_app.extensions import db, limiter
from presave_app.transaction import transaction

ALICE = "alice@alba.example"


@pytest.fixture(autouse=True)
def fresh_limits(app: Flask) -> None:
    limiter.reset()


def test_the_right_password_opens_the_list(app: Flask, client: FlaskClient) -> None:
    make_team()
    answer = client.post("/sign-in", data={"email": " Alice@ALBA.example ", "password": PASSWORD})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/campaigns"
    assert client.get("/campaigns").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"), [(ALICE, "wrong"), ("bob@alba.example", PASSWORD), ("", ""), ("a\x00b", "x"), (ALICE, "")]
)
def test_whatever_is_wrong_the_words_are_the_same(app: Flask, client: FlaskClient, email: str, password: str) -> None:
    make_team()
    answer = client.post("/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 422
    assert "do not belong together" in answer.text
    assert "session" not in answer.headers.get("Set-Cookie", "")


def test_the_typed_address_is_kept_and_the_password_not(app: Flask, client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"email": "typo@alba.example", "password": "a secret thing"})
    assert 'value="typo@alba.example"' in answer.text
    assert "a secret thing" not in answer.text


def test_an_unknown_member_takes_as_long_as_a_known_one(app: Flask, client: FlaskClient) -> None:
    make_team()
    client.post("/sign-in", data={"email": "nobody@alba.example", "password": "warm up"})
    known, unknown = (min(_seconds(client, email) for _ in range(4)) for email in (ALICE, "nobody@alba.example"))
    assert unknown > known * 0.6


def test_the_next_page_is_one_of_ours(app: Flask, client: FlaskClient) -> None:
    make_team()
    for asked, given in (
        ("/campaigns/new", "/campaigns/new"),
        ("//evil.example", "/campaigns"),
        ("/\\evil", "/campaigns"),
    ):
        browser = app.test_client()
        answer = browser.post("/sign-in", data={"email": ALICE, "password": PASSWORD, "next": asked})
        assert answer.headers["Location"] == given


def test_a_stranger_comes_back_to_the_page_they_asked_for(app: Flask, client: FlaskClient) -> None:
    assert client.get("/campaigns/new").headers["Location"] == "/sign-in?next=/campaigns/new"


def test_each_sign_in_has_a_secret_of_its_own(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    before = client.get_cookie("session")
    token = csrf_of(client)
    sign_in(client, ALICE)
    after = client.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert csrf_of(client) != token


def test_signing_out_ends_the_session_on_the_server(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    stolen = client.get_cookie("session")
    assert stolen is not None
    assert post(client, "/sign-out").headers["Location"] == "/sign-in"
    thief = app.test_client()
    thief.set_cookie("session", stolen.value)
    assert thief.get("/campaigns").status_code == 303


def test_a_session_is_over_after_two_weeks(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    _move_sessions("13 days")
    assert client.get("/campaigns").status_code == 200
    _move_sessions("1 day")
    assert client.get("/campaigns").status_code == 303


def test_a_tampered_cookie_is_no_sign_in(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    cookie = client.get_cookie("session")
    assert cookie is not None
    client.set_cookie("session", cookie.value[:-4] + "AAAA")
    answer = client.get("/campaigns")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


def test_the_database_holds_no_secret_of_a_browser(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    with client.session_transaction() as kept:
        secret = kept["_user_id"]
    rows = db.session.execute(text("SELECT secret_hash FROM login_session")).scalars().all()
    assert rows
    assert secret not in rows


def test_many_wrong_tries_must_wait_but_lose_nothing(app: Flask, client: FlaskClient) -> None:
    make_team()
    for _ in range(10):
        client.post("/sign-in", data={"email": ALICE, "password": "wrong"})
    answer = client.post("/sign-in", data={"email": ALICE, "password": PASSWORD})
    assert answer.status_code == 429
    assert "Too many tries" in answer.text
    assert f'value="{ALICE}"' in answer.text


def test_a_stranger_elsewhere_locks_nobody_out(app: Flask, client: FlaskClient) -> None:
    make_team()
    for _ in range(12):
        client.post("/sign-in", data={"email": ALICE, "password": "wrong"}, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    sign_in(client, ALICE)


def test_a_member_who_is_in_is_not_locked_out(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    for _ in range(12):
        app.test_client().post("/sign-in", data={"email": ALICE, "password": "wrong"})
    assert client.get("/campaigns").status_code == 200


def test_a_new_password_ends_every_other_session(app: Flask, client: FlaskClient) -> None:
    make_team()
    other = app.test_client()
    sign_in(client, ALICE)
    sign_in(other, ALICE)
    answer = post(client, "/account/password", current=PASSWORD, password="a train to Lisbon at dawn")
    assert answer.status_code == 303
    assert client.get("/campaigns").status_code == 200
    assert other.get("/campaigns").status_code == 303
    sign_in(other, ALICE, "a train to Lisbon at dawn")


def test_the_old_password_is_asked_for(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    answer = post(client, "/account/password", current="wrong", password="short")
    assert answer.status_code == 422
    assert "not the password you have now" in answer.text
    assert "at least 12 characters" in answer.text


def test_a_public_page_is_the_same_for_a_member(app: Flask, client: FlaskClient) -> None:
    make_campaign(make_team(), slug="night-drive")
    sign_in(client, ALICE)
    answer = client.get("/night-drive")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_pages_of_members_are_kept_by_nobody(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    assert client.get("/campaigns").headers["Cache-Control"] == "no-store"


def _seconds(client: FlaskClient, email: str) -> float:
    limiter.reset()
    began = time.perf_counter()
    client.post("/sign-in", data={"email": email, "password": "wrong"})
    return time.perf_counter() - began


def _move_sessions(age: str) -> None:
    with transaction() as session:
        session.execute(text("UPDATE login_session SET expires_at = expires_at - CAST(:age AS interval)"), {"age": age})


def test_whoever_sits_at_an_open_browser_can_not_try_out_passwords(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    for number in range(10):
        typed = {"current": f"guess number {number}", "password": "a train to Lisbon at dawn"}
        assert post(client, "/account/password", typed).status_code == 422
    refused = post(client, "/account/password", current=PASSWORD, password="a train to Lisbon at dawn")
    assert refused.status_code == 429
    assert "Too many tries in a short time. Wait an hour." in refused.text
    # The member herself still signs in with it elsewhere.
    assert sign_in(app.test_client(), ALICE).status_code == 303
