"""Proof: looking into the fans' libraries whether the release arrived, and a day later whether it stayed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from presave_app.extensions import current_settings
from presave_app.presaves import grants, turns
from presave_app.presaves.states import GrantId, PreSaveId
from presave_app.releases import drain, news
from presave_app.releases.gate import Passage
from presave_app.releases.refreshing import get_access_token
from presave_app.releases.waves import services_with_due_read_backs
from presave_app.streaming.connector import Connector
from presave_app.streaming.errors import AccessExpired, AppBlocked, NeedsReauth, RetryLater, ServiceError
from presave_app.streaming.registry import get_connector
from presave_app.transaction import retried, transaction

LAST_LOOK_AFTER = timedelta(hours=24)
_SECOND_LOOK_AFTER = timedelta(minutes=1)
# A worker that dies with a look in hand costs the look this much.
_LEASE_SECONDS = 120
# Adds go first: after so long it is asked anew whether there are any.
_SLICE_SECONDS = 10.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """One library to look into, with an access token if one is fresh."""

    pre_save_id: PreSaveId
    grant_id: GrantId
    ref: str
    access_token: str | None = field(default=None, repr=False)


def read_back_due(service: str, seconds: float = drain.SECONDS) -> int:
    """Look into the libraries whose time it is; returns how many."""
    lane = LookLane(get_connector(service))
    rate = current_settings().services[service].calls_per_second
    looked = 0
    for _ in range(max(1, int(seconds / _SLICE_SECONDS))):
        if service not in services_with_due_read_backs():
            break
        looked += drain.drain(lane, rate=rate, seconds=min(seconds, _SLICE_SECONDS))
    return looked


def look_at(connector: Connector, pre_save_ids: Sequence[PreSaveId]) -> None:
    """Look into the libraries of these pre-saves right now, those of them that are done."""
    with transaction() as session:
        rows = session.execute(_TAKE_THESE, {"ids": list(pre_save_ids), "lease": _LEASE_SECONDS})
        looks = [_look_in(row) for row in rows]
    lane = LookLane(connector)
    for look in looks:
        lane.do_with_care(look)


class LookLane:
    """The looks into libraries on one service, for `drain`."""

    def __init__(self, connector: Connector) -> None:
        self.service = connector.service
        self.units = connector.units.look
        self._connector = connector

    def take(self, limit: int) -> tuple[list[Look], list[Look]]:
        """Take looks; a day after the add the access tokens are old and need care."""
        values = {"service": self.service, "batch": limit, "lease": _LEASE_SECONDS}
        with transaction() as session:
            looks = [_look_in(row) for row in session.execute(_TAKE, values)]
            tokens = turns.find_fresh(session, [look.grant_id for look in looks])
        quick = [replace(look, access_token=tokens[look.grant_id]) for look in looks if look.grant_id in tokens]
        return quick, [look for look in looks if look.grant_id not in tokens]

    def begin(self, items: Sequence[Look]) -> list[Look]:
        """A look changes nothing at the service, so there is nothing to write ahead."""
        return list(items)

    def call(self, item: Look) -> bool:
        """Whether the release is in the library."""
        return self._connector.contains(cast(str, item.access_token), item.ref)

    def do_with_care(self, item: Look) -> None:
        """Renew the token if need be, look, and write down what was seen."""
        try:
            passage = Passage(self.service)
            token = get_access_token(item.grant_id, self._connector, passage, stale_token=item.access_token)
            passage.next_call(self.units)
            result: object = self._connector.contains(token, item.ref)
        except ServiceError as fault:
            result = fault
        # A second "expired" in a row: the lease runs out and the look comes round again.
        self.settle([(item, result)])

    def settle(self, results: Sequence[tuple[Look, object]]) -> list[Look]:
        """Write down what was seen; a look that failed in passing comes round again when its lease runs out."""
        seen = [(look, result) for look, result in results if isinstance(result, bool)]
        faults = [(look, result) for look, result in results if isinstance(result, ServiceError)]
        news.tell_pauses(self.service, [fault for _, fault in faults])
        if seen:
            retried(lambda session: _note(session, seen))
        for look, fault in faults:
            self._note_fault(look, fault)
        again = [look for look, fault in faults if isinstance(fault, AccessExpired) and look.access_token]
        told = [result for look, result in results if look not in again and isinstance(result, (bool, ServiceError))]
        # That a look works does not prove that adds do.
        news.tell(self.service, told, may_close=False)
        for look, result in results:
            if isinstance(result, BaseException) and not isinstance(result, ServiceError):
                log.error("reading back pre-save %s", look.pre_save_id, exc_info=result)
        return again

    def give_back(self, items: Sequence[Look]) -> None:
        """Let what was not looked at be taken by the next one."""
        retried(lambda session: session.execute(_GIVE_BACK, {"ids": [look.pre_save_id for look in items]}))

    def _note_fault(self, look: Look, fault: ServiceError) -> None:
        match fault:
            case RetryLater() | AccessExpired() | AppBlocked():
                pass
            case NeedsReauth():
                log.info("pre-save %s can't be read back: %s", look.pre_save_id, fault.reason)
                retried(lambda session: _end_looking(session, look))
            case _:
                # It may be a whole crowd that is refused; `sweeping.end_stale_looks` ends what stays so for days.
                retried(lambda session: session.execute(_PUT_OFF, {"id": look.pre_save_id}))


def _look_in(row: Row[tuple[object, ...]]) -> Look:
    return Look(PreSaveId(row.id), GrantId(row.grant_id), row.sent_ref)


_TAKEN = """
    UPDATE pre_save p SET read_back_at = now() + make_interval(secs => :lease)
    FROM due, action a WHERE p.id = due.id AND a.pre_save_id = p.id AND a.sent_ref IS NOT NULL
    RETURNING p.id, p.grant_id, a.sent_ref
