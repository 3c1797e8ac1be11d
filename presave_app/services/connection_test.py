"""Connection tests on their way: begun by a member, back from the service, carried out step by step, ended."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, false, func, or_, select
from sqlalchemy.orm import Session

from presave_app.extensions import current_settings, db
from presave_app.lib.tokens import hash_secret
from presave_app.queue import TEST_CONNECTIONS, ring_after_commit
from presave_app.releases import gate
from presave_app.services.models import ConnectionTest
from presave_app.streaming.connector import Connector, SignIn
from presave_app.streaming.errors import NeedsReauth, ServiceError
from presave_app.transaction import transaction

_SIGN_IN_TIME = timedelta(minutes=10)
# A library may show what was added only after a while.
_RUN_TIME = timedelta(minutes=4)
_KEPT = timedelta(days=90)
# Longer than any step may take, with all the calls it may need.
_LEASE = timedelta(seconds=180)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claimed:
    """A test in this worker's hands for one step; the lease tells it from an older claim."""

    id: UUID
    service: str
    ref: str
    step: str
    was_there: bool
    lease_until: datetime
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)


def begin(
    service: str,
    member_id: int,
    ref: str,
    *,
    campaign_id: int | None = None,
    state: str | None = None,
    sign_in_secret: str = "",
) -> UUID:
    """Note a test whose member goes to sign in. One that the member began there before is over."""
    with transaction() as session:
        _forget(session, ConnectionTest.service == service, ConnectionTest.member_id == member_id, _is_open())
        test = ConnectionTest(
            id=uuid4(), service=service, member_id=member_id, campaign_id=campaign_id, ref=ref, steps=[]
        )
        test.state_hash = hash_secret(state) if state else None
        test.secrets_sealed = _seal(test.id, {"sign_in": sign_in_secret})
        test.expires_at = _now(session) + _SIGN_IN_TIME
        session.add(test)
        return test.id


def find_waiting(service: str, member_id: int, state: str) -> UUID | None:
    """The test whose sign-in comes back with this state, if it is this member's and in time."""
    return db.session.scalar(
        select(ConnectionTest.id).where(
            ConnectionTest.state_hash == hash_secret(state),
            ConnectionTest.service == service,
            ConnectionTest.member_id == member_id,
            ConnectionTest.state == "signing_in",
            ConnectionTest.expires_at > func.now(),
        )
    )


def take_in(test_id: UUID, connector: Connector, answer: Mapping[str, str], redirect_uri: str) -> None:
    """Turn what the browser brought back into a permission, and let the steps begin; a state is good once."""
    secret = _use(test_id)
    if secret is None:
        return
    try:
        gate.spend(connector.service)
        sign_in = connector.finish_sign_in(answer, secret=secret, redirect_uri=redirect_uri)
        if set(connector.scopes) - set(sign_in.tokens.scopes or connector.scopes):
            raise NeedsReauth("scope_missing")
    except ServiceError as fault:
        log.warning("the sign-in of a test on %s did not finish: %s", connector.service, fault.reason)
        fail(test_id, fault.reason)
        return
    _start_steps(test_id, sign_in, "find" if sign_in.tokens.refresh_token is None else "renew")


def newest(service: str, member_id: int) -> ConnectionTest | None:
    """The newest test of a member on a service."""
    mine = select(ConnectionTest).where(ConnectionTest.service == service, ConnectionTest.member_id == member_id)
    return db.session.scalar(mine.order_by(ConnectionTest.created_at.desc()).limit(1))


def has_work() -> bool:
    """Whether a step of some test is due."""
    return db.session.scalar(select(select(ConnectionTest).where(_is_due()).exists())) or False


