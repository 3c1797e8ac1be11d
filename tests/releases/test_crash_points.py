"""Every named crash point: a process really dies or freezes there, and the pre-save is carried out once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from engine import Killed, add_one, begin_one, claim_one, let_a_minute_pass, let_leases_run_out, let_waits_pass
from fans import answer_at_spotify, go_to_spotify, move_release, pre_save, read_sql, row_of, run_sql
from flask import Flask
from twin_client import ALBUM_URI, TwinClient

from presave_app.fanpage import connecting
from presave_app.lib import failpoints
from presave_app.presaves import withdrawing
from presave_app.presaves.withdrawing import withdraw
from presave_app.releases import adding, refreshing
from presave_app.transaction import transaction

ROOT = Path(__file__).resolve().parents[2]
DIED = 137
IN_AN_ADD = ("after_claim_commit", "after_sent_commit", "before_send", "after_send", "after_outcome_commit")
IN_A_REFRESH = ("after_refresh_turn", "after_refresh_answer")
IN_A_SIGN_IN = ("after_flow_commit", "after_code_exchange", "after_consent_commit")


def start_adding(environ: Mapping[str, str], failpoint: str, lease_seconds: int = 90) -> subprocess.Popen[bytes]:
    """A process that drains once, armed to die or to freeze."""
    script = f"""
from presave_app import create_app
from presave_app.presaves import claims
from presave_app.releases.adding import add_due
claims.LEASE_SECONDS = {lease_seconds}
with create_app().app_context():
    add_due("spotify")
"""
    surroundings = {**os.environ, **environ, "FAILPOINT": failpoint}
    return subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=surroundings, stderr=subprocess.DEVNULL)


def heal() -> None:
    let_leases_run_out()
    let_a_minute_pass()


def times_applied(twin: TwinClient) -> int:
    return twin.library("ida")[ALBUM_URI]["times_applied"]


@pytest.mark.parametrize("point", IN_AN_ADD)
def test_a_worker_dead_at_a_point_of_an_add_loses_nothing(
    point: str, due: UUID, twin: TwinClient, environ: dict[str, str]
) -> None:
    assert start_adding(environ, point).wait(timeout=60) == DIED
    heal()
    adding.add_due("spotify")
    assert row_of(due).state == "done"
    assert times_applied(twin) == 1
    assert len(twin.calls(method="PUT")) == 1


def test_every_point_leaves_the_trace_that_was_promised(due: UUID, twin: TwinClient, environ: dict[str, str]) -> None:
    start_adding(environ, "after_send").wait(timeout=60)
    row = row_of(due)
    assert row.state == "claimed"
    assert read_sql("SELECT state FROM action") == "sent"
    heal()
    adding.add_due("spotify")
    assert row_of(due).reason == "already_there"


@pytest.mark.parametrize("point", IN_A_REFRESH)
def test_a_worker_dead_in_a_refresh_costs_a_lenient_service_nothing(
    point: str, due: UUID, twin: TwinClient, environ: dict[str, str]
) -> None:
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    assert start_adding(environ, point).wait(timeout=60) == DIED
    heal()
    adding.add_due("spotify")
    assert row_of(due).state == "done"


def test_a_lost_rotation_is_shown_to_the_fan(due: UUID, twin: TwinClient, environ: dict[str, str]) -> None:
    twin.switch(omit_refresh_token=False, rotate=True)
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    assert start_adding(environ, "after_refresh_answer").wait(timeout=60) == DIED
    for _ in range(2):
        heal()
        adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("needs_reauth", "grant_revoked")


def test_a_worker_frozen_past_its_lease_sends_nothing(due: UUID, twin: TwinClient, environ: dict[str, str]) -> None:
    worker = start_adding(environ, "before_send:freeze", lease_seconds=27)
    os.waitid(os.P_PID, worker.pid, os.WSTOPPED | os.WNOWAIT)
    # Two seconds is what a lease of 27 leaves for the start of a call.
    time.sleep(2.5)
    heal()
    adding.add_due("spotify")
    assert row_of(due).state == "done"
    before = row_of(due)
    worker.send_signal(signal.SIGCONT)
    assert worker.wait(timeout=60) == 0
    assert row_of(due) == before
    assert len(twin.calls(method="PUT")) == 1


def test_a_worker_frozen_after_its_call_decides_nothing(due: UUID, twin: TwinClient, environ: dict[str, str]) -> None:
    worker = start_adding(environ, "after_send:freeze")
    os.waitid(os.P_PID, worker.pid, os.WSTOPPED | os.WNOWAIT)
    assert read_sql("SELECT lease_until - now() BETWEEN '1 minute' AND '90 s' FROM pre_save")
    heal()
    adding.add_due("spotify")
    before = row_of(due)
    assert (before.state, before.reason, before.claim_no) == ("done", "already_there", 2)
    worker.send_signal(signal.SIGCONT)
    assert worker.wait(timeout=60) == 0
    assert row_of(due) == before
    assert len(twin.calls(method="PUT")) == 1


@pytest.mark.parametrize("point", IN_A_SIGN_IN)
def test_a_web_process_dead_in_a_sign_in_lets_the_fan_come_again(
    point: str, app: Flask, twin: TwinClient, campaign_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(reached: str) -> None:
        if reached == point:
            raise Killed

    client = app.test_client()
    with monkeypatch.context() as patch:
        patch.setattr(connecting, "reach", die)
        with pytest.raises(Killed):
            client.get(answer_at_spotify(twin, go_to_spotify(client), "ida"))
    accepted = read_sql("SELECT count(*) FROM pre_save")
    assert accepted == (1 if point == "after_consent_commit" else 0)
    pre_save(app, twin, "ida")
    assert read_sql("SELECT count(*) FROM pre_save WHERE state = 'armed'") == 1
    move_release(campaign_id, timedelta(seconds=-1))
    adding.add_due("spotify")
    assert times_applied(twin) == 1


def test_a_process_dead_in_a_withdrawal_leaves_all_of_it_undone(
    due: UUID, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_: str) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(withdrawing, "reach", die)
        with pytest.raises(Killed), transaction():
            withdraw(due)
    assert row_of(due).state == "armed"
    assert read_sql("SELECT withdrawn_at FROM consent") is None
    with transaction():
        assert withdraw(due)
    assert row_of(due).state == "withdrawn"


def test_a_withdrawal_between_claim_and_send_stops_the_call(due: UUID, twin: TwinClient) -> None:
    claim = claim_one()
    with transaction():
        withdraw(due)
    assert begin_one(claim) is None
    assert add_one(claim) is None
    assert twin.calls(method="PUT") == []


def test_every_named_point_is_reached_by_a_test() -> None:
    assert set(failpoints.POINTS) == {*IN_AN_ADD, *IN_A_REFRESH, *IN_A_SIGN_IN, "in_withdrawal", "in_erasure"}


def test_a_dead_process_holds_no_lock_on_the_grant(due: UUID, twin: TwinClient, environ: dict[str, str]) -> None:
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    start_adding(environ, "after_refresh_turn").wait(timeout=60)
    let_waits_pass()
    run_sql("UPDATE fan_grant SET refresh_until = now()")
    move_release(read_sql("SELECT id FROM campaign"), timedelta(minutes=30))
    run_sql("UPDATE pre_save SET state = 'armed', lease_until = NULL WHERE state = 'claimed'")
    assert refreshing.warm_up("spotify", 20) == 1
