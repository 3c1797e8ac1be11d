"""Whose turn it is: releases before rehearsals, one rehearsal at a time, and an end to each, however it comes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from crowds import put_crowd
from engine import beside
from fans import read_sql, run_sql
from flask import Flask
from installation import wait_until
from makers import make_campaign
from rehearsing import ROOT, SCHEMAS, figures, helpers, is_clean, made_up_settings, played, press

from jobs import rehearsals, sweeper
from jobs.schedule import Bells
from presave_app.extensions import db
from presave_app.queue import PLAY_REHEARSAL, make_queues
from presave_app.rehearsals import playing, schema, turns
from presave_app.releases import drain

LET_LEASE_RUN_OUT = "UPDATE rehearsal SET lease_until = now() - interval '1 second'"


@pytest.fixture
def waiting(listed: int) -> int:
    """A rehearsal that was asked for."""
    put_crowd(1, 30, "armed", "consented", due_in="7 days")
    press()
    return listed


@pytest.fixture
def worker(app: Flask, environ: dict[str, str]) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """A process that plays, as a worker's job does."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        program = (
            "from presave_app import create_app; from jobs import rehearsals\n"
            "with create_app().app_context(): rehearsals.play(1)"
        )
        given = {**os.environ, **environ, **made_up_settings(rate=2)}
        started.append(subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=given))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_two_who_press_at_once_ask_for_one(everything_on: Flask, listed: int) -> None:
    put_crowd(1, 5, "armed", "consented", due_in="7 days")
    with beside(everything_on, press):
        press()
    assert read_sql("SELECT count(*) FROM rehearsal WHERE play_state = 'queued'") == 1
    results: list[bool] = []
    with beside(everything_on, lambda: results.append(rehearsals.play(1))):
        results.append(rehearsals.play(1))
    assert sorted(results) == [False, True]
    assert read_sql("SELECT run FROM rehearsal") == 1
    assert is_clean()


def test_pressing_while_it_is_played_changes_nothing(waiting: int) -> None:
    turn = turns.claim(1)
    assert turn is not None
    before = read_sql("SELECT r::text FROM rehearsal r")
    put_crowd(1, 5, "armed", "consented", due_in="7 days")
    press()
    assert read_sql("SELECT r::text FROM rehearsal r") == before
    assert turns.claim(1) is None


def test_one_is_played_at_a_time(everything_on: Flask, waiting: int) -> None:
    other = make_campaign(1, title="Second")
    put_crowd(other, 5, "armed", "consented", due_in="7 days")
    press(other)
    assert turns.claim(1) is not None
    assert turns.claim(other) is None
    assert turns.find_waiting() == []
    run_sql(LET_LEASE_RUN_OUT)
    assert turns.find_waiting() == [1]


def test_the_clock_rings_for_what_was_asked(waiting: int) -> None:
    Bells().turn()
    rung = [job.func_name for queue in make_queues() for job in queue.get_jobs()]
    for queue in make_queues():
        queue.empty()
    assert PLAY_REHEARSAL in rung


@pytest.mark.parametrize("stage", ["tables", "fans"])
def test_a_worker_killed_in_the_middle_leaves_nothing(
    waiting: int, worker: Callable[[], subprocess.Popen[bytes]], stage: str
) -> None:
    process = worker()
    is_there = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'rehearsal%'"
    if stage == "fans":
        is_there = "SELECT count(*) FROM rehearsal WHERE played_fans > 0"
    wait_until(lambda: bool(read_sql(is_there)) and bool(helpers()), 40)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until(lambda: helpers() == [], 5)
    assert read_sql(SCHEMAS) == 1
    assert sweeper.sweep() == 0
    assert read_sql(SCHEMAS) == 1, "its lease has not run out"
    run_sql(LET_LEASE_RUN_OUT)
    assert sweeper.sweep() == 0
    assert is_clean()
    assert turns.find_waiting() == [1]
    assert rehearsals.play(1)
    assert figures()["spotify"].added == 30
    assert is_clean()


