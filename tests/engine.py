"""The release engine under test: one claim in hand, and waits that pass because the data is moved."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from fans import run_sql
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.presaves import claims
from presave_app.presaves.claims import Claim
from presave_app.presaves.states import PreSaveId
from presave_app.releases.adding import AddLane
from presave_app.releases.verdicts import Finding
from presave_app.streaming.registry import get_connector
from presave_app.transaction import transaction

ADD = "add_to_library"
# So many that their being refused together is nobody's own doing.
CROWD = 24
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


class Killed(BaseException):
    """Stands for a SIGKILL: nothing after it runs in this worker."""


def claim_one() -> Claim:
    """A claim on the one pre-save that is due, its release being there."""
    run_sql("UPDATE target SET found_at = now() WHERE found_at IS NULL")
    with transaction() as session:
        (claim,) = claims.claim_due(session, "spotify", 1)
    return claim


def add_one(claim: Claim) -> Finding | None:
    """Work on one claim as a thread of a drain does."""
    return AddLane(get_connector("spotify")).add_one(claim)


def begin_one(claim: Claim) -> str | None:
    """Write ahead for one claim; what is to be added, or None when it must not start."""
    with transaction() as session:
        return claims.begin_calls(session, [claim], ADD).get(PreSaveId(UUID(str(claim.pre_save_id))))


def settle_one(claim: Claim, verdict: claims.Verdict) -> int:
    """Write down a verdict; returns how many rows took it."""
    with transaction() as session:
        return claims.settle(session, [(claim, verdict)], ADD)


def let_leases_run_out() -> None:
    """A lease's time passes."""
    run_sql("UPDATE pre_save SET lease_until = now() - interval '1 s' WHERE state = 'claimed'")


def let_waits_pass() -> None:
    """Whatever somebody waits for is over, pauses and breakers of the service too."""
    run_sql("UPDATE pre_save SET next_at = due_at WHERE state = 'armed'")
    run_sql("UPDATE service_gate SET open_at = now(), probe_at = CASE WHEN breaker_at IS NOT NULL THEN now() END")


def let_a_minute_pass() -> None:
    """A refusal becomes old enough for a second one to confirm it."""
    let_waits_pass()
    run_sql("UPDATE fan_grant SET refused_at = refused_at - interval '61 s', refresh_until = NULL")


def until_somebody_waits(session: Session, number: int = 1) -> None:
    """Go on once so many other connections wait for a lock, such as one of this transaction's."""
    give_up_at = time.monotonic() + 30
    while session.execute(text(_WAITING)).scalar_one() < number:
        assert time.monotonic() < give_up_at, "nobody had to wait"
        # A transaction goes on seeing the connections that it saw first.
        session.execute(text("SELECT pg_stat_clear_snapshot(), pg_sleep(0.05)"))


@contextmanager
def beside(app: Flask, work: Callable[[], object]) -> Iterator[None]:
    """Do `work` on a connection of its own while the block runs; what it raises is raised here."""
    faults: list[BaseException] = []

    def run() -> None:
        try:
            with app.app_context():
                work()
        except BaseException as fault:  # noqa: BLE001 - handed on to the test
            faults.append(fault)

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join(timeout=20)
    assert not thread.is_alive()
    if faults:
        raise faults[0]
