"""The mass guard: a few fans may be given up, a crowd never without a person's word."""

from __future__ import annotations

from datetime import timedelta

from engine import CROWD as FANS
from engine import let_a_minute_pass, let_waits_pass
from fans import move_release, pre_save, read_sql, run_sql
from flask import Flask
from twin_client import TwinClient

from jobs import sweeper
from presave_app.releases import adding, guard, refreshing

STATES = "SELECT count(*) FROM pre_save WHERE state = :state"


def everybody_revokes(twin: TwinClient, fans: int = FANS) -> None:
    for number in range(fans):
        twin.control("POST", f"fans/fan-{number:02}/revoke", {})
    run_sql("UPDATE fan_grant SET access_expires_at = now()")


def is_open() -> bool:
    return bool(read_sql("SELECT count(*) FROM mass_guard WHERE confirmed_at IS NULL"))


def test_a_crowd_refused_is_our_fault_and_ends_nobody(crowd: int, twin: TwinClient) -> None:
    twin.fault("403_forbidden", method="PUT", path="/me/library", rate=1.0)
    for _ in range(2 * FANS + 1):
        let_waits_pass()
        adding.add_due("spotify")
    assert is_open()
    assert read_sql(STATES, state="armed") == FANS


def test_a_crowd_of_dead_sign_ins_ends_nobody(crowd: int, twin: TwinClient) -> None:
    everybody_revokes(twin)
    for _ in range(3):
        let_a_minute_pass()
        adding.add_due("spotify")
    assert is_open()
    assert read_sql(STATES, state="armed") == FANS
    assert read_sql("SELECT count(*) FROM fan_grant WHERE refresh_token_sealed IS NOT NULL") == FANS


def test_a_crowd_shows_in_the_warm_up_already(crowd: int, twin: TwinClient) -> None:
    move_release(crowd, timedelta(minutes=30))
    everybody_revokes(twin)
    for _ in range(2):
        let_a_minute_pass()
        refreshing.warm_up("spotify", 20)
    assert is_open()
    assert read_sql("SELECT count(*) FROM fan_grant WHERE state = 'active'") == FANS
    # Asking the same dead sign-ins again and again proves nothing more.
    let_a_minute_pass()
    assert refreshing.warm_up("spotify", 20) == 0


def test_a_confirmed_crowd_needs_its_fans(crowd: int, twin: TwinClient) -> None:
    everybody_revokes(twin)
    for _ in range(2):
        let_a_minute_pass()
        adding.add_due("spotify")
    run_sql("UPDATE mass_guard SET confirmed_at = now(), confirmed_by = 'alice@alba.example'")
    let_a_minute_pass()
    adding.add_due("spotify")
    assert read_sql(STATES, state="needs_reauth") == FANS
    assert read_sql("SELECT count(*) FROM fan_grant WHERE refresh_token_sealed IS NOT NULL") == 0
    # Their permissions are gone, which is no fault of the service: the next fan is served at full speed.
    assert read_sql("SELECT strikes FROM service_gate") == 0


def test_a_few_dead_sign_ins_open_no_guard(crowd: int, twin: TwinClient) -> None:
    everybody_revokes(twin, fans=5)
    for _ in range(2):
        let_a_minute_pass()
        adding.add_due("spotify")
    assert not is_open()
    assert read_sql(STATES, state="needs_reauth") == 5
    assert read_sql(STATES, state="done") == FANS - 5


def test_healthy_fans_are_served_beside_a_refused_crowd(app: Flask, crowd: int, twin: TwinClient) -> None:
    everybody_revokes(twin)
    healthy = [f"healthy-{number}" for number in range(3)]
    for fan in healthy:
        pre_save(app, twin, fan)
    for _ in range(3):
        let_a_minute_pass()
        adding.add_due("spotify")
    assert is_open()
    assert read_sql(STATES, state="done") == len(healthy)


def test_a_guard_closes_when_its_fans_are_served(crowd: int, twin: TwinClient) -> None:
    twin.fault("403_forbidden", method="PUT", path="/me/library", rate=1.0)
    for _ in range(2 * FANS + 1):
        let_waits_pass()
        adding.add_due("spotify")
    sweeper.sweep()
    assert is_open()
    twin.control("DELETE", "faults")
    for _ in range(3):
        let_waits_pass()
        adding.add_due("spotify")
    sweeper.sweep()
    assert not is_open()
    assert read_sql(STATES, state="done") == FANS


def test_a_confirmation_holds_for_a_day(crowd: int) -> None:
    run_sql(
        "INSERT INTO mass_guard (campaign_id, service, reason, confirmed_at) "
        "VALUES (:id, 'spotify', 'forbidden', now() - interval '23 h')",
        id=crowd,
    )
    sweeper.sweep()
    assert guard.may_give_up("spotify", [crowd], "forbidden")
    run_sql("UPDATE mass_guard SET confirmed_at = now() - interval '25 h'")
    sweeper.sweep()
    assert read_sql("SELECT count(*) FROM mass_guard") == 0
