"""Consents, cancels, dates, crashes and answers in any order: what was promised holds after every step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from engine import ADD, let_a_minute_pass, let_leases_run_out
from fans import SLUG, move_release, open_campaign, pre_save, read_sql, run_sql
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from twin_client import ALBUM_URI, TwinClient

from presave_app.extensions import db
from presave_app.presaves import claims
from presave_app.presaves.withdrawing import withdraw
from presave_app.releases import adding
from presave_app.streaming.registry import get_connector
from presave_app.transaction import transaction

FANS = ("ida", "jonas", "kim")
FAULTS = ("500", "503_html", "close", "apply_then_close", "429", "401_expired", "403_premium", "404", "empty_200")
fans = st.sampled_from(FANS)


class Release(RuleBasedStateMachine):
    """One campaign, three fans, one service, and whatever can happen to them."""

    def __init__(self, app: Flask, twin: TwinClient, empty_tables: Callable[[], None]) -> None:
        super().__init__()
        self.app = app
        self.twin = twin
        self.empty_tables = empty_tables
        self.ids: dict[str, Any] = {}
        self.cancelled: set[str] = set()
        self.revoked: set[str] = set()
        self.is_out = False
        self.is_held = False
        self.seen = 0

    @initialize()
    def open(self) -> None:
        self.empty_tables()
        self.twin.control("POST", "reset")
        self.twin.album()
        self.campaign_id = open_campaign(timedelta(hours=1))
        run_sql("UPDATE target SET found_at = now()")

    @rule(fan=fans)
    def consent(self, fan: str) -> None:
        let_a_minute_pass()
        self.ids[fan] = pre_save(self.app, self.twin, fan, SLUG)
        self.cancelled.discard(fan)
        self.revoked.discard(fan)

    @rule(fan=fans)
    def cancel(self, fan: str) -> None:
        if fan in self.ids:
            with transaction():
                if withdraw(self.ids[fan]):
                    self.cancelled.add(fan)

    @rule(fan=fans)
    def revoke_at_the_service(self, fan: str) -> None:
        if fan in self.ids:
            self.twin.control("POST", f"fans/{fan}/revoke", {})
            self.revoked.add(fan)
            run_sql("UPDATE fan_grant SET access_expires_at = now() WHERE state = 'active'")

    @rule(is_out=st.booleans())
    def move_the_date(self, is_out: bool) -> None:
        move_release(self.campaign_id, timedelta(seconds=-1) if is_out else timedelta(hours=1))
        self.is_out = is_out

    @rule(is_held=st.booleans())
    def hold_or_resume(self, is_held: bool) -> None:
        run_sql("UPDATE campaign SET held_at = CASE WHEN :held THEN now() END", held=is_held)
        self.is_held = is_held

    @rule(kind=st.sampled_from(FAULTS), times=st.integers(1, 3))
    def answer_badly(self, kind: str, times: int) -> None:
        self.twin.fault(kind, path="/me/library*", times=times, retry_after=1)

    @rule()
    def time_passes(self) -> None:
        let_leases_run_out()
        let_a_minute_pass()

    @rule()
    def drain(self) -> None:
        adding.add_due("spotify")

    @precondition(lambda self: self.is_out)
    @rule(dies=st.sampled_from(["claimed", "sent", "called"]))
    def a_worker_dies(self, dies: str) -> None:
        """It has got so far with whatever was due, and then it is gone."""
        with transaction() as session:
            taken = claims.claim_due(session, "spotify", 10)
        if dies == "claimed" or not taken:
            return
        with transaction() as session:
            refs = claims.begin_calls(session, taken, ADD)
        if dies == "called":
            for claim in taken:
                if claim.pre_save_id in refs:
                    self._call(claim, refs[claim.pre_save_id])

    def _call(self, claim: claims.Claim, ref: str) -> None:
        token = adding.AddLane(get_connector("spotify"))
        with transaction() as session:
            fresh = adding.turns.find_fresh(session, [claim.grant_id])
        if claim.grant_id in fresh:
            token.call(adding.Add(claim, fresh[claim.grant_id], ref))

    @invariant()
    def no_call_was_early_or_unwanted(self) -> None:
        calls = self.twin.calls(method="PUT", after=self.seen)
        if calls:
            assert self.is_out
            assert not self.is_held
            assert not {call["fan"] for call in calls} & self.cancelled
            self.seen = max(call["number"] for call in calls)

    @invariant()
    def everybody_is_in_one_visible_state(self) -> None:
        assert read_sql("SELECT count(*) FROM pre_save WHERE state IS NOT NULL AND reason IS NOT NULL") == len(self.ids)

    @invariant()
    def done_means_that_the_library_holds_it(self) -> None:
        for fan in self._in_state("done"):
            assert ALBUM_URI in self.twin.library(fan) or self._was_told_so_wrongly(fan)

    def teardown(self) -> None:
        if not hasattr(self, "campaign_id"):
            return
        self.twin.control("DELETE", "faults")
        self.move_the_date(True)
        self.hold_or_resume(False)
        for _ in range(4):
            self.time_passes()
            adding.add_due("spotify")
        self.no_call_was_early_or_unwanted()
        self.done_means_that_the_library_holds_it()
        assert self._in_state("armed") | self._in_state("claimed") == set()
        assert self._in_state("withdrawn") == self.cancelled
        assert self._in_state("needs_reauth") <= self.revoked
        assert self._in_state("failed") == set()
        db.session.remove()

    def _in_state(self, state: str) -> set[str]:
        with db.engine.connect() as connection:
            found = set(connection.execute(text("SELECT id FROM pre_save WHERE state = :s"), {"s": state}).scalars())
        return {fan for fan, pre_save_id in self.ids.items() if pre_save_id in found}

    def _was_told_so_wrongly(self, fan: str) -> bool:
        """A service that answers success and does nothing; only the read-back can tell."""
        return any(call["fault"] == "empty_200" for call in self.twin.calls(fan=fan))


# Five hundred steps on real parts: a busy machine takes minutes for them.
@pytest.mark.timeout(600)
def test_what_was_promised_holds_in_any_order(app: Flask, twin: TwinClient, empty_tables: Callable[[], None]) -> None:
    class Here(Release):
        """The machine with its real parts."""

        def __init__(self) -> None:
            super().__init__(app, twin, empty_tables)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=25,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
