"""The clock and its schedule: what is rung when, and what happens with Redis away, emptied or doubled."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from fans import move_release, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty
from twin_client import TwinClient

from jobs import clock, schedule, sweeper, worker
from presave_app import queue
from presave_app.extensions import redis_connection
from presave_app.releases import link_flip


@pytest.fixture(autouse=True)
def empty_redis(app: Flask) -> Iterator[None]:
    redis_connection().flushall()
    yield
    redis_connection().flushall()


@pytest.fixture
def bells() -> schedule.Bells:
    return schedule.Bells()


@pytest.fixture
def redis_away(app: Flask) -> Iterator[None]:
    """The doorbell's cable is cut: nothing listens on port 1."""
    real = app.extensions["presave_redis"]
    app.extensions["presave_redis"] = redis.Redis.from_url("redis://127.0.0.1:1")
    yield
    app.extensions["presave_redis"] = real


def rung() -> list[tuple[str | None, list[Any]]]:
    return [(job.func_name, list(job.args)) for waiting in queue.make_queues() for job in waiting.jobs]


class ThreadedWorker(SimpleWorker):
    """Runs jobs in this very process, which is not forked under a test."""

    death_penalty_class = TimerDeathPenalty


def run_jobs() -> None:
    ThreadedWorker(queue.make_queues(), connection=redis_connection(), serializer=JSONSerializer).work(
        burst=True, logging_level="WARNING"
    )


def test_only_what_is_due_is_rung(app: Flask, twin: TwinClient, bells: schedule.Bells) -> None:
    open_campaign()
    pre_save(app, twin, "ida")
    bells.turn()
    looks = {queue.LOOK_UP_LINKS, queue.MAKE_CARDS}
    assert {name for name, _ in rung()} == {queue.SWEEP, queue.HOUSEKEEP, queue.WATCH, *looks}


def test_the_moment_is_rung_in_the_same_turn(app: Flask, twin: TwinClient, bells: schedule.Bells) -> None:
    campaign_id = open_campaign()
    pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    bells.turn()
    assert (queue.FIND_LINKS, ["spotify"]) in rung()
    assert (queue.SURROUND_FLIP, [campaign_id]) in rung()


def test_a_bell_is_not_rung_again_at_once(app: Flask, twin: TwinClient, bells: schedule.Bells) -> None:
    campaign_id = open_campaign()
    pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    for _ in range(3):
        bells.turn()
    assert [name for name, _ in rung()].count(queue.FIND_LINKS) == 1


def test_two_clocks_double_nothing(app: Flask, twin: TwinClient) -> None:
    campaign_id = open_campaign()
    pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    for bells in (schedule.Bells(), schedule.Bells()):
        bells.turn()
    run_jobs()
    assert len(twin.calls(method="PUT")) == 1


def test_the_rung_jobs_do_the_whole_release(app: Flask, twin: TwinClient, bells: schedule.Bells) -> None:
    campaign_id = open_campaign()
    pre_save_id = pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    bells.turn()
    run_jobs()
    assert row_of(pre_save_id).state == "done"
    bells.turn()
    run_jobs()
    assert row_of(pre_save_id).verified_at is not None
    assert read_sql("SELECT flipped_at IS NOT NULL FROM campaign")


def test_an_emptied_redis_costs_one_ring(app: Flask, twin: TwinClient) -> None:
    campaign_id = open_campaign()
    pre_save_id = pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    schedule.Bells().turn()
    redis_connection().flushall()
    schedule.Bells().turn()
    run_jobs()
    assert row_of(pre_save_id).state == "done"


@pytest.mark.usefixtures("redis_away")
def test_without_redis_the_clock_does_the_work(app: Flask, twin: TwinClient, bells: schedule.Bells) -> None:
    campaign_id = open_campaign()
    pre_save_id = pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    bells.turn()
    assert row_of(pre_save_id).state == "done"


@pytest.mark.usefixtures("redis_away")
def test_without_redis_looking_up_links_waits(app: Flask, bells: schedule.Bells) -> None:
    open_campaign()
    bells.turn()
    assert read_sql("SELECT count(*) FROM link_look") == 0


def test_looking_up_links_is_done_by_a_worker(app: Flask, bells: schedule.Bells) -> None:
    open_campaign()
    bells.turn()
    run_jobs()
    assert read_sql("SELECT count(*) FROM link_look") == 4


@pytest.mark.usefixtures("redis_away")
def test_without_redis_the_clock_keeps_watch(app: Flask, bells: schedule.Bells) -> None:
    campaign_id = open_campaign()
    run_sql("UPDATE target SET canary = 'refused' WHERE campaign_id = :id", id=campaign_id)
    bells.turn()
    assert read_sql("SELECT kind FROM alarm") == "canary"