"""

_TAKE = text(f"""
    WITH due AS MATERIALIZED (
      SELECT id FROM pre_save WHERE service = :service AND read_back_at <= now()
      ORDER BY read_back_at LIMIT :batch FOR UPDATE SKIP LOCKED)
    {_TAKEN}
""")  # noqa: S608 - the constant above

_TAKE_THESE = text(f"""
    WITH due AS MATERIALIZED (
      SELECT id FROM pre_save WHERE id = ANY(:ids) AND state = 'done' AND read_back_at IS NOT NULL
      ORDER BY id FOR UPDATE SKIP LOCKED)
    {_TAKEN}
""")  # noqa: S608 - the constant above

_PUT_OFF = text("UPDATE pre_save SET read_back_at = now() + interval '1 h' WHERE id = :id AND read_back_at IS NOT NULL")

_GIVE_BACK = text("UPDATE pre_save SET read_back_at = now() WHERE id = ANY(:ids) AND read_back_at IS NOT NULL")

# What was seen, and the next look: in a minute if it was missing, then a day after the add.
_NOTE = text("""
    UPDATE pre_save p SET read_backs = read_backs + 1,
      verified_at = CASE WHEN v.is_there THEN coalesce(verified_at, now()) ELSE verified_at END,
      kept_at = CASE WHEN v.is_there AND done_at + :last <= now() THEN now() ELSE kept_at END,
      read_back_at = CASE
        WHEN done_at + :last <= now() THEN NULL
        WHEN NOT v.is_there AND verified_at IS NULL AND read_backs = 0 THEN now() + :second
        ELSE done_at + :last END
    FROM unnest(CAST(:ids AS uuid[]), CAST(:seen AS bool[])) AS v(id, is_there)
    WHERE p.id = v.id AND p.state = 'done'
""")


def _note(session: Session, seen: Sequence[tuple[Look, bool]]) -> None:
    seen = sorted(seen, key=lambda pair: pair[0].pre_save_id)
    values = {
        "ids": [look.pre_save_id for look, _ in seen],
        "seen": [is_there for _, is_there in seen],
        "last": LAST_LOOK_AFTER,
        "second": _SECOND_LOOK_AFTER,
    }
    session.execute(text("SELECT 1 FROM pre_save WHERE id = ANY(:ids) ORDER BY id FOR UPDATE"), values)
    session.execute(_NOTE, values)
    grants.erase_unneeded(session, [look.grant_id for look, _ in seen])


def _end_looking(session: Session, look: Look) -> None:
    session.execute(text("UPDATE pre_save SET read_back_at = NULL WHERE id = :id"), {"id": look.pre_save_id})
    grants.erase_unneeded(session, [look.grant_id])
