"""Signed out in the middle of typing: the form travels with the sign-in, and is sent again with a good token."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fans import read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import PASSWORD, csrf_of, make_campaign, make_team, sign_in
from werkzeug.test import TestResponse

from presave_app.extensions import limiter

ALICE = "alice@alba.example"
TYPED = {"title": "Night & <Day>", "artist": "Alba Voss", "kind": "ep"}


@pytest.fixture
def alice(app: Flask, client: FlaskClient) -> FlaskClient:
    limiter.reset()
    make_team()
    sign_in(client, ALICE)
    return client


def test_a_form_sent_after_the_session_ended_is_sent_again(alice: FlaskClient) -> None:
    asked = _send_signed_out(alice, "/campaigns", TYPED)
    assert asked.status_code == 401
    assert "What you typed is kept" in asked.text
    back = alice.post("/sign-in", data={"email": ALICE, "password": PASSWORD, "kept": _kept(asked)})
    assert "Night &amp; &lt;Day&gt;" in back.text
    assert read_sql("SELECT count(*) FROM campaign") == 0
    assert alice.post("/campaigns", data=_hidden(back)).status_code == 303
    assert read_sql("SELECT title || kind FROM campaign") == "Night & <Day>ep"


def test_a_wrong_password_in_between_loses_nothing(alice: FlaskClient) -> None:
    asked = _send_signed_out(alice, "/campaigns", TYPED)
    again = alice.post("/sign-in", data={"email": ALICE, "password": "wrong", "kept": _kept(asked)})
    assert again.status_code == 422
    assert _kept(again) == _kept(asked)


def test_a_form_with_an_old_token_is_sent_again(alice: FlaskClient) -> None:
    answer = alice.post("/campaigns", data={"csrf_token": "of an older session", **TYPED})
    assert answer.status_code == 400
    assert alice.post("/campaigns", data=_hidden(answer)).status_code == 303
    assert read_sql("SELECT title FROM campaign") == TYPED["title"]


def test_a_field_with_an_old_token_gets_the_good_one(alice: FlaskClient) -> None:
    address = f"/campaigns/{make_campaign(1)}/title"
    headers = {"HX-Request": "true", "X-CSRFToken": "of an older session"}
    answer = alice.post(address, data={"title": "New"}, headers=headers)
    assert answer.status_code == 400
    token = re.fullmatch(r'\{"fresh-token": "([^"]+)"\}', answer.headers["HX-Trigger"])
    assert token is not None
    assert alice.post(address, data={"title": "New"}, headers=headers | {"X-CSRFToken": token[1]}).status_code == 200


def test_passwords_never_travel(alice: FlaskClient) -> None:
    typed = {"current": PASSWORD, "password": "another night bus"}
    asked = _send_signed_out(alice, "/account/password", typed)
    back = alice.post("/sign-in", data={"email": ALICE, "password": PASSWORD, "kept": _kept(asked)})
    assert "another night bus" not in back.text
    assert PASSWORD not in back.text


@pytest.mark.parametrize("kept", ["", "made up", "WyIvY2FtcGFpZ25zIixbXSxmYWxzZV0.aaaaaa.bbbb"])
def test_a_form_that_we_did_not_keep_is_not_sent(alice: FlaskClient, kept: str) -> None:
    answer = alice.post("/sign-in", data={"email": ALICE, "password": PASSWORD, "kept": kept})
    assert answer.headers["Location"] == "/campaigns"


def test_another_site_gets_no_page_with_a_token(alice: FlaskClient) -> None:
    answer = alice.post("/campaigns", data=TYPED, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "csrf_token" not in answer.text


def _send_signed_out(browser: FlaskClient, address: str, typed: dict[str, str]) -> TestResponse:
    token = csrf_of(browser)
    run_sql("UPDATE login_session SET ended_at = now()")
    return browser.post(address, data={"csrf_token": token, **typed})


def _kept(page: TestResponse) -> str:
    found = re.search(r'name="kept" value="([^"]*)"', page.text)
    assert found is not None
    return found[1]


def _hidden(page: TestResponse) -> dict[str, str]:
    typed = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page.text, re.DOTALL)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    return {"csrf_token": token[1], **{name: unescape(text) for name, text in typed}}