def claim() -> Claimed | None:
    """Take the next step that is due, for as long as its lease lasts."""
    with transaction() as session:
        test = session.scalar(
            select(ConnectionTest)
            .where(_is_due())
            .order_by(ConnectionTest.next_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if test is None:
            return None
        if test.expires_at < _now(session):
            _end(session, test, "failed", test.reason or "no_answer_in_time")
            return None
        test.lease_until = lease_until = _now(session) + _LEASE
        secrets = _open(test)
        return Claimed(
            id=test.id,
            service=test.service,
            ref=test.ref,
            step=test.step,
            was_there=test.was_there,
            lease_until=lease_until,
            access_token=secrets["access"],
            refresh_token=secrets.get("refresh"),
        )


def go_on(claimed: Claimed, next_step: str | None, secrets: Mapping[str, Any] | None = None, **found: object) -> None:
    """The step is done: note what it found, and go to the next one; without any the connection works."""
    with transaction() as session:
        test = _held(session, claimed)
        if test is None:
            return
        test.steps = [*test.steps, claimed.step]
        for name, value in found.items():
            setattr(test, name, value)
        if secrets is not None:
            test.secrets_sealed = _seal(test.id, secrets)
        if next_step is None:
            _end(session, test, "works", None)
        else:
            test.step, test.lease_until, test.next_at = next_step, None, _now(session)


def put_off(claimed: Claimed, seconds: float, reason: str) -> None:
    """Try the step again later; a test whose time is up has failed with this reason."""
    with transaction() as session:
        test = _held(session, claimed)
        if test is None:
            return
        next_at = _now(session) + timedelta(seconds=seconds)
        if next_at > test.expires_at:
            _end(session, test, "failed", reason)
        else:
            test.next_at, test.lease_until, test.reason = next_at, None, reason


def fail(test_id: UUID, reason: str) -> None:
    """End a test that did not work."""
    with transaction() as session:
        test = session.get(ConnectionTest, test_id, with_for_update=True)
        if test is not None and test.ended_at is None:
            _end(session, test, "failed", reason)


def forget_old() -> int:
    """Remove sign-ins that never came back, and tests of long ago; returns how many."""
    with transaction() as session:
        never_back = (ConnectionTest.state == "signing_in") & (ConnectionTest.expires_at < func.now())
        return _forget(session, or_(never_back, ConnectionTest.created_at < func.now() - _KEPT))


def _use(test_id: UUID) -> str | None:
    """The secret of a sign-in that has come back; None when it was used up already."""
    with transaction() as session:
        test = session.get(ConnectionTest, test_id, with_for_update=True)
        if test is None or test.state != "signing_in" or test.secrets_sealed is None:
            return None
        secret = _open(test)["sign_in"]
        test.state_hash, test.secrets_sealed = None, None
        return str(secret)


def _start_steps(test_id: UUID, sign_in: SignIn, first_step: str) -> None:
    tokens = sign_in.tokens
    with transaction() as session:
        test = session.get_one(ConnectionTest, test_id, with_for_update=True)
        test.secrets_sealed = _seal(test.id, {"access": tokens.access_token, "refresh": tokens.refresh_token})
        test.state, test.steps, test.step = "running", ["sign_in"], first_step
        test.next_at = _now(session)
        test.expires_at = _now(session) + _RUN_TIME
        ring_after_commit(TEST_CONNECTIONS)


def _held(session: Session, claimed: Claimed) -> ConnectionTest | None:
    """The claimed test, locked; None where another worker has it by now, or it has ended."""
    test = session.get(ConnectionTest, claimed.id, with_for_update=True)
    return test if test is not None and test.lease_until == claimed.lease_until else None


def _end(session: Session, test: ConnectionTest, state: str, reason: str | None) -> None:
    test.state, test.reason, test.ended_at = state, reason, _now(session)
    test.secrets_sealed, test.state_hash, test.lease_until = None, None, None


def _is_due() -> ColumnElement[bool]:
    is_free = func.coalesce(ConnectionTest.lease_until < func.now(), ~false())
    return (ConnectionTest.state == "running") & (ConnectionTest.next_at <= func.now()) & is_free


def _is_open() -> ColumnElement[bool]:
    return ConnectionTest.ended_at.is_(None)


def _forget(session: Session, *which: ColumnElement[bool]) -> int:
    return len(session.scalars(delete(ConnectionTest).where(*which).returning(ConnectionTest.id)).all())


def _now(session: Session) -> datetime:
    return session.execute(select(func.clock_timestamp())).scalar_one()


def _seal(test_id: UUID, secrets: Mapping[str, Any]) -> bytes:
    return current_settings().token_keys.seal(json.dumps(secrets), _place(test_id))


def _open(test: ConnectionTest) -> dict[str, Any]:
    assert test.secrets_sealed is not None
    return json.loads(current_settings().token_keys.open(test.secrets_sealed, _place(test.id)))


def _place(test_id: UUID) -> str:
    return f"connection_test:{test_id}:secrets_sealed"
