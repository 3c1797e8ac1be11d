"""The live count: nothing while nothing changes, at once when something does, and an end by itself."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from fans import move_release, open_campaign, pre_save, run_sql
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from twin_client import TwinClient

from presave_app.counts.tally import forget_counts
from presave_app.extensions import db


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    return open_campaign()


def poll_of(html: str) -> str | None:
    found = re.search(r'hx-trigger="every (\w+)"', html)
    return found[1] if found else None


def test_an_unchanged_number_is_no_content(client: FlaskClient) -> None:
    answer = client.get("/night-drive/count?seen=0&face=pre-save")
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_changed_number_comes_as_a_fragment(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    pre_save(app, twin, "ida")
    answer = client.get("/night-drive/count?seen=0&face=pre-save")
    assert answer.status_code == 200
    assert "is-moved" in answer.text
    assert "seen=1&amp;face=pre-save" in answer.text


def test_strange_questions_are_answered_with_the_number(client: FlaskClient) -> None:
    for query in ("", "?seen=", "?seen=x", "?seen=-1&face=<b>", "?seen=99999999999999999999"):
        assert client.get(f"/night-drive/count{query}").status_code == 200


def test_the_poll_slows_down_and_ends_by_itself(client: FlaskClient, campaign_id: int) -> None:
    assert poll_of(client.get("/night-drive/count").text) == "1s"
    for release_in, poll in ((timedelta(minutes=-1), "2s"), (timedelta(hours=-25), None)):
        move_release(campaign_id, release_in)
        forget_counts()
        assert poll_of(client.get("/night-drive/count").text) == poll


def test_the_poll_ends_when_the_page_is_taken_down(client: FlaskClient) -> None:
    run_sql("UPDATE campaign SET published_at = NULL")
    answer = client.get("/night-drive/count?seen=0&face=pre-save")
    assert answer.status_code == 200
    assert poll_of(answer.text) is None


def test_an_open_page_is_told_of_the_release_once(client: FlaskClient, campaign_id: int) -> None:
    move_release(campaign_id, timedelta(seconds=-1))
    answer = client.get("/night-drive/count?seen=0&face=pre-save")
    assert json.loads(answer.headers["HX-Trigger"]) == {"released": True}
    again = client.get("/night-drive/count?seen=0&face=out-now")
    assert again.status_code == 204
    assert "HX-Trigger" not in again.headers


def test_an_old_address_keeps_counting(client: FlaskClient, campaign_id: int) -> None:
    run_sql("INSERT INTO slug_entry (slug, campaign_id) VALUES ('night-ride', :id)", id=campaign_id)
    assert "/night-drive/count?seen=0" in client.get("/night-ride/count").text


def test_a_draft_and_a_wrong_address_have_no_count(client: FlaskClient) -> None:
    run_sql("UPDATE campaign SET published_at = NULL")
    run_sql("DELETE FROM slug_entry")
    for slug in ("night-drive", "no-such-page"):
        for ending in ("count", "count.json"):
            assert client.get(f"/{slug}/{ending}").status_code == 404


def test_a_count_is_one_query_and_then_none(client: FlaskClient) -> None:
    client.get("/healthz")
    seen: list[str] = []
    listener = lambda *given: seen.append(given[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    try:
        for _ in range(3):
            client.get("/night-drive/count?seen=0&face=pre-save")
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
    assert len([statement for statement in seen if "pre_save" in statement]) == 1


def test_the_count_sets_no_cookie(client: FlaskClient) -> None:
    for path in ("/night-drive/count", "/night-drive/count?seen=0", "/night-drive/count.json"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
