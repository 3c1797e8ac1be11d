"""Test fans: they go first and are read back; the crowd waits a minute for them at the most."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from engine import let_waits_pass
from fans import move_release, pre_save, read_sql, row_of, run_sql
from flask import Flask
from twin_client import ALBUM_URI, TwinClient

from jobs import sweeper
from presave_app.presaves.claims import CANARY_SECONDS
from presave_app.releases import adding, reading_back, waves

TEST_FAN = "ida"
CROWD = ["jonas", "kim", "lea"]


@pytest.fixture
def ids(app: Flask, twin: TwinClient, campaign_id: int) -> dict[str, UUID]:
    """A test fan and a crowd, a second after the release moment."""
    made = {fan: pre_save(app, twin, fan) for fan in [TEST_FAN, *CROWD]}
    run_sql("UPDATE pre_save SET is_test_fan = true WHERE id = :id", id=made[TEST_FAN])
    run_sql("UPDATE target SET canary = 'waiting'")
    move_release(campaign_id, timedelta(seconds=-1))
    return made


def canary() -> str:
    return read_sql("SELECT canary FROM target")


def states(ids: dict[str, UUID]) -> set[str]:
    return {row_of(ids[fan]).state for fan in CROWD}


def let_the_minute_pass(ids: dict[str, UUID]) -> None:
    run_sql("UPDATE pre_save SET due_at = due_at - make_interval(secs => :s)", s=CANARY_SECONDS)
    let_waits_pass()


def test_a_test_fan_goes_first_and_is_read_back(ids: dict[str, UUID], twin: TwinClient) -> None:
    adding.add_due("spotify")
    calls = [call for call in twin.calls() if call["path"].startswith("/me/library")]
    assert [(call["method"], call["fan"]) for call in calls[:2]] == [("PUT", TEST_FAN), ("GET", TEST_FAN)]
    assert row_of(ids[TEST_FAN]).verified_at is not None
    assert canary() == "passed"
    assert states(ids) == {"done"}


@pytest.mark.parametrize("kind", ["403_premium", "403_forbidden"])
def test_a_refused_test_fan_holds_the_crowd(kind: str, ids: dict[str, UUID], twin: TwinClient) -> None:
    twin.fault(kind, method="PUT", path="/me/library", rate=1.0)
    adding.add_due("spotify")
    assert canary() == "refused"
    let_the_minute_pass(ids)
    adding.add_due("spotify")
    assert states(ids) == {"armed"}
    assert {call["fan"] for call in twin.calls(method="PUT")} == {TEST_FAN}


def test_a_test_fan_served_after_all_lets_the_crowd_go(ids: dict[str, UUID], twin: TwinClient) -> None:
    twin.fault("403_premium", method="PUT", path="/me/library", times=1)
    adding.add_due("spotify")
    assert canary() == "refused"
    let_waits_pass()
    adding.add_due("spotify")
    assert canary() == "passed"
    assert states(ids) == {"done"}


def test_an_unclear_answer_lets_the_crowd_go_after_a_minute(ids: dict[str, UUID], twin: TwinClient) -> None:
    twin.fault("500", method="PUT", path="/me/library", fan=TEST_FAN, rate=1.0)
    adding.add_due("spotify")
    assert canary() == "waiting"
    assert states(ids) == {"armed"}
    let_the_minute_pass(ids)
    adding.add_due("spotify")
    assert canary() == "unclear"
    assert states(ids) == {"done"}


def test_the_crowd_goes_by_itself_with_no_test_fan_left(ids: dict[str, UUID], twin: TwinClient) -> None:
    run_sql("UPDATE pre_save SET state = 'withdrawn' WHERE id = :id", id=ids[TEST_FAN])
    adding.add_due("spotify")
    assert states(ids) == {"armed"}
    let_the_minute_pass(ids)
    adding.add_due("spotify")
    assert states(ids) == {"done"}


def test_an_add_that_saved_nothing_is_not_passed(ids: dict[str, UUID], twin: TwinClient) -> None:
    twin.fault("empty_200", method="PUT", path="/me/library", fan=TEST_FAN, rate=1.0)
    adding.add_due("spotify")
    assert row_of(ids[TEST_FAN]).state == "done"
    assert canary() == "waiting"
    let_the_minute_pass(ids)
    adding.add_due("spotify")
    assert canary() == "unclear"


def test_a_late_proof_makes_an_unclear_answer_clear(ids: dict[str, UUID], twin: TwinClient) -> None:
    twin.fault("500", method="GET", path="/me/library/contains", times=1)
    adding.add_due("spotify")
    let_the_minute_pass(ids)
    adding.add_due("spotify")
    assert canary() == "unclear"
    run_sql("UPDATE pre_save SET read_back_at = now() WHERE read_back_at IS NOT NULL")
    reading_back.read_back_due("spotify")
    adding.add_due("spotify")
    assert canary() == "passed"
    assert ALBUM_URI in twin.library(TEST_FAN)


def test_a_campaign_without_test_fans_waits_for_nobody(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    pre_save_id = pre_save(app, twin, "jonas")
    move_release(campaign_id, timedelta(seconds=-1))
    adding.add_due("spotify")
    assert row_of(pre_save_id).state == "done"


def test_a_crowd_is_let_go_although_the_worker_died_before_saying_so(ids: dict[str, UUID], twin: TwinClient) -> None:
    run_sql("UPDATE target SET canary = 'refused', found_at = now()")
    run_sql("UPDATE pre_save SET state = 'claimed', claim_no = 1, lease_until = now() WHERE is_test_fan")
    run_sql("UPDATE pre_save SET state = 'done', lease_until = NULL, verified_at = now() WHERE is_test_fan")
    assert waves.services_with_due_adds() == []
    assert sweeper.sweep() == 0
    assert canary() == "passed"
    assert waves.services_with_due_adds() == ["spotify"]


def test_a_fault_of_ours_with_a_test_fan_stops_nobody(
    ids: dict[str, UUID], twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("a fault of ours")

    monkeypatch.setattr(adding.AddLane, "add_one", fail)
    let_the_minute_pass(ids)
    adding.add_due("spotify")
    assert states(ids) == {"done"}
