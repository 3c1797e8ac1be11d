"""Clocks that are wrong: of workers, of the web server, of the database; and ten clocks and engines at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests
import time_machine
from engine import add_one, claim_one
from fans import move_release, open_campaign, read_sql, row_of, run_sql
from flask import Flask
from installation import Installation, wait_until
from twin_client import TwinClient

from faults.conftest import bound_app
from faults.crowd import adds, due_fans, holders, names, once_each, states
from jobs.schedule import Bells
from presave_app.releases.adding import add_due

# Python runs the `sitecustomize` in this folder before anything else, in every process and all it forks.
WRONG_CLOCK = str(Path(__file__).parent / "wrong_clock")
THREE_HOURS = 10_800.0
AWAY = {"REDIS_URL": "redis://127.0.0.1:1"}


def by(seconds: float, *, jumping: bool = False) -> dict[str, str]:
    return {"PYTHONPATH": WRONG_CLOCK, "WRONG_CLOCK_SECONDS": f"{seconds:g}", "WRONG_CLOCK_JUMPS": "1" * jumping}


def test_the_wrong_clock_is_wrong(environ: dict[str, str]) -> None:
    script = "import time, datetime; print(time.time(), datetime.datetime.now(datetime.UTC).timestamp())"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **by(THREE_HOURS)},
        capture_output=True,
        text=True,
        check=True,
    )
    right = datetime.now().timestamp()  # noqa: DTZ005
    assert all(THREE_HOURS - 60 < float(said) - right < THREE_HOURS + 60 for said in done.stdout.split())


@pytest.mark.parametrize(
    ("wrong", "has_worker"),
    [(by(THREE_HOURS), True), (by(-THREE_HOURS), False), (by(THREE_HOURS, jumping=True), True)],
    ids=["fast", "slow clock without Redis", "jumping"],
)
def test_a_worker_and_a_clock_gone_wrong_add_at_the_moment(
    wrong: dict[str, str], has_worker: bool, app: Flask, twin: TwinClient, installation: Installation
) -> None:
    due_fans(app, twin, 6, release_in=4.0)
    run_sql("UPDATE target SET found_at = now()")
    due_at = read_sql("SELECT min(due_at) FROM pre_save")
    if has_worker:
        installation.start_worker(**wrong)
    installation.start_clock(**wrong, **({} if has_worker else AWAY))
    wait_until(lambda: states()["done"] == 6, 30)
    calls = twin.calls(method="PUT")
    assert min(datetime.fromisoformat(call["at"]) for call in calls) >= due_at
    assert max(datetime.fromisoformat(call["at"]) for call in calls) < due_at + timedelta(seconds=15)
    assert adds(twin) == once_each(names(6))


@pytest.mark.parametrize("seconds", [THREE_HOURS, -THREE_HOURS], ids=["fast", "slow"])
def test_a_web_server_gone_wrong_turns_the_page_at_the_moment(
    seconds: float, app: Flask, installation: Installation
) -> None:
    campaign_id = open_campaign()
    installation.environ |= by(seconds)
    installation.start_web()
    for release_in, face in ((timedelta(minutes=2), "pre-save"), (timedelta(seconds=-1), "out now")):
        move_release(campaign_id, release_in)
        page = requests.get(f"{installation.url}/night-drive", timeout=10).text
        assert f"<title>Night Drive by Alba Voss: {face}</title>" in page


@pytest.mark.parametrize("seconds", [THREE_HOURS, -THREE_HOURS], ids=["ahead", "back"])
def test_a_web_server_whose_clock_jumps_shows_the_right_face(seconds: float, app: Flask) -> None:
    open_campaign(timedelta(hours=1) if seconds > 0 else timedelta(seconds=-1))
    client = app.test_client()
    face = "pre-save" if seconds > 0 else "out now"
    assert f": {face}</title>" in client.get("/night-drive").text
    with time_machine.travel(time.time() + seconds, tick=True):
        assert f": {face}</title>" in client.get("/night-drive").text
    assert f": {face}</title>" in client.get("/night-drive").text


def jump(seconds: float) -> None:
    """The database's clock jumps so far ahead: everything it has written down lies that much longer ago."""
    run_sql(
        """
        UPDATE pre_save SET due_at = due_at - CAST(:by AS interval), next_at = next_at - CAST(:by AS interval),
          lease_until = lease_until - CAST(:by AS interval)
        """,
        by=timedelta(seconds=seconds),
    )
    run_sql("UPDATE campaign SET release_at = release_at - CAST(:by AS interval)", by=timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [5.0, -5.0])
def test_a_database_clock_that_jumps_in_a_claim_adds_once(seconds: float, app: Flask, twin: TwinClient) -> None:
    (pre_save_id,) = due_fans(app, twin, 1, release_in=-6.0).values()
    claim = claim_one()
    jump(seconds)
    assert add_due("spotify") == 0, "a jump of seconds ends no lease"
    assert add_one(claim) is not None
    assert row_of(pre_save_id).state == "done"
    assert adds(twin) == once_each(names(1))


def test_a_clock_that_jumps_back_before_the_moment_waits_for_it(app: Flask, twin: TwinClient) -> None:
    (pre_save_id,) = due_fans(app, twin, 1, release_in=-1.0).values()
    claim = claim_one()
    jump(-5.0)
    assert add_one(claim) is None
    assert twin.calls(method="PUT") == []
    assert row_of(pre_save_id).state == "armed"
    jump(5.0)
    assert add_due("spotify") == 1
    assert adds(twin) == once_each(names(1))


def test_a_clock_that_jumps_past_a_lease_gives_the_claim_to_one(app: Flask, twin: TwinClient) -> None:
    (pre_save_id,) = due_fans(app, twin, 1).values()
    claim = claim_one()
    jump(95.0)
    assert add_due("spotify") == 1
    assert add_one(claim) is None
    assert row_of(pre_save_id).claim_no == 2
    assert adds(twin) == once_each(names(1))


def at_once(environ: dict[str, str], number: int, work: Callable[[], object]) -> None:
    """So many apps do the same at the same moment, each with connections of its own."""
    barrier, faults = threading.Barrier(number), list[BaseException]()

    def run(app: Flask) -> None:
        with app.app_context():
            barrier.wait()
            try:
                work()
            except BaseException as fault:  # noqa: BLE001 - told by the assertion below
                faults.append(fault)

    with ExitStack() as stack:
        apps = [stack.enter_context(bound_app(environ)) for _ in range(number)]
        threads = [threading.Thread(target=run, args=(app,)) for app in apps]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert faults == []


def test_ten_engines_on_one_release_add_each_fan_once(app: Flask, twin: TwinClient, environ: dict[str, str]) -> None:
    due_fans(app, twin, 30)
    twin.switch(latency_seconds=0.05)
    at_once(environ | {"SPOTIFY_CALLS_PER_SECOND": "60"}, 10, lambda: add_due("spotify"))
    assert states() == {"done": 30}
    assert adds(twin) == once_each(names(30))
    assert read_sql("SELECT count(*) FROM event WHERE to_state = 'done'") == 30


def test_ten_clocks_without_redis_add_each_fan_once(app: Flask, twin: TwinClient, environ: dict[str, str]) -> None:
    due_fans(app, twin, 30)
    at_once(environ | AWAY, 10, lambda: Bells().turn())
    assert states() == {"done": 30}
    assert adds(twin) == once_each(names(30))
    assert holders(twin) == names(30)
    assert read_sql("SELECT count(*) FROM campaign WHERE flipped_at IS NOT NULL") == 1
