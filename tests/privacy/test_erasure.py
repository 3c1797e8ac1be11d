"""Erasing: nothing of a fan is left, what was added stays a number, and whoever works on it meanwhile does no harm."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID

import pytest
from engine import ADD, Killed, add_one, begin_one, beside, claim_one, let_leases_run_out, until_somebody_waits
from fans import move_release, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from twin_client import TwinClient

from presave_app.counts.tally import tally
from presave_app.extensions import db
from presave_app.presaves import claims
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId, State
from presave_app.privacy import erasure
from presave_app.releases import adding, reading_back, steering
from presave_app.transaction import transaction

OF_A_FAN = ("pre_save", "consent", "action", "event", "reminder", "reminder_way")


@pytest.fixture
def path(due: UUID) -> str:
    return f"/mine/{mine_secret(PreSaveId(due))}"


def erase(pre_save_id: UUID) -> bool:
    with transaction() as session:
        return erasure.erase(session, pre_save_id)


def counts() -> dict[str, int]:
    """Rows of fans, and the numbers; not the empty consent that numbers share."""
    found = {table: read_sql(f"SELECT count(*) FROM {table}") for table in OF_A_FAN}
    return found | {"consent": read_sql("SELECT count(*) FROM consent WHERE wording <> ''")}


def everything() -> str:
    """Every row of every table, as text."""
    db.session.rollback()
    tables = [table.name for table in db.metadata.sorted_tables]
    rows = [db.session.execute(text(f"SELECT CAST(t AS text) FROM {name} t")).scalars().all() for name in tables]
    db.session.rollback()
    return "\n".join(row for found in rows for row in found)


def add(campaign_id: int) -> None:
    run_sql("UPDATE target SET found_at = now()")
    adding.add_due("spotify")
    run_sql("UPDATE pre_save SET read_back_at = now() WHERE read_back_at IS NOT NULL")
    reading_back.read_back_due("spotify")


def test_before_the_add_nothing_is_left(client: FlaskClient, campaign_id: int, due: UUID, path: str) -> None:
    answer = client.post(f"{path}/erase")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?erased=1")
    assert counts() == dict.fromkeys(OF_A_FAN, 0)
    assert read_sql("SELECT count(*) FROM fan_grant WHERE state <> 'erased'") == 0
    assert tally(campaign_id).total == 0


def test_what_was_added_stays_a_number_that_leads_to_nobody(
    client: FlaskClient, campaign_id: int, due: UUID, path: str
) -> None:
    add(campaign_id)
    run_sql("UPDATE pre_save SET source = 'poster', time_zone = 'Asia/Tokyo'")
    before = row_of(due)
    assert before.verified_at is not None
    client.post(f"{path}/erase")
    assert tally(campaign_id).total == 1
    assert read_sql("SELECT count(*) FROM pre_save WHERE state = 'done' AND verified_at IS NOT NULL") == 1
    assert counts() == dict.fromkeys(OF_A_FAN, 0) | {"pre_save": 1}
    left = everything()
    known = (due, before.account_key, before.grant_id, before.consent_id, before.mine_hash, "poster", "Tokyo")
    # The grant's row stays, for a place at a service is taken whoever it was; nothing leads to it.
    assert [what for what in map(str, known) if what in left and what != str(before.grant_id)] == []
    assert read_sql("SELECT count(*) FROM fan_grant WHERE account_key LIKE 'nobody%' AND scopes = '{}'") == 2
    assert read_sql("SELECT g.account_key FROM fan_grant g JOIN pre_save p ON p.grant_id = g.id") == "nobody"
    assert read_sql("SELECT accepted_at = date_trunc('day', accepted_at) FROM pre_save")
    # It stands in the wave of the campaign's own moment, and not before it.
    assert read_sql("SELECT p.due_at = k.release_at AND p.done_at >= p.due_at FROM pre_save p, campaign k")
    assert read_sql("SELECT kept_at FROM pre_save") is None


def test_a_second_press_and_a_later_visit_are_calm(client: FlaskClient, due: UUID, path: str) -> None:
    for _ in range(2):
        assert client.post(f"{path}/erase").status_code == 303
    after = client.get(f"{path}?erased=1")
    assert after.status_code == 200
    assert "It is all erased" in after.text
    assert after.headers["Cache-Control"] == "private, no-store"
    later = client.get(path)
    assert later.status_code == 404
    assert "there is nothing left to show" in later.text
    assert client.get(f"{path}/data.json").status_code == 404


def test_all_pre_saves_of_the_same_sign_in_go(app: Flask, client: FlaskClient, twin: TwinClient, path: str) -> None:
    open_campaign(slug="small-hours")
    pre_save(app, twin, "ida", "small-hours")
    other = pre_save(app, twin, "emil", "small-hours")
    client.post(f"{path}/erase")
    assert read_sql("SELECT count(*) FROM pre_save") == 1
    assert row_of(other).state == "armed"
    assert read_sql("SELECT count(*) FROM fan_grant WHERE state = 'active'") == 1


def test_a_fan_may_come_again(app: Flask, twin: TwinClient, campaign_id: int, due: UUID) -> None:
    add(campaign_id)
    erase(due)
    again = pre_save(app, twin, "ida")
    assert row_of(again).state == "armed"
    assert read_sql("SELECT count(*) FROM fan_grant WHERE state = 'active'") == 1
    assert tally(campaign_id).total == 2


def test_a_number_is_not_tried_again(campaign_id: int, due: UUID) -> None:
    run_sql("UPDATE pre_save SET state = 'claimed', claim_no = 1, lease_until = now() + interval '1 minute'")
    run_sql("UPDATE pre_save SET state = 'failed', lease_until = NULL, reason = 'forbidden'")
    erase(due)
    with transaction() as session:
        assert steering.retry(session, campaign_id, "a test") == 0
    assert read_sql("SELECT state FROM pre_save") == "failed"


def test_the_address_of_a_notice_goes_too(client: FlaskClient, campaign_id: int, due: UUID) -> None:
    run_sql(
        """
        INSERT INTO reminder (id, campaign_id, service, mine_hash, due_at, reason, pre_save_id)
        SELECT gen_random_uuid(), campaign_id, service, mine_hash, due_at, 'permission_lost', id FROM pre_save
        """
    )
    run_sql(
        """
        INSERT INTO reminder_way (id, reminder_id, kind, state, address_sealed, key_id, address_hash, confirmed_at)
        SELECT gen_random_uuid(), id, 'email', 'armed', 'sealed', 'k1', 'hash', now() FROM reminder
        """
    )
    erase(due)
    assert counts() == dict.fromkeys(OF_A_FAN, 0)


def test_between_claim_and_send_no_call_is_made(due: UUID, twin: TwinClient) -> None:
    claim = claim_one()
    assert erase(due)
    assert begin_one(claim) is None
    assert add_one(claim) is None
    assert twin.calls(method="PUT") == []
    assert counts() == dict.fromkeys(OF_A_FAN, 0)


@pytest.mark.parametrize("point", ["after_claim_commit", "after_sent_commit", "before_send", "after_send"])
def test_a_worker_in_the_middle_finds_its_row_gone(
    point: str, app: Flask, due: UUID, path: str, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reach(reached: str) -> None:
        if reached == point:
            assert app.test_client().post(f"{path}/erase").status_code == 303

    monkeypatch.setattr(adding, "reach", reach)
    run_sql("UPDATE target SET found_at = now()")
    adding.add_due("spotify")
    assert counts() == dict.fromkeys(OF_A_FAN, 0)
    let_leases_run_out()
    assert adding.add_due("spotify") == 0
    assert len(twin.calls(method="PUT")) == (0 if point == "after_claim_commit" else 1)


def test_it_waits_for_a_worker_that_writes_and_then_erases_all(app: Flask, campaign_id: int, due: UUID) -> None:
    """The worker holds the row while it writes down that the add is done: that is erased, and counts."""
    claim = claim_one()
    begin_one(claim)
    with ExitStack() as stack, transaction() as session:
        claims.settle(session, [(claim, claims.Verdict(State.DONE, "added", "done"))], ADD)
        stack.enter_context(beside(app, lambda: erase(due)))
        until_somebody_waits(session)
    assert counts() == dict.fromkeys(OF_A_FAN, 0) | {"pre_save": 1}
    assert tally(campaign_id).total == 1


def test_whoever_dies_in_it_has_changed_nothing(
    due: UUID, client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_: str) -> None:
        raise Killed

    before = everything()
    with monkeypatch.context() as patch:
        patch.setattr(erasure, "reach", die)
        with pytest.raises(Killed):
            erase(due)
    assert everything() == before
    client.post(f"{path}/erase")
    assert counts() == dict.fromkeys(OF_A_FAN, 0)


def test_moved_dates_pass_over_numbers(campaign_id: int, due: UUID) -> None:
    add(campaign_id)
    erase(due)
    before = read_sql("SELECT due_at FROM pre_save")
    move_release(campaign_id, timedelta(days=1))
    assert before is not None
    assert read_sql("SELECT state FROM pre_save") == "done"
