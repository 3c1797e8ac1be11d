"""Proof: looking into the fans' libraries whether the release arrived, and a day later whether it stayed."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.presaves import grants
from presave_app.presaves.states import GrantId, PreSaveId
from presave_app.releases import gate
from presave_app.releases.refreshing import APP_BLOCKED_PAUSE_SECONDS, get_access_token
from presave_app.releases.waves import services_with_due_read_backs
from presave_app.streaming.connector import Connector
from presave_app.streaming.errors import AccessExpired, AppBlocked, RetryLater, ServiceError
from presave_app.streaming.registry import get_connector
from presave_app.transaction import transaction

BATCH = 20
LAST_LOOK_AFTER = timedelta(hours=24)
_SECOND_LOOK_AFTER = timedelta(minutes=1)
# A worker that dies with a look in hand costs the look this much.
_LEASE_SECONDS = 120

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """One library to look into."""

    pre_save_id: PreSaveId
    grant_id: GrantId
    ref: str


def read_back_due(service: str, seconds: float = 50.0) -> int:
    """Look into the libraries whose time it is; returns how many."""
    connector = get_connector(service)
    give_up_at = time.monotonic() + seconds
    looked = 0
    # Adds go first: a worker that looks back must not keep a release waiting.
    while time.monotonic() < give_up_at and service in services_with_due_read_backs():
        with transaction() as session:
            batch = _take_looks(session, service)
        if not batch:
            break
        for look in batch:
            _look_once(connector, look)
        looked += len(batch)
    return looked


def _take_looks(session: Session, service: str) -> list[Look]:
    rows = session.execute(
        text("""
            WITH due AS MATERIALIZED (
              SELECT id FROM pre_save WHERE service = :service AND read_back_at <= now()
              ORDER BY read_back_at LIMIT :batch FOR UPDATE SKIP LOCKED)
            UPDATE pre_save p SET read_back_at = now() + make_interval(secs => :lease)
            FROM due, action a WHERE p.id = due.id AND a.pre_save_id = p.id AND a.sent_ref IS NOT NULL
            RETURNING p.id, p.grant_id, a.sent_ref
        """),
        {"service": service, "batch": BATCH, "lease": _LEASE_SECONDS},
    )
    return [Look(PreSaveId(row.id), GrantId(row.grant_id), row.sent_ref) for row in rows]


def _look_once(connector: Connector, look: Look) -> None:
    try:
        is_there = _is_in_library(connector, look)
    except (RetryLater, AccessExpired) as fault:
        # The lease runs out and the look comes round again.
        if isinstance(fault, RetryLater) and fault.pause_seconds:
            gate.shut(connector.service, fault.pause_seconds, fault.reason)
        return
    except AppBlocked as fault:
        gate.shut(connector.service, APP_BLOCKED_PAUSE_SECONDS, fault.reason)
        return
    except ServiceError as fault:
        log.info("pre-save %s can't be read back: %s", look.pre_save_id, fault.reason)
        _end_looking(look)
        return
    _note(look, is_there)


def _is_in_library(connector: Connector, look: Look) -> bool:
    token = get_access_token(look.grant_id, connector)
    gate.pass_through(connector.service)
    try:
        return connector.contains(token, look.ref)
    except AccessExpired:
        token = get_access_token(look.grant_id, connector, stale_token=token)
        gate.pass_through(connector.service)
        return connector.contains(token, look.ref)


def _note(look: Look, is_there: bool) -> None:
    """Write down what was seen, and plan the next look: in a minute if it was missing, then a day after the add."""
    with transaction() as session:
        session.execute(
            text("""
                UPDATE pre_save SET read_backs = read_backs + 1,
                  verified_at = CASE WHEN :is_there THEN coalesce(verified_at, now()) ELSE verified_at END,
                  kept_at = CASE WHEN :is_there AND done_at + :last <= now() THEN now() ELSE kept_at END,
                  read_back_at = CASE
                    WHEN done_at + :last <= now() THEN NULL
                    WHEN NOT :is_there AND verified_at IS NULL AND read_backs = 0 THEN now() + :second
                    ELSE done_at + :last END
                WHERE id = :id AND state = 'done'
            """),
            {
                "id": look.pre_save_id,
                "is_there": is_there,
                "last": LAST_LOOK_AFTER,
                "second": _SECOND_LOOK_AFTER,
            },
        )
        grants.erase_unneeded(session, [look.grant_id])


def _end_looking(look: Look) -> None:
    with transaction() as session:
        session.execute(text("UPDATE pre_save SET read_back_at = NULL WHERE id = :id"), {"id": look.pre_save_id})
        grants.erase_unneeded(session, [look.grant_id])
