"""Release-day adds: once, twice, two at a time, dying between any two lines, and each answer of the service."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from fans import move_release, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from twin_client import ALBUM_URI, TwinClient

from presave_app.presaves import claims, grants
from presave_app.presaves.withdrawing import withdraw
from presave_app.releases import adding, gate, steering
from presave_app.releases.waves import recompute_due
from presave_app.streaming.registry import get_connector
from presave_app.transaction import transaction

HOUR = timedelta(hours=1)


class Killed(BaseException):
    """Stands for a SIGKILL: nothing after it runs in this worker."""


@pytest.fixture
def campaign_id(app: Flask, twin: TwinClient) -> int:
    return open_campaign(HOUR)


@pytest.fixture
def due(app: Flask, twin: TwinClient, campaign_id: int) -> UUID:
    """Ida's pre-save, a second after the release moment."""
    pre_save_id = pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    return pre_save_id


def let_leases_run_out() -> None:
    run_sql("UPDATE pre_save SET lease_until = now() - interval '1 s' WHERE state = 'claimed'")


def let_waits_pass() -> None:
    run_sql("UPDATE pre_save SET next_at = due_at WHERE state = 'armed'")


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


@pytest.mark.parametrize("dies_in", ["renew", "begin_call", "settle"])
def test_a_worker_that_dies_loses_nothing(
    dies_in: str, due: UUID, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(claims, dies_in, die)
        with pytest.raises(Killed):
            adding.add_one(get_connector("spotify"), claim_one())
    assert row_of(due).state == "claimed"
    let_leases_run_out()
    adding.add_due("spotify")
    assert row_of(due).state == "done"
    assert twin.library("ida")[ALBUM_URI]["times_applied"] == 1


def test_a_call_whose_answer_was_lost_is_checked_first(due: UUID, twin: TwinClient) -> None:
    twin.fault("apply_then_close", method="PUT", path="/me/library")
    adding.add_due("spotify")
    assert row_of(due).state == "armed"
    let_waits_pass()
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("done", "already_there")
    assert len(twin.calls(method="PUT")) == 1


def test_a_lost_claim_writes_nothing(due: UUID, twin: TwinClient) -> None:
    claim = claim_one()
    let_leases_run_out()
    newer = claim_one()
    with transaction() as session:
        assert claims.renew(session, claim) is None
        assert claims.begin_call(session, claim, "add_to_library") is None
        verdict = claims.Verdict(adding.State.DONE, "added")
        assert not claims.settle(session, claim, verdict, "add_to_library")
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
    adding.add_one(get_connector("spotify"), claim)
    assert twin.calls(method="PUT") == []
    assert row_of(due).state == "withdrawn"


def test_a_release_moved_away_is_not_added(due: UUID, twin: TwinClient, campaign_id: int) -> None:
    claim = claim_one()
    run_sql("UPDATE campaign SET release_at = now() + interval '1 day' WHERE id = :id", id=campaign_id)
    with transaction():
        assert recompute_due(campaign_id) == 1
    adding.add_one(get_connector("spotify"), claim)
    assert twin.calls(method="PUT") == []


def test_a_held_campaign_is_left_alone(due: UUID, twin: TwinClient, campaign_id: int) -> None:
    run_sql("UPDATE campaign SET held_at = now() WHERE id = :id", id=campaign_id)
    assert adding.add_due("spotify") == 0
    run_sql("UPDATE campaign SET held_at = NULL WHERE id = :id", id=campaign_id)
    assert adding.add_due("spotify") == 1


@pytest.mark.parametrize("kind", ["429", "429_text", "429_quota"])
def test_too_many_requests_shuts_the_gate(kind: str, due: UUID, twin: TwinClient) -> None:
    twin.fault(kind, method="PUT", path="/me/library", retry_after=3600)
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.tries) == ("armed", 0)
    assert 3500 < gate.shut_seconds("spotify") <= 3601
    let_waits_pass()
    assert adding.add_due("spotify") == 0
    assert len(twin.calls(method="PUT")) == 1