def test_a_play_that_kills_its_workers_is_given_up(waiting: int) -> None:
    for _ in range(2):
        assert turns.claim(1) is not None
        run_sql(LET_LEASE_RUN_OUT)
    assert not rehearsals.play(1)
    assert played().state == "failed"
    assert "the worker that played it died" in played().reason_words
    assert turns.find_waiting() == []


def test_an_engine_that_dies_is_told_of(waiting: int) -> None:
    watcher = threading.Thread(target=_kill_engine)
    watcher.start()
    assert not rehearsals.play(1)
    watcher.join()
    assert (played().state, played().reason_words) == (
        "failed",
        "something broke on our side; the worker's log says what",
    )
    assert is_clean()


def test_a_worker_told_to_leave_gives_it_back(waiting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "_is_leaving", True)
    assert not rehearsals.play(1)
    assert (played().state, read_sql("SELECT tries FROM rehearsal")) == ("queued", 0)
    assert is_clean()


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        ("UPDATE campaign SET release_at = now() + interval '20 minutes'", "less than half an hour away"),
        ("UPDATE pre_save SET due_at = now() + interval '20 minutes'", "less than half an hour away"),
    ],
)
def test_releases_come_first(listed: int, happens: str, words: str) -> None:
    put_crowd(1, 3, "armed", "consented", due_in="7 days")
    run_sql(happens)
    press()
    assert played().state == "failed"
    assert words in played().reason_words
    assert not rehearsals.play(1)
    assert is_clean()


def test_a_wave_comes_first(listed: int) -> None:
    put_crowd(1, 3, "armed", "consented", due_in="7 days")
    put_crowd(1, 1, "claimed", "consented", due_in="-1 minute")
    press()
    assert "fans are being served right now" in played().reason_words


def test_a_release_that_came_near_while_it_waited_comes_first(waiting: int) -> None:
    run_sql("UPDATE campaign SET release_at = now() + interval '20 minutes'")
    assert not rehearsals.play(1)
    assert "less than half an hour away" in played().reason_words


def test_a_play_makes_way_for_a_wave(everything_on: Flask, waiting: int) -> None:
    other = make_campaign(1, title="Second")
    with beside(everything_on, lambda: _let_wave_come(other)):
        assert not rehearsals.play(1)
    assert "made way" in played().reason_words
    assert is_clean()


def test_nobody_to_serve_is_no_play(listed: int) -> None:
    put_crowd(1, 3, "needs_reauth", "grant_revoked", due_in="7 days")
    press()
    assert read_sql("SELECT play_state FROM rehearsal") is None


def test_a_turn_that_was_lost_writes_nothing(waiting: int) -> None:
    first = turns.claim(1)
    assert first is not None
    run_sql(LET_LEASE_RUN_OUT)
    assert turns.claim(1) is not None
    assert not turns.hold(first, 1, 1)
    assert not turns.finish(first, [])
    assert not turns.fail(first, "broke")
    assert not turns.give_back(first)


def test_a_database_without_room_for_a_schema_is_said(waiting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise schema.NoSchema(name)

    monkeypatch.setattr(schema, "create", refuse)
    assert not playing.play(1)
    assert "does not let us make a schema" in played().reason_words


def _kill_engine() -> None:
    while not (pids := helpers()) or len(pids) < 2:
        time.sleep(0.05)
    os.kill(max(pids), signal.SIGKILL)


def _let_wave_come(campaign_id: int) -> None:
    wait_until(lambda: len(helpers()) == 2, 30)
    put_crowd(campaign_id, 1, "armed", "consented", due_in="-1 second")
    run_sql("UPDATE campaign SET release_at = now() - interval '1 minute' WHERE id = :id", id=campaign_id)
    run_sql("UPDATE target SET found_at = now() WHERE campaign_id = :id", id=campaign_id)
    db.session.rollback()
