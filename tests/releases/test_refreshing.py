"""Token refresh: under the grant's lock, before the moment, and believed dead only when that is confirmed."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from fans import move_release, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from twin_client import TwinClient

from presave_app.presaves import grants, turns
from presave_app.releases import gate, refreshing
from presave_app.releases.gate import Passage
from presave_app.streaming.errors import NeedsReauth, RetryLater
from presave_app.streaming.registry import get_connector
from presave_app.transaction import transaction


@pytest.fixture
def waiting(app: Flask, twin: TwinClient) -> UUID:
    """Ida's pre-save, half an hour before the moment, her access token run out."""
    campaign_id = open_campaign()
    pre_save_id = pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(minutes=30))
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    return pre_save_id


def refreshes(twin: TwinClient) -> int:
    return len(twin.calls(grant_type="refresh_token"))


def test_sign_ins_are_warmed_up_before_the_moment(waiting: UUID, twin: TwinClient) -> None:
    assert refreshing.warm_up("spotify", 20) == 1
    assert refreshing.warm_up("spotify", 20) == 0
    assert refreshes(twin) == 1
    assert read_sql("SELECT refresh_version FROM fan_grant") == 1


def test_a_release_far_away_warms_up_nothing(app: Flask, twin: TwinClient) -> None:
    open_campaign(timedelta(days=2))
    pre_save(app, twin, "ida")
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    assert refreshing.warm_up("spotify", 20) == 0


def test_an_answer_without_refresh_token_keeps_the_old(waiting: UUID, twin: TwinClient) -> None:
    refreshing.warm_up("spotify", 20)
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    assert refreshing.warm_up("spotify", 20) == 1


def test_a_rotated_token_is_stored_before_its_use(waiting: UUID, twin: TwinClient) -> None:
    twin.switch(omit_refresh_token=False, rotate=True, reuse_revokes_all=True)
    for _ in range(3):
        assert refreshing.warm_up("spotify", 20) == 1
        run_sql("UPDATE fan_grant SET access_expires_at = now()")
    assert read_sql("SELECT refresh_version FROM fan_grant") == 3


def test_eight_workers_refresh_one_grant_once(app: Flask, waiting: UUID, twin: TwinClient) -> None:
    twin.switch(omit_refresh_token=False, rotate=True, reuse_revokes_all=True)
    grant_id = row_of(waiting).grant_id
    tokens: list[str] = []
    waits: list[str] = []

    def work() -> None:
        with app.app_context():
            try:
                tokens.append(refreshing.get_access_token(grant_id, get_connector("spotify"), Passage("spotify")))
            except RetryLater as fault:
                waits.append(fault.reason)

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert refreshes(twin) == 1
    assert len(set(tokens)) == 1
    assert len(tokens) + len(waits) == 8
    assert set(waits) <= {"being_refreshed"}


def test_a_lost_turn_stores_nothing(waiting: UUID, twin: TwinClient) -> None:
    grant_id = row_of(waiting).grant_id
    with transaction() as session:
        turn = turns.take_turn(session, grant_id)
    assert isinstance(turn, turns.RefreshTurn)
    run_sql("UPDATE fan_grant SET refresh_epoch = refresh_epoch + 1")
    with transaction() as session:
        assert not turns.finish_turn(session, turn, get_connector("spotify").refresh(turn.refresh_token))
    assert read_sql("SELECT refresh_version FROM fan_grant") == 0


def test_a_dead_sign_in_shows_before_the_moment(waiting: UUID, twin: TwinClient) -> None:
    twin.control("POST", "fans/ida/revoke", {})
    refreshing.warm_up("spotify", 20)
    assert row_of(waiting).state == "armed"
    run_sql("UPDATE fan_grant SET refused_at = now() - interval '61 s', refresh_until = now()")
    refreshing.warm_up("spotify", 20)
    row = row_of(waiting)
    assert (row.state, row.reason) == ("needs_reauth", "grant_revoked")


def test_a_refusal_for_older_tokens_is_not_believed(waiting: UUID, twin: TwinClient) -> None:
    grant_id = row_of(waiting).grant_id
    with transaction() as session:
        turn = turns.take_turn(session, grant_id)
    assert isinstance(turn, turns.RefreshTurn)
    run_sql("UPDATE fan_grant SET refresh_version = refresh_version + 1, refused_at = now() - interval '1 h'")
    with transaction() as session:
        assert not turns.note_refusal(session, grant_id, turn.version, 60)
    assert read_sql("SELECT state FROM fan_grant") == "active"


def test_a_wrong_client_secret_marks_no_fan(waiting: UUID, twin: TwinClient) -> None:
    twin.fault("400_invalid_client", method="POST", path="/api/token", times=1)
    refreshing.warm_up("spotify", 20)
    assert row_of(waiting).state == "armed"
    assert read_sql("SELECT strikes FROM service_gate") > 1
    run_sql("UPDATE fan_grant SET refresh_until = now()")
    assert refreshing.warm_up("spotify", 20) == 1
    assert read_sql("SELECT access_expires_at > now() FROM fan_grant")


def test_an_erased_grant_needs_the_fan(waiting: UUID, twin: TwinClient) -> None:
    grant_id = row_of(waiting).grant_id
    with transaction() as session:
        grants.erase(session, grant_id)
    with pytest.raises(NeedsReauth):
        refreshing.get_access_token(grant_id, get_connector("spotify"), Passage("spotify"))


def test_a_turn_without_a_permit_is_given_back(waiting: UUID, twin: TwinClient) -> None:
    grant_id = row_of(waiting).grant_id
    gate.shut("spotify", 600, "rate_limited")
    with pytest.raises(RetryLater, match="rate_limited"):
        refreshing.get_access_token(grant_id, get_connector("spotify"), Passage("spotify"))
    assert read_sql("SELECT refresh_until FROM fan_grant") is None


def test_the_warm_up_makes_room_for_a_release(app: Flask, waiting: UUID, twin: TwinClient) -> None:
    campaign_id = open_campaign(timedelta(hours=1), slug="second")
    pre_save(app, twin, "jonas", "second")
    move_release(campaign_id, timedelta(seconds=-1))
    run_sql("UPDATE target SET found_at = now()")
    assert refreshing.warm_up("spotify", 20) == 0
