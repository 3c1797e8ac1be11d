"""The state machine: the database refuses what is not allowed, and writes down every move."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from fans import move_release, open_campaign, pre_save, run_past_triggers, run_sql
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from twin_client import TwinClient

from presave_app.extensions import db
from presave_app.presaves.states import State

ALLOWED = {
    (State.ARMED, State.CLAIMED),
    (State.CLAIMED, State.DONE),
    (State.CLAIMED, State.ARMED),
    (State.CLAIMED, State.NEEDS_REAUTH),
    (State.CLAIMED, State.FAILED),
    (State.CLAIMED, State.WITHDRAWN),
    (State.CLAIMED, State.EXPIRED),
    (State.ARMED, State.NEEDS_REAUTH),
    (State.ARMED, State.WITHDRAWN),
    (State.ARMED, State.EXPIRED),
    (State.NEEDS_REAUTH, State.WITHDRAWN),
    (State.NEEDS_REAUTH, State.EXPIRED),
    (State.NEEDS_REAUTH, State.ARMED),
    (State.WITHDRAWN, State.ARMED),
    (State.EXPIRED, State.ARMED),
    (State.FAILED, State.ARMED),
}
MOVE = "UPDATE pre_save SET state = :state, lease_until = CASE WHEN :leased THEN now() + interval '1 h' END"


@pytest.fixture
def due(app: Flask, twin: TwinClient) -> UUID:
    campaign_id = open_campaign()
    pre_save_id = pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    return pre_save_id


def put_into(state: State) -> None:
    run_past_triggers("pre_save", MOVE, state=state.value, leased=state is State.CLAIMED)


def move_to(state: State) -> None:
    run_sql(MOVE, state=state.value, leased=state is State.CLAIMED)


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_only_listed_moves_are_possible(before: State, after: State, due: UUID) -> None:
    put_into(before)
    if before is after or (before, after) in ALLOWED:
        move_to(after)
    else:
        with pytest.raises(DBAPIError, match="may not move"):
            move_to(after)


def test_no_claim_before_it_is_due(due: UUID) -> None:
    run_sql("UPDATE pre_save SET due_at = now() + interval '1 h'")
    with pytest.raises(DBAPIError, match="before it is due"):
        move_to(State.CLAIMED)


def test_a_claim_number_never_falls(due: UUID) -> None:
    run_sql("UPDATE pre_save SET claim_no = 3")
    with pytest.raises(DBAPIError, match="never falls"):
        run_sql("UPDATE pre_save SET claim_no = 2")


def test_every_move_leaves_its_event(due: UUID) -> None:
    move_to(State.CLAIMED)
    move_to(State.DONE)
    moves = db.session.execute(text("SELECT from_state, to_state FROM event ORDER BY id")).all()
    assert [tuple(move) for move in moves] == [(None, "armed"), ("armed", "claimed"), ("claimed", "done")]


def test_events_are_never_changed(due: UUID) -> None:
    with pytest.raises(DBAPIError, match="never changed"):
        run_sql("UPDATE event SET to_state = 'done'")


def test_the_words_of_a_consent_are_never_changed(due: UUID) -> None:
    with pytest.raises(DBAPIError, match="never changed"):
        run_sql("UPDATE consent SET wording = 'something else'")


def test_a_lease_belongs_to_a_claim_alone(due: UUID) -> None:
    with pytest.raises(DBAPIError, match="lease"):
        run_sql("UPDATE pre_save SET lease_until = now()")
