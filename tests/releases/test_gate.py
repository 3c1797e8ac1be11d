"""The gate: the allowed rate shared through one row, and pauses that everybody obeys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fans import read_sql, run_sql
from flask import Flask

from presave_app.extensions import current_settings
from presave_app.releases import gate
from presave_app.streaming.errors import RetryLater


def test_an_open_gate_lets_through(app: Flask) -> None:
    gate.pass_through("spotify")
    assert gate.shut_seconds("spotify") == 0.0


def test_a_shut_gate_puts_work_back_without_waiting(app: Flask) -> None:
    gate.shut("spotify", 86_400, "rate_limited")
    began = time.monotonic()
    with pytest.raises(RetryLater) as fault:
        gate.pass_through("spotify")
    assert time.monotonic() - began < 2
    assert fault.value.wait_seconds == pytest.approx(86_400, abs=5)


def test_a_shorter_pause_does_not_open_the_gate(app: Flask) -> None:
    gate.shut("spotify", 600, "rate_limited")
    gate.shut("spotify", 5, "rate_limited")
    assert gate.shut_seconds("spotify") > 590


def test_another_service_goes_on(app: Flask) -> None:
    gate.shut("other", 600, "rate_limited")
    assert gate.shut_seconds("spotify") == 0.0


def test_permits_come_at_the_allowed_rate(app: Flask) -> None:
    rate = current_settings().services["spotify"].calls_per_second
    gate.pass_through("spotify")
    run_sql("UPDATE service_gate SET permits = 0, refilled_at = now() + interval '0.5 s', background_at = NULL")
    began = time.monotonic()
    gate.pass_through("spotify")
    # Half a second of clock plus one permit; a bucket that forgot the time would let through at once.
    assert time.monotonic() - began >= 0.4
    assert rate == 1000


def test_a_call_that_was_not_waited_for_is_paid_later(app: Flask) -> None:
    gate.pass_through("spotify")
    before = read_sql("SELECT permits FROM service_gate")
    gate.spend("spotify")
    assert read_sql("SELECT permits FROM service_gate") == before - 1


def test_sign_ins_leave_half_the_rate_to_the_adds(app: Flask) -> None:
    gate.pass_through("spotify")
    for _ in range(700):
        gate.spend("spotify")
    assert read_sql("SELECT permits FROM service_gate") < -100
    run_sql("UPDATE service_gate SET background_at = now() - interval '1 s', refilled_at = now()")
    began = time.monotonic()
    gate.pass_through("spotify")
    assert time.monotonic() - began < 0.09


@pytest.fixture
def spotify_settings(app: Flask) -> Iterator[Any]:
    """Change what the installation allows itself on Spotify."""
    before = app.extensions["presave_settings"]

    def change(**changes: object) -> None:
        services = {"spotify": replace(before.services["spotify"], **changes)}
        app.extensions["presave_settings"] = replace(before, services=services)

    yield change
    app.extensions["presave_settings"] = before


def test_permits_come_in_blocks_of_at_most_the_bucket(app: Flask, spotify_settings: Any) -> None:
    spotify_settings(calls_per_second=300.0, rate_window_seconds=1.0)
    assert gate.take("spotify", 500).permits == 6
    run_sql("UPDATE service_gate SET permits = 0, refilled_at = now() + interval '1 h'")
    run_sql("UPDATE service_gate SET background_at = refilled_at")
    again = gate.take("spotify", 500)
    assert (again.permits, again.is_shut) == (0, False)
    assert again.wait_seconds > 0


def test_a_wider_window_lets_more_gather(app: Flask, spotify_settings: Any) -> None:
    spotify_settings(calls_per_second=300.0, rate_window_seconds=30.0)
    assert gate.take("spotify", 500).permits == 150


def test_a_spent_budget_shuts_until_the_next_day(app: Flask, spotify_settings: Any) -> None:
    spotify_settings(units_per_day=10, budget_zone="America/Los_Angeles")
    assert gate.take("spotify", 100, units=3).permits == 3
    lease = gate.take("spotify", 100, units=3)
    assert (lease.permits, lease.is_shut) == (0, True)
    assert 0 < lease.wait_seconds <= 86_400
    assert read_sql("SELECT reason FROM service_gate") == "budget_spent"
    clock = "to_char(open_at AT TIME ZONE 'America/Los_Angeles', 'HH24:MI:SS')"
    assert read_sql(f"SELECT {clock} FROM service_gate") == "00:00:00"


def test_a_new_day_brings_a_new_budget(app: Flask, spotify_settings: Any) -> None:
    spotify_settings(units_per_day=2)
    gate.take("spotify", 100)
    gate.take("spotify", 100)
    run_sql("UPDATE service_gate SET budget_day = budget_day - 1, open_at = now()")
    assert gate.take("spotify", 100).permits == 2


def test_a_second_call_of_one_item_does_not_wait(app: Flask) -> None:
    passage = gate.Passage("spotify")
    passage.next_call()
    run_sql("UPDATE service_gate SET permits = -5000, background_at = now()")
    passage.next_call()
    assert read_sql("SELECT permits FROM service_gate") < -5000


def test_a_second_call_of_one_item_obeys_a_pause(app: Flask) -> None:
    passage = gate.Passage("spotify")
    passage.next_call()
    gate.shut("spotify", 600, "rate_limited")
    with pytest.raises(RetryLater):
        passage.next_call()
