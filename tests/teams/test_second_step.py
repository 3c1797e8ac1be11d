"""The second step: after a password and after a link, each code once, and never guessed."""

from __future__ import annotations

import json
import re
import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from makers import PASSWORD, make_link, make_team, post, sign_in
from phones import Phone, turn_on
from sqlalchemy import text
from werkzeug.test import TestResponse

from presave_app.extensions import current_settings, db
from presave_app.lib.vault import KeyRing
from presave_app.teams import second_step
from presave_app.teams.second_step import Verdict
from presave_app.transaction import transaction

ALICE = "alice@alba.example"
NEW_PASSWORD = "a train to Lisbon at dawn"


@pytest.fixture
def armed(app: Flask, client: FlaskClient) -> tuple[Phone, list[str]]:
    """Alice with a second step; her browser stays signed in."""
    make_team()
    sign_in(client, ALICE)
    return turn_on(client)


def first_step(app: Flask, **fields: str) -> FlaskClient:
    browser = app.test_client()
    answer = browser.post("/sign-in", data={"email": ALICE, "password": PASSWORD, **fields})
    assert answer.headers["Location"] == "/sign-in/code"
    return browser


def _end_sign_ins() -> None:
    with transaction() as session:
        session.execute(text("UPDATE login_session SET expires_at = now()"))


def _carried(page: TestResponse) -> dict[str, str]:
    """The hidden fields by which the pages of a sign-in hand on what was typed before, and where to go."""
    return dict(re.findall(r'name="(kept|next)" value="([^"]*)"', page.text))


def test_the_password_alone_opens_nothing(app: Flask, armed: tuple[Phone, list[str]]) -> None:
    phone, _ = armed
    browser = first_step(app, next="/services")
    assert browser.get("/campaigns").status_code == 303
    assert "Code from your app" in browser.get("/sign-in/code").text
    assert browser.post("/sign-in/code", data={"code": "000000"}).status_code == 422
    assert browser.get("/campaigns").status_code == 303
    answer = browser.post("/sign-in/code", data={"code": f" {phone.code()[:3]} {phone.code()[3:]} "})
    assert answer.headers["Location"] == "/services"
    assert browser.get("/campaigns").status_code == 200


def test_a_code_counts_once(app: Flask, armed: tuple[Phone, list[str]]) -> None:
    phone, _ = armed
    code = phone.code()
    assert first_step(app).post("/sign-in/code", data={"code": code}).status_code == 303
    assert first_step(app).post("/sign-in/code", data={"code": code}).status_code == 422
    assert first_step(app).post("/sign-in/code", data={"code": phone.code(-1)}).status_code == 422
    assert first_step(app).post("/sign-in/code", data={"code": phone.code(1)}).status_code == 303


