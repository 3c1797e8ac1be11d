"""Tokens of a team: who makes them, that they are shown once and kept as a hash, and how they end."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fans import read_sql
from flask.testing import FlaskClient
from makers import post

Browsers = Callable[[str], FlaskClient]
_TOKEN = re.compile(r'value="(presave_[\w-]{43})"')


def test_a_token_is_shown_once_and_kept_as_a_hash(browser_of: Browsers, team_id: int, client: FlaskClient) -> None:
    alice = browser_of("alice")
    made = post(alice, f"/data/{team_id}/tokens", name="Newsletter", scope="read")
    found = _TOKEN.search(made.text)
    assert found
    token = found[1]
    assert made.headers["Cache-Control"] == "no-store"
    assert token not in alice.get(f"/data/{team_id}/tokens").text
    assert "Newsletter" in alice.get(f"/data/{team_id}/tokens").text
    assert token not in str(read_sql("SELECT row_to_json(t)::text FROM api_token t"))
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/campaigns", headers=headers).status_code == 200


def test_a_revoked_token_stays_in_the_list(browser_of: Browsers, team_id: int) -> None:
    alice = browser_of("alice")
    post(alice, f"/data/{team_id}/tokens", name="Newsletter", scope="write")
    answer = post(alice, f"/data/{team_id}/tokens/1/revoke")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/data/{team_id}/tokens")
    page = alice.get(f"/data/{team_id}/tokens").text
    assert "Revoked" in page
    assert "Revoke Newsletter" not in page
    assert post(alice, f"/data/{team_id}/tokens/1/revoke").status_code == 303
    assert post(alice, f"/data/{team_id}/tokens/2/revoke").status_code == 404


@pytest.mark.parametrize(
    ("name", "scope", "words"),
    [
        (" ", "write", "Name it after the program that will use it."),
        ("x" * 61, "write", "At most 60 characters, these are 61."),
        ("Newsletter", "all", "Choose what the program may do."),
    ],
)
def test_a_fault_stands_beside_its_field_and_nothing_typed_is_lost(
    name: str, scope: str, words: str, browser_of: Browsers, team_id: int
) -> None:
    answer = post(browser_of("alice"), f"/data/{team_id}/tokens", name=name, scope=scope)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{name}"' in answer.text
    assert ('<option value="write" selected>' in answer.text) == (scope == "write")
    assert read_sql("SELECT count(*) FROM api_token") == 0


@pytest.mark.parametrize(("name", "status"), [("alice", 200), ("ed", 403), ("bob", 403), ("charlie", 404)])
def test_only_an_owner_has_to_do_with_tokens(name: str, status: int, browser_of: Browsers, team_id: int) -> None:
    post(browser_of("alice"), f"/data/{team_id}/tokens", name="First", scope="read")
    browser = browser_of(name)
    assert browser.get(f"/data/{team_id}/tokens").status_code == status
    assert post(browser, f"/data/{team_id}/tokens", name="Mine", scope="write").status_code == status
    gone = post(browser, f"/data/{team_id}/tokens/1/revoke").status_code
    assert gone == (303 if name == "alice" else status)
    assert read_sql("SELECT count(*) FROM api_token WHERE revoked_at IS NULL") == 1


def test_a_token_of_another_team_is_not_there_to_revoke(browser_of: Browsers, team_id: int) -> None:
    post(browser_of("alice"), f"/data/{team_id}/tokens", name="First", scope="read")
    charlie = browser_of("charlie")
    other = read_sql("SELECT id FROM team WHERE slug = 'other-label'")
    assert post(charlie, f"/data/{other}/tokens/1/revoke").status_code == 404
    assert read_sql("SELECT revoked_at FROM api_token") is None


def test_a_team_has_so_many_tokens(browser_of: Browsers, team_id: int) -> None:
    alice = browser_of("alice")
    for number in range(20):
        post(alice, f"/data/{team_id}/tokens", name=f"Program {number}", scope="read")
    answer = post(alice, f"/data/{team_id}/tokens", name="One more", scope="read")
    assert "A team has at most 20 tokens." in answer.text
