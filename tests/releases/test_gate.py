"""The gate: the allowed rate shared through one row, and pauses that everybody obeys."""

from __future__ import annotations

import time

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
    for _ in range(200):
        gate.spend("spotify")
    assert read_sql("SELECT permits FROM service_gate") < -100
    run_sql("UPDATE service_gate SET background_at = now() - interval '1 s', refilled_at = now()")
    began = time.monotonic()
    gate.pass_through("spotify")
    assert time.monotonic() - began < 0.09