@pytest.mark.usefixtures("redis_away")
def test_without_redis_fans_are_still_taken_in(app: Flask, twin: TwinClient) -> None:
    open_campaign(timedelta(seconds=-1))
    assert row_of(pre_save(app, twin, "ida")).state == "armed"


def test_a_late_fan_rings_at_once(app: Flask, twin: TwinClient) -> None:
    open_campaign(timedelta(seconds=-1))
    pre_save(app, twin, "ida")
    assert (queue.ADD_DUE, ["spotify"]) in rung()


def test_a_forged_job_adds_nothing_early(app: Flask, twin: TwinClient) -> None:
    open_campaign()
    pre_save(app, twin, "ida")
    queue.ring(queue.ADD_DUE, "spotify")
    run_jobs()
    assert twin.calls(method="PUT") == []


def test_no_secret_goes_through_redis(app: Flask, twin: TwinClient, bells: schedule.Bells) -> None:
    campaign_id = open_campaign()
    pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    bells.turn()
    connection: Any = redis_connection()
    hashes = [connection.hgetall(key) for key in connection.scan_iter("rq:job:*")]
    dump = b" ".join(zlib.decompress(found[b"data"]) for found in hashes)
    dump += b" ".join(value for found in hashes for name, value in found.items() if name != b"data")
    assert b"spotify" in dump
    assert b"AQ" not in dump
    assert b"BQ" not in dump


def test_a_long_drain_does_not_starve_short_jobs(app: Flask) -> None:
    queue.ring(queue.ADD_DUE, "spotify")
    queue.ring(queue.SWEEP)
    first, *_ = queue.make_queues()
    assert [job.func_name for job in first.jobs] == [queue.SWEEP]


@pytest.mark.usefixtures("redis_away")
def test_one_failing_job_does_not_stop_the_clock(
    app: Flask, twin: TwinClient, bells: schedule.Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign_id = open_campaign()
    pre_save_id = pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))

    def fail(*_: object) -> int:
        raise KeyError("a fault of ours")

    monkeypatch.setattr(link_flip, "surround_flip", fail)
    clock.tick(bells)
    assert row_of(pre_save_id).state == "done"


def test_a_tick_leaves_its_heartbeat(app: Flask, bells: schedule.Bells) -> None:
    clock.tick(bells)
    assert read_sql("SELECT now() - at < interval '5 s' FROM heartbeat WHERE name = 'clock'")


def test_a_worker_refuses_to_start_without_a_key_in_use(app: Flask, twin: TwinClient) -> None:
    open_campaign()
    pre_save(app, twin, "ida")
    worker.check_keys()
    run_sql("UPDATE fan_grant SET key_id = 'k0'")
    with pytest.raises(worker.KeysMissing, match="k0"):
        worker.check_keys()


def test_a_bell_that_waits_is_not_rung_again(app: Flask) -> None:
    for _ in range(3):
        queue.ring(queue.ADD_DUE, "spotify")
        queue.ring(queue.SWEEP)
    assert sorted(name for name, _ in rung() if name) == [queue.ADD_DUE, queue.SWEEP]


def test_services_take_turns_in_the_queue(app: Flask) -> None:
    for _ in range(3):
        queue.ring(queue.ADD_DUE, "spotify")
        queue.ring(queue.ADD_DUE, "another")
    assert [ids for name, ids in rung() if name == queue.ADD_DUE] == [["spotify"], ["another"]]


def test_adds_go_before_looks_and_renewals(app: Flask) -> None:
    for job in (queue.READ_BACK_DUE, queue.REFRESH_DUE, queue.ADD_DUE):
        queue.ring(job, "spotify")
    assert next(name for name, _ in rung()) == queue.ADD_DUE


def test_the_clock_looks_around_where_no_worker_does(app: Flask, bells: schedule.Bells) -> None:
    run_sql("INSERT INTO heartbeat (name, at) VALUES ('worker', now() - interval '4 minutes')")
    lookout = clock.Lookout()
    assert not lookout.look(5)
    assert lookout.look(240)
    assert not lookout.look(240)
    assert lookout.thread is not None
    lookout.thread.join(timeout=20)
    assert read_sql("SELECT kind FROM alarm") == "no_worker"


def test_a_worker_at_work_leaves_its_heartbeat(app: Flask) -> None:
    queue.ring(queue.WATCH)
    run_jobs()
    assert read_sql("SELECT now() - at < interval '10 s' FROM heartbeat WHERE name = 'worker'")


def test_one_failing_step_does_not_stop_the_sweep(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise KeyError("a fault of ours")

    swept: list[str] = []
    monkeypatch.setattr(sweeper, "STEPS", (fail, lambda: swept.append("swept")))
    assert sweeper.sweep() == 1
    assert swept == ["swept"]
