"""One-time sign-in links: a visit shows, the form uses, once."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from makers import PASSWORD, make_link, make_team, post, sign_in
from sqlalchemy import text

from presave_app.extensions import limiter
from presave_app.teams import accounts, links
from presave_app.transaction import transaction

ALICE = "alice@alba.example"
NEW_PASSWORD = "a train to Lisbon at dawn"


@pytest.fixture(autouse=True)
def fresh_limits(app: Flask) -> None:
    limiter.reset()


def new_owner() -> str:
    """A team whose owner has no password yet; returns the link's secret."""
    with transaction():
        _, member = accounts.create_team("Alba Records", ALICE)
        return links.new_link(member.id)


def test_looking_does_not_use_the_link(app: Flask, client: FlaskClient) -> None:
    secret = new_owner()
    for _ in range(3):
        answer = client.get(f"/welcome/{secret}")
        assert answer.status_code == 200
        assert ALICE in answer.text
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_form_sets_a_password_and_signs_in(app: Flask, client: FlaskClient) -> None:
    answer = client.post(f"/welcome/{new_owner()}", data={"password": NEW_PASSWORD})
    assert answer.headers["Location"] == "/campaigns"
    assert client.get("/campaigns").status_code == 200
    sign_in(app.test_client(), ALICE, NEW_PASSWORD)


def test_a_used_link_says_so_in_plain_words(app: Flask, client: FlaskClient) -> None:
    secret = new_owner()
    client.post(f"/welcome/{secret}", data={"password": NEW_PASSWORD})
    for answer in (
        client.get(f"/welcome/{secret}"),
        client.post(f"/welcome/{secret}", data={"password": NEW_PASSWORD}),
    ):
        assert answer.status_code == 410
        assert "used already" in answer.text


def test_a_made_up_link_is_answered_the_same(app: Flask, client: FlaskClient) -> None:
    assert client.get("/welcome/nothing").status_code == 410
    assert client.post("/welcome/nothing", data={"password": NEW_PASSWORD}).status_code == 410


def test_a_link_is_over_after_three_days(app: Flask, client: FlaskClient) -> None:
    secret = new_owner()
    with transaction() as session:
        session.execute(text("UPDATE sign_in_link SET expires_at = expires_at - interval '72 hours'"))
    assert client.get(f"/welcome/{secret}").status_code == 410
    assert client.post(f"/welcome/{secret}", data={"password": NEW_PASSWORD}).status_code == 410


def test_a_refused_password_does_not_use_the_link(app: Flask, client: FlaskClient) -> None:
    secret = new_owner()
    answer = client.post(f"/welcome/{secret}", data={"password": "short"})
    assert answer.status_code == 422
    assert "at least 12 characters" in answer.text
    assert client.post(f"/welcome/{secret}", data={"password": NEW_PASSWORD}).status_code == 303


def test_who_has_a_password_may_just_continue(app: Flask, client: FlaskClient) -> None:
    make_team()
    secret = make_link(ALICE)
    assert "Leave it empty" in client.get(f"/welcome/{secret}").text
    assert client.post(f"/welcome/{secret}", data={}).status_code == 303
    sign_in(app.test_client(), ALICE, PASSWORD)


def test_a_new_password_by_link_signs_every_browser_out(app: Flask, client: FlaskClient) -> None:
    make_team()
    sign_in(client, ALICE)
    other = app.test_client()
    other.post(f"/welcome/{make_link(ALICE)}", data={"password": NEW_PASSWORD})
    assert client.get("/campaigns").status_code == 303
    assert other.get("/campaigns").status_code == 200


def test_a_new_password_spends_every_other_link(app: Flask, client: FlaskClient) -> None:
    make_team()
    make_team("Other Label", "olga@other.example")
    first, second, olgas = make_link(ALICE), make_link(ALICE), make_link("olga@other.example")
    assert client.post(f"/welcome/{first}", data={"password": NEW_PASSWORD}).status_code == 303
    assert app.test_client().post(f"/welcome/{second}", data={}).status_code == 410
    third = make_link(ALICE)
    assert post(client, "/account/password", current=NEW_PASSWORD, password=PASSWORD).status_code == 303
    assert app.test_client().post(f"/welcome/{third}", data={}).status_code == 410
    for later in (make_link(ALICE), olgas):
        assert app.test_client().post(f"/welcome/{later}", data={}).status_code == 303


def test_a_link_that_leaves_the_password_leaves_the_other_links(app: Flask, client: FlaskClient) -> None:
    make_team()
    first, second = make_link(ALICE), make_link(ALICE)
    for secret in (first, second):
        assert app.test_client().post(f"/welcome/{secret}", data={}).status_code == 303


def test_two_links_of_one_member_used_at_the_same_time_give_one_password(app: Flask) -> None:
    secrets = [new_owner(), make_link(ALICE)]
    answers: list[int] = []
    barrier = threading.Barrier(2)

    def use(secret: str) -> None:
        with app.app_context():
            browser = app.test_client()
            barrier.wait()
            answers.append(browser.post(f"/welcome/{secret}", data={"password": NEW_PASSWORD}).status_code)

    threads = [threading.Thread(target=use, args=(secret,)) for secret in secrets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 410]


def test_of_two_at_the_same_time_one_gets_in(app: Flask) -> None:
    secret = new_owner()
    answers: list[int] = []
    barrier = threading.Barrier(2)

    def use() -> None:
        with app.app_context():
            browser = app.test_client()
            barrier.wait()
            answers.append(browser.post(f"/welcome/{secret}", data={"password": NEW_PASSWORD}).status_code)

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 410]


def test_the_form_is_taken_only_from_our_own_page(app: Flask, client: FlaskClient) -> None:
    secret = new_owner()
    answer = client.post(
        f"/welcome/{secret}", data={"password": NEW_PASSWORD}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert client.get(f"/welcome/{secret}").status_code == 200
