"""The breaker: a run of failures stops everybody but a probe, and the first success lets everybody go on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from engine import CROWD as FANS
from engine import let_waits_pass
from fans import move_release, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from twin_client import TwinClient

from presave_app.releases import adding, breaker, gate, news, refreshing
from presave_app.streaming.errors import NotYetAvailable, Refused, RetryLater

STATES = "SELECT count(*) FROM pre_save WHERE state = :state"


def is_open() -> bool:
    return read_sql("SELECT breaker_at IS NOT NULL FROM service_gate")


def let_a_probe_be_due() -> None:
    run_sql("UPDATE service_gate SET probe_at = now()")
    run_sql("UPDATE pre_save SET next_at = due_at WHERE state = 'armed'")


@pytest.mark.parametrize("kind", ["500", "503_html", "close"])
def test_an_outage_opens_it_and_gives_up_nobody(kind: str, crowd: int, twin: TwinClient) -> None:
    twin.fault(kind, method="PUT", path="/me/library", rate=1.0)
    adding.add_due("spotify")
    assert is_open()
    assert read_sql(STATES, state="armed") == FANS


def test_an_open_one_lets_one_call_through_at_a_time(crowd: int, twin: TwinClient) -> None:
    twin.fault("500", method="PUT", path="/me/library", rate=1.0)
    adding.add_due("spotify")
    before = len(twin.calls(method="PUT"))
    run_sql("UPDATE pre_save SET next_at = due_at WHERE state = 'armed'")
    assert adding.add_due("spotify") == 0
    let_a_probe_be_due()
    adding.add_due("spotify")
    assert len(twin.calls(method="PUT")) == before + 1
    assert is_open()


def test_a_probe_that_works_lets_everybody_go_on(crowd: int, twin: TwinClient) -> None:
    twin.fault("500", method="PUT", path="/me/library", rate=1.0)
    adding.add_due("spotify")
    twin.control("DELETE", "faults")
    run_sql("UPDATE service_gate SET probe_at = now()")
    run_sql("UPDATE pre_save SET next_at = due_at WHERE id = (SELECT id FROM pre_save WHERE state = 'armed' LIMIT 1)")
    adding.add_due("spotify")
    assert not is_open()
    # Nobody waits out the long pauses that the outage has grown.
    adding.add_due("spotify")
    assert read_sql(STATES, state="done") == FANS


def test_refused_credentials_mark_nobody_dead(crowd: int, twin: TwinClient) -> None:
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    twin.fault("400_invalid_client", method="POST", path="/api/token", rate=1.0)
    run_sql("UPDATE target SET found_at = now()")
    for _ in range(3):
        let_waits_pass()
        adding.add_due("spotify")
    assert is_open()
    assert read_sql(STATES, state="armed") == FANS
    assert read_sql("SELECT count(*) FROM fan_grant WHERE state = 'active'") == FANS
    twin.control("DELETE", "faults")
    for _ in range(3):
        let_waits_pass()
        run_sql("UPDATE fan_grant SET refresh_until = NULL")
        adding.add_due("spotify")
    assert read_sql(STATES, state="done") == FANS


def test_the_warm_up_stops_at_refused_credentials(crowd: int, twin: TwinClient) -> None:
    move_release(crowd, timedelta(minutes=30))
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    twin.fault("400_invalid_client", method="POST", path="/api/token", rate=1.0)
    refreshing.warm_up("spotify", 20)
    assert is_open()
    assert refreshing.find_stale("spotify", 1) == []
    assert len(twin.calls(grant_type="refresh_token")) < FANS


def test_single_failures_between_successes_do_not_open_it(app: Flask) -> None:
    gate.pass_through("spotify")
    for _ in range(breaker.STRIKES_THAT_OPEN * 2):
        news.tell("spotify", [RetryLater("http_500"), "added"])
    assert not is_open()


def test_two_workers_count_strikes_together(app: Flask) -> None:
    gate.pass_through("spotify")
    for _ in range(breaker.STRIKES_THAT_OPEN - 1):
        news.tell("spotify", [RetryLater("http_500")])
    assert not is_open()
    news.tell("spotify", [RetryLater("http_500")])
    assert is_open()
    assert not gate.lets_through("spotify")


@pytest.mark.parametrize(
    "result",
    [RetryLater("rate_limited", 60), RetryLater("being_refreshed", wait_seconds=2), NotYetAvailable("x"), True],
)
def test_what_is_no_failure_is_no_strike(result: object) -> None:
    assert news.strike_of(result) is None


def test_a_look_that_works_does_not_close_it(app: Flask) -> None:
    gate.pass_through("spotify")
    news.tell("spotify", [Refused("forbidden")] * breaker.STRIKES_THAT_OPEN)
    news.tell("spotify", [True], may_close=False)
    assert is_open()
    news.tell("spotify", ["added"])
    assert not is_open()


def test_a_renewal_that_works_closes_what_renewals_opened(crowd: int, twin: TwinClient) -> None:
    move_release(crowd, timedelta(minutes=30))
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    twin.fault("500", method="POST", path="/api/token", rate=1.0)
    refreshing.warm_up("spotify", 20)
    assert is_open()
    twin.control("DELETE", "faults")
    run_sql("UPDATE service_gate SET probe_at = now()")
    run_sql("UPDATE fan_grant SET refresh_until = NULL")
    refreshing.warm_up("spotify", 20)
    assert not is_open()
    assert read_sql("SELECT count(*) FROM fan_grant WHERE access_expires_at > now()") == FANS


def test_a_probe_goes_to_the_campaign_that_is_not_refused(app: Flask, crowd: int, twin: TwinClient) -> None:
    for number in range(FANS):
        twin.fault("403_forbidden", method="PUT", path="/me/library", fan=f"fan-{number:02}", rate=1.0)
    adding.add_due("spotify")
    assert is_open()
    healthy = open_campaign(timedelta(hours=1), slug="second")
    pre_save_id = pre_save(app, twin, "nora", "second")
    move_release(healthy, timedelta(seconds=-1))
    run_sql("UPDATE target SET found_at = now()")
    let_a_probe_be_due()
    adding.add_due("spotify")
    assert row_of(pre_save_id).state == "done"
