"""Each answer of the service to an add, and what it means for the fan, for the gate and for everybody else."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from engine import let_a_minute_pass, let_waits_pass
from fans import move_release, pre_save, read_sql, row_of, run_sql
from flask import Flask
from twin_client import TwinClient

from presave_app.releases import adding, gate, steering
from presave_app.streaming.errors import Refused
from presave_app.streaming.registry import get_connector
from presave_app.transaction import transaction


def test_a_call_whose_answer_was_lost_is_checked_first(due: UUID, twin: TwinClient) -> None:
    twin.fault("apply_then_close", method="PUT", path="/me/library")
    adding.add_due("spotify")
    assert row_of(due).state == "armed"
    let_waits_pass()
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("done", "already_there")
    assert len(twin.calls(method="PUT")) == 1


@pytest.mark.parametrize("kind", ["429", "429_text", "429_quota"])
def test_too_many_requests_shuts_the_gate(kind: str, due: UUID, twin: TwinClient) -> None:
    twin.fault(kind, method="PUT", path="/me/library", retry_after=3600)
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.tries) == ("armed", 0)
    assert 3500 < gate.shut_seconds("spotify") <= 3601
    run_sql("UPDATE pre_save SET next_at = due_at")
    assert adding.add_due("spotify") == 0
    assert len(twin.calls(method="PUT")) == 1


@pytest.mark.parametrize("kind", ["500", "502", "503_html", "close"])
def test_a_fault_of_the_service_is_tried_again(kind: str, due: UUID, twin: TwinClient) -> None:
    twin.fault(kind, method="PUT", path="/me/library")
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.tries) == ("armed", 1)
    let_waits_pass()
    adding.add_due("spotify")
    assert row_of(due).state == "done"


@pytest.mark.parametrize("kind", ["401_expired", "401_invalid"])
def test_an_access_token_not_taken_is_renewed_at_once(kind: str, due: UUID, twin: TwinClient) -> None:
    twin.fault(kind, method="PUT", path="/me/library")
    adding.add_due("spotify")
    assert row_of(due).state == "done"
    assert len(twin.calls(grant_type="refresh_token")) == 1


def test_a_refused_app_marks_no_fan(due: UUID, twin: TwinClient) -> None:
    twin.fault("403_premium", method="PUT", path="/me/library")
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.tries, row.refusals) == ("armed", 0, 0)
    let_waits_pass()
    adding.add_due("spotify")
    assert row_of(due).state == "done"


def test_a_missing_scope_needs_the_fan(due: UUID, twin: TwinClient) -> None:
    twin.fault("403_scope", method="PUT", path="/me/library", times=2)
    adding.add_due("spotify")
    assert row_of(due).state == "armed"
    let_waits_pass()
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("needs_reauth", "scope_missing")


def test_a_fan_not_on_the_list_is_tried_again_later(due: UUID, twin: TwinClient) -> None:
    twin.fault("403_unregistered", method="PUT", path="/me/library")
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("armed", "not_on_the_list")


def test_a_release_not_there_yet_is_tried_again(due: UUID, twin: TwinClient) -> None:
    twin.fault("404", method="PUT", path="/me/library")
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("armed", "not_in_catalogue")
    let_waits_pass()
    adding.add_due("spotify")
    assert row_of(due).state == "done"


def test_a_revoked_grant_needs_two_refusals(due: UUID, twin: TwinClient) -> None:
    twin.control("POST", "fans/ida/revoke", {})
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("armed", "refused_once")
    let_a_minute_pass()
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("needs_reauth", "grant_revoked")
    assert read_sql("SELECT refresh_token_sealed FROM fan_grant") is None


def test_one_dead_fan_does_not_stop_the_others(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    ids = {fan: pre_save(app, twin, fan) for fan in ("ida", "jonas", "kim")}
    broken = b"v1|k1|" + bytes(40)
    run_sql(
        "UPDATE fan_grant SET access_token_sealed = :b, refresh_token_sealed = :b "
        "WHERE id = (SELECT grant_id FROM pre_save WHERE id = :id)",
        b=broken,
        id=ids["ida"],
    )
    move_release(campaign_id, timedelta(seconds=-1))
    adding.add_due("spotify")
    assert {row_of(ids[fan]).state for fan in ("jonas", "kim")} == {"done"}
    let_a_minute_pass()
    adding.add_due("spotify")
    assert (row_of(ids["ida"]).state, row_of(ids["ida"]).reason) == ("needs_reauth", "sign_in_broken")


def test_what_the_service_calls_wrong_is_parked_after_three(
    due: UUID, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise Refused("http_400")

    monkeypatch.setattr(type(get_connector("spotify")), "add", refuse)
    for _ in range(3):
        let_waits_pass()
        adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("failed", "http_400")
    # A person may have it tried again, so the sign-in is kept until the deadline.
    assert read_sql("SELECT state FROM fan_grant") == "active"
    monkeypatch.undo()
    with transaction() as session:
        assert steering.retry(session, row.campaign_id, "a test") == 1
    adding.add_due("spotify")
    assert row_of(due).state == "done"


def test_one_fan_refused_stops_nobody_else(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    ids = {fan: pre_save(app, twin, fan) for fan in ("ida", "jonas", "kim")}
    move_release(campaign_id, timedelta(seconds=-1))
    twin.fault("403_forbidden", method="PUT", path="/me/library", fan="ida", rate=1.0)
    adding.add_due("spotify")
    assert {row_of(ids[fan]).state for fan in ("jonas", "kim")} == {"done"}
    assert gate.shut_seconds("spotify") == 0.0
    for _ in range(2):
        let_waits_pass()
        adding.add_due("spotify")
    assert row_of(ids["ida"]).state == "failed"


def test_outages_use_up_no_refusal(due: UUID, twin: TwinClient, monkeypatch: pytest.MonkeyPatch) -> None:
    twin.fault("500", method="PUT", path="/me/library", times=2)
    for _ in range(2):
        let_waits_pass()
        adding.add_due("spotify")
    twin.fault("403_forbidden", method="PUT", path="/me/library")
    let_waits_pass()
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.tries, row.refusals) == ("armed", 2, 1)


def test_a_lost_answer_is_remembered_through_a_pause(due: UUID, twin: TwinClient) -> None:
    twin.fault("apply_then_close", method="PUT", path="/me/library")
    adding.add_due("spotify")
    twin.fault("429", method="GET", path="/me/library/contains", retry_after=1)
    let_waits_pass()
    adding.add_due("spotify")
    let_waits_pass()
    run_sql("UPDATE service_gate SET open_at = now()")
    adding.add_due("spotify")
    assert row_of(due).reason == "already_there"
    assert len(twin.calls(method="PUT")) == 1