@pytest.mark.parametrize("kind", ["500", "502", "503_html", "close"])
def test_a_fault_of_the_service_is_tried_again(kind: str, due: UUID, twin: TwinClient) -> None:
    twin.fault(kind, method="PUT", path="/me/library")
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.tries) == ("armed", 1)
    let_waits_pass()
    adding.add_due("spotify")
    assert row_of(due).state == "done"


@pytest.mark.parametrize("kind", ["401_expired", "401_invalid"])
def test_an_access_token_not_taken_is_renewed_at_once(kind: str, due: UUID, twin: TwinClient) -> None:
    twin.fault(kind, method="PUT", path="/me/library")
    adding.add_due("spotify")
    assert row_of(due).state == "done"
    assert len(twin.calls(grant_type="refresh_token")) == 1


def test_a_refused_app_marks_no_fan(due: UUID, twin: TwinClient) -> None:
    twin.fault("403_premium", method="PUT", path="/me/library")
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.tries) == ("armed", 0)
    assert gate.shut_seconds("spotify") > 30


def test_a_missing_scope_needs_the_fan(due: UUID, twin: TwinClient) -> None:
    twin.fault("403_scope", method="PUT", path="/me/library")
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("needs_reauth", "scope_missing")


def test_a_fan_not_on_the_list_is_tried_again_later(due: UUID, twin: TwinClient) -> None:
    twin.fault("403_unregistered", method="PUT", path="/me/library")
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("armed", "not_on_the_list")


def test_a_release_not_there_yet_is_tried_again(due: UUID, twin: TwinClient) -> None:
    twin.fault("404", method="PUT", path="/me/library")
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("armed", "not_in_catalogue")
    let_waits_pass()
    adding.add_due("spotify")
    assert row_of(due).state == "done"


def test_a_revoked_grant_needs_two_refusals(due: UUID, twin: TwinClient) -> None:
    twin.control("POST", "fans/ida/revoke", {})
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("armed", "refused_once")
    let_waits_pass()
    run_sql("UPDATE fan_grant SET refused_at = now() - interval '61 s', refresh_until = now()")
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("needs_reauth", "grant_revoked")
    assert read_sql("SELECT refresh_token_sealed FROM fan_grant") is None


