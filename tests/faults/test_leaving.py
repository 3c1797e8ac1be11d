"""The platform tells a process to leave: SIGTERM to all of it, more than once, and half a minute until it is killed."""

from __future__ import annotations

import signal
import time

import pytest
from fans import read_sql
from flask import Flask
from installation import Installation, wait_until
from twin_client import TwinClient

from faults.crowd import adds, due_fans, names, once_each, states
from presave_app.releases.adding import add_due

# What was being claimed at this very moment.
LAST_CLAIM_AFTER = 0.5
# The platform kills after 30 seconds.
WELL_BEFORE = 20.0
AWAY = {"REDIS_URL": "redis://127.0.0.1:1"}


def tell_to_leave(installation: Installation, name: str) -> str:
    """Returns when it was told, by the database's clock; it has gone by then."""
    told_at = read_sql("SELECT clock_timestamp()::text")
    installation.signal(name, signal.SIGTERM)
    for pause in (0.3, 0.8):
        time.sleep(pause)
        installation.signal(name, signal.SIGTERM)
    installation.processes[name].wait(timeout=WELL_BEFORE)
    return told_at


@pytest.mark.parametrize(("name", "fans"), [("worker", 24), ("clock", 24)])
def test_told_thrice_to_leave_it_settles_and_gives_back(
    name: str, fans: int, app: Flask, twin: TwinClient, installation: Installation
) -> None:
    installation.environ["SPOTIFY_CALLS_PER_SECOND"] = "4"
    due_fans(app, twin, fans)
    # Several calls are on the wire at any time.
    twin.switch(latency_seconds=1.0)
    # A clock whose Redis is away does the work itself, and has to leave as well as a worker.
    installation.start_clock(**(AWAY if name == "clock" else {}))
    if name == "worker":
        installation.start_worker()
    wait_until(lambda: len(twin.calls(method="PUT")) >= 2, 30)
    told_at = tell_to_leave(installation, name)

    left = states()
    assert left["armed"] > 0, "it was meant to be told in the middle of the release"
    assert left["claimed"] == 0
    assert left["done"] == len(twin.calls(method="PUT"))
    last_claim = "SELECT extract(epoch FROM max(at) - CAST(:told AS timestamptz)) FROM event WHERE to_state = 'claimed'"
    assert read_sql(last_claim, told=told_at) < LAST_CLAIM_AFTER

    installation.stop()
    twin.switch(latency_seconds=0.0)
    add_due("spotify")
    assert states() == {"done": fans}
    assert adds(twin) == once_each(names(fans))
