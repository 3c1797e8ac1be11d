"""Release-day adds: once, twice, two at a time, and dying between any two lines."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from engine import Killed, add_one, begin_one, claim_one, let_leases_run_out, settle_one
from fans import move_release, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from twin_client import ALBUM_URI, TwinClient

from presave_app.presaves import claims, grants
from presave_app.presaves.claims import Verdict
from presave_app.presaves.states import State
from presave_app.presaves.withdrawing import withdraw
from presave_app.releases import adding, drain
from presave_app.releases.waves import recompute_due
from presave_app.transaction import transaction

HOUR = timedelta(hours=1)


def test_a_due_release_is_added_and_verdict_kept(due: UUID, twin: TwinClient) -> None:
    assert adding.add_due("spotify") == 1
    assert ALBUM_URI in twin.library("ida")
    row = row_of(due)
    assert (row.state, row.reason, row.lease_until) == ("done", "added", None)
    assert row.done_at is not None


def test_nothing_is_added_before_the_moment(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    pre_save(app, twin, "ida")
    assert adding.add_due("spotify") == 0
    assert twin.calls(method="PUT") == []


def test_adding_twice_adds_once(due: UUID, twin: TwinClient) -> None:
    adding.add_due("spotify")
    assert adding.add_due("spotify") == 0
    assert len(twin.calls(method="PUT")) == 1


def test_two_workers_at_once_add_each_release_once(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    fans = [f"fan-{number}" for number in range(12)]
    ids = [pre_save(app, twin, fan) for fan in fans]
    move_release(campaign_id, timedelta(seconds=-1))

    def work() -> None:
        with app.app_context():
            adding.add_due("spotify")

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert {row_of(pre_save_id).state for pre_save_id in ids} == {"done"}
    assert len(twin.calls(method="PUT")) == len(fans)


@pytest.mark.parametrize("dies_in", ["renew", "begin_calls", "settle"])
def test_a_worker_that_dies_loses_nothing(
    dies_in: str, due: UUID, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(claims, dies_in, die)
        with pytest.raises(Killed):
            add_one(claim_one())
    assert row_of(due).state == "claimed"
    let_leases_run_out()
    adding.add_due("spotify")
    assert row_of(due).state == "done"
    assert twin.library("ida")[ALBUM_URI]["times_applied"] == 1


def test_a_lost_claim_writes_nothing(due: UUID, twin: TwinClient) -> None:
    claim = claim_one()
    let_leases_run_out()
    newer = claim_one()
    with transaction() as session:
        assert claims.renew(session, claim) is None
    assert begin_one(claim) is None
    assert settle_one(claim, Verdict(State.DONE, "added")) == 0
    assert newer.claim_no == claim.claim_no + 1


def test_a_frozen_worker_does_not_call(due: UUID, twin: TwinClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims.Claim, "leaves_time_for_a_call", lambda _: False)
    adding.add_due("spotify", seconds=1)
    assert twin.calls(method="PUT") == []
    assert row_of(due).state in ("armed", "claimed")


def test_a_cancel_during_the_claim_wins(due: UUID, twin: TwinClient) -> None:
    claim = claim_one()
    with transaction():
        assert withdraw(due)
    add_one(claim)
    assert twin.calls(method="PUT") == []
    assert row_of(due).state == "withdrawn"


def test_a_release_moved_away_is_not_added(due: UUID, twin: TwinClient, campaign_id: int) -> None:
    claim = claim_one()
    run_sql("UPDATE campaign SET release_at = now() + interval '1 day' WHERE id = :id", id=campaign_id)
    with transaction():
        assert recompute_due(campaign_id) == 1
    add_one(claim)
    assert twin.calls(method="PUT") == []


def test_a_held_campaign_is_left_alone(due: UUID, twin: TwinClient, campaign_id: int) -> None:
    run_sql("UPDATE campaign SET held_at = now() WHERE id = :id", id=campaign_id)
    assert adding.add_due("spotify") == 0
    run_sql("UPDATE campaign SET held_at = NULL WHERE id = :id", id=campaign_id)
    assert adding.add_due("spotify") == 1


def test_a_new_sign_in_overrules_an_old_claim(app: Flask, twin: TwinClient, due: UUID) -> None:
    claim = claim_one()
    assert pre_save(app, twin, "ida") == due
    row = row_of(due)
    assert (row.state, row.claim_no) == ("armed", claim.claim_no + 1)
    assert settle_one(claim, Verdict(State.NEEDS_REAUTH, "grant_revoked")) == 0


def test_a_link_corrected_after_the_claim_is_looked_up_first(due: UUID, twin: TwinClient) -> None:
    claim = claim_one()
    run_sql("UPDATE target SET ref = 'spotify:album:0000000000000000000000', found_at = NULL")
    add_one(claim)
    assert twin.calls(method="PUT") == []
    assert row_of(due).state == "armed"


def test_a_leaving_worker_gives_back_what_it_has_not_begun(
    app: Flask, twin: TwinClient, campaign_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        pre_save(app, twin, f"fan-{number}")
    move_release(campaign_id, timedelta(seconds=-1))

    def leave(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(drain.gate, "take", leave)
    with pytest.raises(Killed):
        adding.add_due("spotify")
    assert read_sql("SELECT count(*) FROM pre_save WHERE state = 'armed'") == 3


def test_a_leaving_worker_settles_what_is_on_the_wire(
    due: UUID, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin.switch(latency_seconds=0.5)
    waits = iter([Killed()])
    really_wait = drain.wait

    def leave_at_first(*futures: Any, **options: Any) -> Any:
        for killed in waits:
            raise killed
        return really_wait(*futures, **options)

    monkeypatch.setattr(drain, "wait", leave_at_first)
    with pytest.raises(Killed):
        adding.add_due("spotify")
    assert row_of(due).state == "done"


def test_a_late_fan_is_served_at_once(app: Flask, twin: TwinClient) -> None:
    open_campaign(-HOUR)
    late = pre_save(app, twin, "ida")
    assert adding.add_due("spotify") == 1
    assert row_of(late).state == "done"


def test_tokens_are_erased_with_the_last_need(due: UUID, twin: TwinClient) -> None:
    adding.add_due("spotify")
    assert read_sql("SELECT state FROM fan_grant") == "active"
    run_sql("UPDATE pre_save SET read_back_at = NULL")
    grant_id = row_of(due).grant_id
    with transaction() as session:
        grants.erase_unneeded(session, [grant_id])
    assert read_sql("SELECT state FROM fan_grant") == "erased"
