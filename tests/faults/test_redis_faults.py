"""Redis is emptied, away or full around the release moment: it is a doorbell, so nothing but seconds is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from fans import pre_save, read_sql
from flask import Flask
from installation import Installation, wait_until
from local.servers import Server, start_own_valkey
from twin_client import TwinClient

from faults.crowd import adds, due_fans, holders, names, once_each, states
from presave_app import queue

FANS = 12


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[Server]:
    """A Valkey that may be killed, filled and emptied."""
    with start_own_valkey(tmp_path / "valkey") as server:
        yield server


@pytest.fixture
def valkey(own_valkey: Server) -> Iterator[Any]:
    """A connection to it that survives its restarts."""
    with redis.Redis.from_url(own_valkey.url, socket_timeout=5) as connection:
        yield connection


@pytest.fixture
def ringing_there(app: Flask, own_valkey: Server) -> Iterator[None]:
    """This very process rings at that Valkey too."""
    real = app.extensions["presave_redis"]
    app.extensions["presave_redis"] = redis.Redis.from_url(own_valkey.url, socket_timeout=2)
    yield
    app.extensions["presave_redis"].close()
    app.extensions["presave_redis"] = real


@pytest.fixture
def installation(installation: Installation, own_valkey: Server) -> Installation:
    installation.environ |= {"REDIS_URL": own_valkey.url, "SPOTIFY_CALLS_PER_SECOND": "8"}
    return installation


def is_done(number: int) -> Callable[[], bool]:
    return lambda: states()["done"] >= number


def fill(valkey: Any, policy: str) -> None:
    """No room is left: with `noeviction` writes are refused, with `allkeys-lru` keys vanish."""
    valkey.config_set("maxmemory-policy", policy)
    valkey.config_set("maxmemory", "1mb")


def test_emptied_before_at_and_after_the_moment_it_costs_nothing(
    app: Flask, twin: TwinClient, installation: Installation, valkey: Any
) -> None:
    due_fans(app, twin, FANS, release_in=4.0)
    installation.start_worker()
    installation.start_clock()
    due_at = "SELECT min(due_at) FROM pre_save"
    for moment in ("now() > due_at - interval '1 s'", "now() >= due_at"):
        wait_until(lambda moment=moment: read_sql(f"SELECT bool_and({moment}) FROM pre_save"), 20, every=0.02)
        valkey.flushall()
    wait_until(is_done(3), 20, every=0.02)
    valkey.flushall()
    assert states()["done"] < FANS, "Redis was meant to be emptied in the middle of it"
    wait_until(is_done(FANS), 20)
    assert adds(twin) == once_each(names(FANS))
    assert min(call["at"] for call in twin.calls(method="PUT")) >= read_sql(due_at).isoformat()


def test_away_over_the_moment_fans_are_taken_in_and_added(
    app: Flask, twin: TwinClient, installation: Installation, own_valkey: Server, ringing_there: None
) -> None:
    installation.start_worker()
    installation.start_clock()
    wait_until(lambda: read_sql("SELECT count(*) FROM heartbeat") == 1, 20)
    own_valkey.crash()
    assert not queue.ring(queue.ADD_DUE, "spotify")
    due_fans(app, twin, FANS, release_in=1.0)
    wait_until(is_done(FANS // 2), 30)
    late = pre_save(app, twin, "late")
    assert late
    wait_until(is_done(FANS + 1), 30)
    assert adds(twin) == once_each([*names(FANS), "late"])
    own_valkey.start_again()
    assert queue.ring(queue.ADD_DUE, "spotify")


@pytest.mark.parametrize("policy", ["noeviction", "allkeys-lru"])
def test_full_it_loses_rings_and_no_fan(
    policy: str,
    app: Flask,
    twin: TwinClient,
    installation: Installation,
    valkey: Any,
    ringing_there: None,
) -> None:
    fill(valkey, policy)
    if policy == "noeviction":
        assert not queue.ring(queue.ADD_DUE, "spotify")
    due_fans(app, twin, FANS, release_in=1.0)
    assert states() == {"armed": FANS}
    installation.start_worker()
    installation.start_clock()
    wait_until(is_done(FANS), 40)
    assert adds(twin) == once_each(names(FANS))
    assert holders(twin) == names(FANS)
    if policy == "noeviction":
        assert "doing jobs.release_day.add_due in the clock's own process" in installation.log_of("clock")
