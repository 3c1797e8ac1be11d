"""Doing extras: follows and the like, each ticked by the fan on its own, and adding ahead of the day."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from presave_app.extensions import current_settings, db
from presave_app.lib.failpoints import reach
from presave_app.presaves import extras
from presave_app.presaves.extras import PRE_ADD, DueExtra
from presave_app.releases import drain, gate, news
from presave_app.releases.gate import Passage
from presave_app.releases.refreshing import get_access_token
from presave_app.releases.verdicts import backoff_seconds
from presave_app.streaming.connector import Connector, Extra, Outcome
from presave_app.streaming.errors import (
    AccessExpired,
    NeedsReauth,
    NotEntitled,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
)
from presave_app.streaming.registry import connectors, get_connector
from presave_app.transaction import retried, transaction

_NOT_THERE_SECONDS = 6 * 3600.0

log = logging.getLogger(__name__)


def services_with_due_extras() -> list[str]:
    """Services that are on, whose gate is open, and on which an extra may be done now."""
    return [s for s in extras.find_services_with_due(db.session(), list(connectors())) if gate.lets_through(s)]


def do_due(service: str, seconds: float = drain.SECONDS) -> int:
    """Do the extras of a service until nothing is due or the time is up; returns how many were worked on."""
    rate = current_settings().services[service].calls_per_second
    return drain.drain(ExtraLane(get_connector(service)), rate=rate, seconds=seconds)


class ExtraLane:
    """The extras of one service, for `drain`. They are few, and each takes care."""

    def __init__(self, connector: Connector) -> None:
        self.service = connector.service
        self.units = connector.units.extra
        self._connector = connector

    def take(self, limit: int) -> tuple[list[DueExtra], list[DueExtra]]:
        """Take what is due; none of it is done in one call for sure."""
        with transaction() as session:
            return [], extras.take(session, self.service, limit)

    def do_with_care(self, item: DueExtra) -> None:
        """Renew the token if need be, do the extra, and write down what came of it."""
        try:
            outcome = self._try(item)
        except ServiceError as fault:
            self._note_fault(item, fault)
            return
        if outcome is not None:
            retried(lambda session: extras.end(session, item, is_done=True, outcome=outcome.value))
            news.tell(self.service, [True], may_close=False)

    def _try(self, item: DueExtra) -> Outcome | None:
        passage = Passage(self.service)
        token = get_access_token(item.grant_id, self._connector, passage)
        try:
            return self._do(item, passage, token)
        except AccessExpired:
            token = get_access_token(item.grant_id, self._connector, passage, stale_token=token)
            return self._do(item, passage, token)

    def _do(self, item: DueExtra, passage: Passage, token: str) -> Outcome | None:
        """None when the fan has cancelled meanwhile, or the label holds the release."""
        units = self._connector.units
        passage.next_call(units.add if item.kind == PRE_ADD else units.extra)
        with transaction() as session:
            if not extras.begin(session, item):
                return None
        reach("after_sent_commit")
        if item.kind == PRE_ADD:
            return self._connector.add(token, item.subject)
        return self._connector.do_extra(token, Extra(item.kind), item.subject)

    def _note_fault(self, item: DueExtra, fault: ServiceError) -> None:
        """An extra that the fan's permission or the service refuses ends alone: the add goes on."""
        log.info("%s of pre-save %s: %s", item.kind, item.pre_save_id, fault.reason)
        news.tell_pauses(self.service, [fault])
        news.tell(self.service, [None if isinstance(fault, (NeedsReauth, Refused)) else fault], may_close=False)
        is_refusal = isinstance(fault, (NeedsReauth, NotEntitled, Refused))
        if is_refusal or (item.tries + 1 >= extras.MOST_TRIES and not _waits(fault)):
            retried(lambda session: extras.end(session, item, is_done=False, outcome=fault.reason))
        else:
            wait = _wait_seconds(fault, item.tries)
            retried(lambda session: extras.put_off(session, item, seconds=wait, reason=fault.reason))

    def begin(self, items: Sequence[DueExtra]) -> list[DueExtra]:
        """Nothing is called in groups here."""
        return list(items)

    def call(self, item: DueExtra) -> object:
        """See `do_with_care`."""
        raise NotImplementedError

    def settle(self, results: Sequence[tuple[DueExtra, object]]) -> list[DueExtra]:
        """There are no results of groups."""
        return [item for item, _ in results]

    def give_back(self, items: Sequence[DueExtra]) -> None:
        """What was not begun comes round again when its lease is over."""


def _waits(fault: ServiceError) -> bool:
    """Whether it waits for the service or for the release, which may take longer than any number of tries."""
    if isinstance(fault, RetryLater):
        return fault.pause_seconds is not None or fault.wait_seconds is not None
    return isinstance(fault, NotYetAvailable)


def _wait_seconds(fault: ServiceError, tries: int) -> float:
    if isinstance(fault, NotYetAvailable):
        return _NOT_THERE_SECONDS
    if isinstance(fault, RetryLater):
        return fault.pause_seconds or fault.wait_seconds or backoff_seconds(tries + 3)
    return backoff_seconds(tries + 5)
