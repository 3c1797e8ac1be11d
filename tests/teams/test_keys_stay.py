"""Tokens and webhooks are the team's: they stay when their maker goes, and the team is told and can end them."""

from __future__ import annotations

import pytest
from fans import read_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import csrf_of, make_member, make_team, post, sign_in

from presave_app.api.hooks import make_hook
from presave_app.api.tokens import make_token
from presave_app.teams.models import Role
from presave_app.transaction import transaction

ALICE, BOB = "alice@alba.example", "bob@alba.example"


@pytest.fixture
def team(app: Flask, client: FlaskClient) -> int:
    """Alice's browser is signed in; Bob, who owns the team as well, made two tokens and a webhook."""
    team_id = make_team()
    bob = make_member(team_id, BOB, Role.OWNER)
    sign_in(client, ALICE)
    with transaction():
        make_token(team_id, bob.member_id, "Week sheet", "read")
        make_token(team_id, bob.member_id, "Website", "write")
        make_hook(team_id, "https://hooks.alba.example/in", ["campaign.out"], bob.member_id)
    return team_id


def bob_id() -> int:
    return read_sql(f"SELECT id FROM member WHERE email = '{BOB}'")


def living() -> tuple[int, int]:
    tokens = read_sql("SELECT count(*) FROM api_token WHERE revoked_at IS NULL")
    return tokens, read_sql("SELECT count(*) FROM webhook WHERE removed_at IS NULL")


def test_whoever_removes_reads_what_stays(client: FlaskClient, team: int) -> None:
    assert "too: 2 API tokens and 1 webhook." in client.get(f"/team/{team}").text
    post(client, f"/team/{team}/people/{bob_id()}/remove")
    assert living() == (2, 1)
    for page in ("tokens", "webhooks"):
        assert f"by {BOB}, who is in the team no more," in client.get(f"/data/{team}/{page}").text


@pytest.mark.parametrize("htmx", [False, True])
def test_it_can_be_ended_with_the_removal(client: FlaskClient, team: int, htmx: bool) -> None:
    post(client, f"/team/{team}/people/{bob_id()}/remove", keys="1", htmx=htmx)
    assert living() == (0, 0)
    history = client.get(f"/team/{team}/history").text
    for words in ("revoked the token “Website”", "revoked the token “Week sheet”", "webhook to hooks.alba.example"):
        assert words in history


def test_nothing_of_others_ends(client: FlaskClient, team: int) -> None:
    data = {"csrf_token": csrf_of(client), "url": "https://hooks.alba.example/mine", "events": "campaign.out"}
    assert client.post(f"/data/{team}/webhooks", data=data).status_code == 303
    assert f"made by {ALICE} on" in client.get(f"/data/{team}/webhooks").text
    post(client, f"/data/{team}/tokens", name="Mine", scope="read")
    post(client, f"/team/{team}/people/{bob_id()}/remove", keys="1")
    assert living() == (1, 1)


def test_whoever_leaves_reads_it_and_it_stays(app: Flask, team: int) -> None:
    browser = app.test_client()
    sign_in(browser, BOB)
    assert "You made 2 API tokens and 1 webhook of this team." in browser.get(f"/team/{team}").text
    post(browser, f"/team/{team}/leave")
    assert living() == (2, 1)


def test_an_owner_who_gives_up_the_role_reads_of_themselves(app: Flask, team: int) -> None:
    browser = app.test_client()
    sign_in(browser, BOB)
    page = post(browser, f"/team/{team}/people/{bob_id()}/role", role="editor", htmx=True).text
    assert "Your own role is changed. You stay signed in here" in page
    assert "Whoever has it now" not in page


def test_who_took_an_archive_is_written_down(client: FlaskClient, team: int) -> None:
    post(client, f"/data/{team}/export").close()
    assert "downloaded everything of the team as an archive" in client.get(f"/team/{team}/history").text