def test_one_dead_fan_does_not_stop_the_others(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    ids = {fan: pre_save(app, twin, fan) for fan in ("ida", "jonas", "kim")}
    broken = b"v1|k1|" + bytes(40)
    run_sql(
        "UPDATE fan_grant SET access_token_sealed = :b, refresh_token_sealed = :b "
        "WHERE id = (SELECT grant_id FROM pre_save WHERE id = :id)",
        b=broken,
        id=ids["ida"],
    )
    move_release(campaign_id, timedelta(seconds=-1))
    adding.add_due("spotify")
    assert (row_of(ids["ida"]).state, row_of(ids["ida"]).reason) == ("needs_reauth", "sign_in_broken")
    assert {row_of(ids[fan]).state for fan in ("jonas", "kim")} == {"done"}


def test_what_the_service_calls_wrong_is_parked_after_three(
    due: UUID, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise adding.Refused("http_400")

    monkeypatch.setattr(type(get_connector("spotify")), "add", refuse)
    for _ in range(3):
        let_waits_pass()
        adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.reason) == ("failed", "http_400")
    # A person may have it tried again, so the sign-in is kept until the deadline.
    assert read_sql("SELECT state FROM fan_grant") == "active"
    monkeypatch.undo()
    with transaction() as session:
        assert steering.retry(session, row.campaign_id, "a test") == 1
    adding.add_due("spotify")
    assert row_of(due).state == "done"


def test_one_fan_refused_stops_nobody_else(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    ids = {fan: pre_save(app, twin, fan) for fan in ("ida", "jonas", "kim")}
    move_release(campaign_id, timedelta(seconds=-1))
    twin.fault("403_forbidden", method="PUT", path="/me/library", fan="ida", rate=1.0)
    adding.add_due("spotify")
    assert {row_of(ids[fan]).state for fan in ("jonas", "kim")} == {"done"}
    assert gate.shut_seconds("spotify") == 0.0
    for _ in range(2):
        let_waits_pass()
        adding.add_due("spotify")
    assert row_of(ids["ida"]).state == "failed"


def test_a_crowd_refused_is_our_fault_and_ends_nobody(app: Flask, twin: TwinClient, campaign_id: int) -> None:
    for number in range(24):
        pre_save(app, twin, f"fan-{number:02}")
    move_release(campaign_id, timedelta(seconds=-1))
    twin.fault("403_forbidden", method="PUT", path="/me/library", rate=1.0)
    for _ in range(4):
        let_waits_pass()
        run_sql("UPDATE service_gate SET open_at = now()")
        adding.add_due("spotify")
    assert read_sql("SELECT count(*) FROM pre_save WHERE state = 'armed'") == 24
    assert gate.shut_seconds("spotify") > 30


def test_outages_use_up_no_refusal(due: UUID, twin: TwinClient, monkeypatch: pytest.MonkeyPatch) -> None:
    twin.fault("500", method="PUT", path="/me/library", times=2)
    for _ in range(2):
        let_waits_pass()
        adding.add_due("spotify")
    twin.fault("403_forbidden", method="PUT", path="/me/library")
    let_waits_pass()
    adding.add_due("spotify")
    row = row_of(due)
    assert (row.state, row.tries, row.refusals) == ("armed", 2, 1)


def test_a_lost_answer_is_remembered_through_a_pause(due: UUID, twin: TwinClient) -> None:
    twin.fault("apply_then_close", method="PUT", path="/me/library")
    adding.add_due("spotify")
    twin.fault("429", method="GET", path="/me/library/contains", retry_after=1)
    let_waits_pass()
    adding.add_due("spotify")
    let_waits_pass()
    run_sql("UPDATE service_gate SET open_at = now()")
    adding.add_due("spotify")
    assert row_of(due).reason == "already_there"
    assert len(twin.calls(method="PUT")) == 1


def test_a_new_sign_in_overrules_an_old_claim(app: Flask, twin: TwinClient, due: UUID) -> None:
    claim = claim_one()
    assert pre_save(app, twin, "ida") == due
    row = row_of(due)
    assert (row.state, row.claim_no) == ("armed", claim.claim_no + 1)
    with transaction() as session:
        verdict = claims.Verdict(adding.State.NEEDS_REAUTH, "grant_revoked")
        assert not claims.settle(session, claim, verdict, "add_to_library")


def test_a_link_corrected_after_the_claim_is_looked_up_first(due: UUID, twin: TwinClient) -> None:
    claim = claim_one()
    run_sql("UPDATE target SET ref = 'spotify:album:0000000000000000000000', found_at = NULL")
    adding.add_one(get_connector("spotify"), claim)
    assert twin.calls(method="PUT") == []
    assert row_of(due).state == "armed"


def test_a_leaving_worker_gives_back_what_it_has_not_begun(
    app: Flask, twin: TwinClient, campaign_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        pre_save(app, twin, f"fan-{number}")
    move_release(campaign_id, timedelta(seconds=-1))
    monkeypatch.setattr(adding, "THREADS", 1)

    def leave(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(adding, "add_one", leave)
    with pytest.raises(Killed):
        adding.add_due("spotify")
    assert read_sql("SELECT count(*) FROM pre_save WHERE state = 'armed'") >= 1


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


def claim_one() -> claims.Claim:
    run_sql("UPDATE target SET found_at = now() WHERE found_at IS NULL")
    with transaction() as session:
        (claim,) = claims.claim_due(session, "spotify", 1)
    return claim