def test_of_two_with_the_same_code_one_gets_in(app: Flask, armed: tuple[Phone, list[str]]) -> None:
    code = armed[0].code()
    browsers = [first_step(app) for _ in range(2)]
    answers: list[int] = []
    barrier = threading.Barrier(2)

    def use(browser: FlaskClient) -> None:
        with app.app_context():
            barrier.wait()
            answers.append(browser.post("/sign-in/code", data={"code": code}).status_code)

    threads = [threading.Thread(target=use, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422]


def test_a_code_of_long_ago_or_of_later_is_wrong(app: Flask, armed: tuple[Phone, list[str]]) -> None:
    browser = first_step(app)
    for ahead in (-20, -3, 3, 20):
        assert browser.post("/sign-in/code", data={"code": armed[0].code(ahead)}).status_code == 422


def test_ten_wrong_codes_must_wait_whatever_the_browser(app: Flask, armed: tuple[Phone, list[str]]) -> None:
    phone, codes = armed
    for _ in range(10):
        assert first_step(app).post("/sign-in/code", data={"code": "000000"}).status_code == 422
    for code in (phone.code(), codes[0]):
        answer = first_step(app).post("/sign-in/code", data={"code": code})
        assert answer.status_code == 429
        assert "Wait an hour" in answer.text
    with transaction() as session:
        session.execute(text("UPDATE second_step SET tries_since = tries_since - interval '61 minutes'"))
    assert first_step(app).post("/sign-in/code", data={"code": phone.code()}).status_code == 303


def test_a_recovery_code_signs_in_once(app: Flask, armed: tuple[Phone, list[str]]) -> None:
    _, codes = armed
    assert len(set(codes)) == 10
    typed = codes[3].lower().replace("-", " ")
    assert first_step(app).post("/sign-in/code", data={"code": typed}).status_code == 303
    assert first_step(app).post("/sign-in/code", data={"code": codes[3]}).status_code == 422
    assert first_step(app).post("/sign-in/code", data={"code": codes[4]}).status_code == 303


def test_nothing_of_it_lies_in_the_database_in_clear(
    app: Flask, client: FlaskClient, armed: tuple[Phone, list[str]]
) -> None:
    phone, codes = armed
    rows = [str(row) for name in ("second_step", "recovery_code") for row in db.session.execute(text(f"TABLE {name}"))]
    assert len(rows) == 11
    for secret in (phone.totp.secret, *codes, codes[0].replace("-", "")):
        assert not [row for row in rows if secret in row]
    page = client.get("/account/second-step").text
    assert "10 of 10" in page
    assert not [secret for secret in (phone.totp.secret, *codes) if secret in page]


def test_the_secret_opens_for_its_member_alone(app: Flask, armed: tuple[Phone, list[str]]) -> None:
    ring = current_settings().token_keys
    sealed, member_id = db.session.execute(text("SELECT secret_sealed, member_id FROM second_step")).one()
    assert ring.open(bytes(sealed), f"second_step:{member_id}:secret_sealed") == armed[0].totp.secret
    with pytest.raises(Exception, match="does not belong"):
        ring.open(bytes(sealed), f"second_step:{member_id + 1}:secret_sealed")


def test_the_first_step_waits_ten_minutes(app: Flask, armed: tuple[Phone, list[str]]) -> None:
    browser = first_step(app)
    with transaction() as session:
        session.execute(text("UPDATE login_session SET expires_at = expires_at - interval '10 minutes'"))
    answer = browser.post("/sign-in/code", data={"code": armed[0].code()})
    assert answer.headers["Location"] == "/sign-in"
    assert browser.get("/campaigns").status_code == 303


def test_a_code_that_comes_too_late_loses_nothing(
    app: Flask, client: FlaskClient, armed: tuple[Phone, list[str]]
) -> None:
    _end_sign_ins()
    asked = client.post("/campaigns", data={"title": "Night Drive"})
    sent = {"email": ALICE, "password": PASSWORD, **_carried(asked), "next": "/services"}
    step = client.post("/sign-in", data=sent)
    assert _carried(step) == _carried(asked) | {"next": "/services"}
    _end_sign_ins()
    late = client.post("/sign-in/code", data={"code": armed[0].code(), **_carried(step)})
    assert late.status_code == 401
    assert "The code came too late." in late.text
    assert "What you typed is kept" in late.text
    assert _carried(late) == _carried(step)
    again = client.post("/sign-in", data={"email": ALICE, "password": PASSWORD, **_carried(late)})
    back = client.post("/sign-in/code", data={"code": armed[0].code(), **_carried(again)})
    assert "Night Drive" in back.text
    # The same form once more, from a second tab: its sender is signed in by now.
    twice = client.post("/sign-in/code", data={"code": armed[0].code(), **_carried(again)})
    assert "Night Drive" in twice.text
    assert client.post("/sign-in/code", data={"next": "/services"}).headers["Location"] == "/services"


def test_where_somebody_was_going_outlives_the_first_step(app: Flask, armed: tuple[Phone, list[str]]) -> None:
    browser = first_step(app, next="/services")
    step = browser.get("/sign-in/code")
    _end_sign_ins()
    late = browser.post("/sign-in/code", data={"code": armed[0].code(), **_carried(step)})
    assert _carried(late) == {"kept": "", "next": "/services"}
    elsewhere = browser.post("/sign-in/code", data={"next": "https://evil.example/"})
    assert "evil.example" not in elsewhere.text


def test_a_new_password_ends_a_first_step_too(app: Flask, client: FlaskClient, armed: tuple[Phone, list[str]]) -> None:
    browser = first_step(app)
    assert post(client, "/account/password", current=PASSWORD, password=NEW_PASSWORD).status_code == 303
    assert browser.post("/sign-in/code", data={"code": armed[0].code()}).headers["Location"] == "/sign-in"


def test_a_link_needs_a_code_before_it_changes_anything(app: Flask, armed: tuple[Phone, list[str]]) -> None:
    path = f"/welcome/{make_link(ALICE)}"
    browser = app.test_client()
    assert "Code from your app" in browser.get(path).text
    for code in ("", "000000"):
        answer = browser.post(path, data={"password": NEW_PASSWORD, "code": code})
        assert answer.status_code == 422
        assert "That code is wrong" in answer.text
    assert browser.get("/campaigns").status_code == 303
    first_step(app)
    assert browser.post(path, data={"password": NEW_PASSWORD, "code": armed[0].code()}).status_code == 303
    assert browser.get("/campaigns").status_code == 200


def test_turning_it_on_signs_the_other_browsers_out(app: Flask, client: FlaskClient) -> None:
    make_team()
    other = app.test_client()
    sign_in(other, ALICE)
    sign_in(client, ALICE)
    turn_on(client)
    assert other.get("/campaigns").status_code == 303
    assert client.get("/campaigns").status_code == 200


@pytest.mark.parametrize("htmx", [False, True])
def test_it_is_set_up_only_with_the_password_and_a_code(app: Flask, client: FlaskClient, htmx: bool) -> None:
    make_team()
    sign_in(client, ALICE)
    refused = post(client, "/account/second-step/begin", password="wrong", htmx=htmx)
    assert refused.status_code == 422
    assert ("<html" in refused.text) is not htmx
    post(client, "/account/second-step/begin", password=PASSWORD)
    wrong = post(client, "/account/second-step/confirm", code="000000", htmx=htmx)
    assert wrong.status_code == 422
    assert "That code is wrong" in wrong.text
    sign_in(app.test_client(), ALICE)


def test_turning_it_off_needs_a_code(app: Flask, client: FlaskClient, armed: tuple[Phone, list[str]]) -> None:
    phone, codes = armed
    assert post(client, "/account/second-step/off", code="000000").status_code == 422
    assert post(client, "/account/second-step/begin", password=PASSWORD).status_code == 303
    first_step(app)
    assert post(client, "/account/second-step/off", code=phone.code()).status_code == 303
    sign_in(app.test_client(), ALICE)
    assert second_step.codes_left(1) == 0
    assert codes


def test_the_picture_is_the_key(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    post(client, "/account/second-step/begin", password=PASSWORD)
    page = client.get("/account/second-step").text
    assert 'src="data:image/svg+xml' in page


def test_the_command_line_lets_somebody_in_who_lost_everything(app: Flask, armed: tuple[Phone, list[str]]) -> None:
    runner, older = app.test_cli_runner(), make_link(ALICE)
    done = runner.invoke(args=["teams", "forget-second-step", ALICE, "--json"])
    assert json.loads(done.stdout) == {"email": ALICE, "was_on": True}
    assert app.test_client().get(f"/welcome/{older}").status_code == 410
    assert app.test_client().get(f"/welcome/{make_link(ALICE)}").status_code == 200
    sign_in(app.test_client(), ALICE)
    assert runner.invoke(args=["teams", "forget-second-step", "no@no.example"]).exit_code == 1


def test_a_new_key_seals_it_again(app: Flask, armed: tuple[Phone, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    old = current_settings().token_keys
    both = KeyRing({"k9": bytes(32), **old.keys})
    monkeypatch.setattr(second_step, "current_settings", lambda: type("Settings", (), {"token_keys": both}))
    with transaction() as session:
        assert second_step.reseal(session) == 1
        assert second_step.reseal(session) == 0
    assert second_step.key_ids_in_use() == {"k9"}
    with transaction():
        assert second_step.check(1, armed[0].code()) is Verdict.RIGHT
