"""Release day: adding releases to the libraries of the fans who asked for it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from presave_app.extensions import current_settings
from presave_app.lib.failpoints import reach
from presave_app.presaves import claims, turns
from presave_app.presaves.claims import Claim
from presave_app.releases import breaker, canaries, drain, gate, news
from presave_app.releases.catalogue import look_for_releases
from presave_app.releases.gate import Passage
from presave_app.releases.refreshing import get_access_token
from presave_app.releases.verdicts import Finding, confirmed_dead, finding_of, success
from presave_app.streaming.connector import Connector, Outcome
from presave_app.streaming.errors import AccessExpired, NeedsReauth, ServiceError
from presave_app.streaming.registry import get_connector
from presave_app.transaction import retried, transaction

_ADD = "add_to_library"

log = logging.getLogger(__name__)


class ClaimLost(Exception):
    """Somebody else decides about this pre-save now, or it must not be added at this moment: stop without a call."""


@dataclass(frozen=True)
class Add:
    """A claim on its way: with an access token that needs no renewing, and once it is begun with what to add."""

    claim: Claim
    access_token: str | None = field(default=None, repr=False)
    ref: str | None = None


def add_due(service: str, seconds: float = drain.SECONDS) -> int:
    """Add what is due on a service until nothing is left or the time is up; returns how many were worked on."""
    connector = get_connector(service)
    look_for_releases(service)
    if not gate.lets_through(service):
        return 0
    lane = AddLane(connector)
    led = canaries.lead(connector, lane.add_one)
    rate = current_settings().services[service].calls_per_second
    return led + drain.drain(lane, rate=rate, seconds=seconds)


class AddLane:
    """The adds of one service, for `drain`."""

    def __init__(self, connector: Connector) -> None:
        self.service = connector.service
        self.units = connector.units.add
        self._connector = connector

    def take(self, limit: int) -> tuple[list[Add], list[Add]]:
        """Claim; one call will do where the access token is fresh and no earlier call may have worked."""
        with transaction() as session:
            # A probe goes to somebody who was not refused yet: one bad campaign must not hold back the others.
            if breaker.is_open(session, self.service):
                claimed = claims.claim_for_probe(session, self.service)
            else:
                claimed = claims.claim_due(session, self.service, limit)
            tokens = turns.find_fresh(session, [claim.grant_id for claim in claimed])
        reach("after_claim_commit")
        quick: list[Add] = []
        needing_care: list[Add] = []
        for claim in claimed:
            add = Add(claim, tokens.get(claim.grant_id))
            is_quick = add.access_token is not None and claim.sent_ref is None
            (quick if is_quick else needing_care).append(add)
        return quick, needing_care

    def begin(self, items: Sequence[Add]) -> list[Add]:
        """Write ahead; what must not start now is given back."""
        with transaction() as session:
            refs = claims.begin_calls(session, [add.claim for add in items], _ADD)
            claims.give_back(session, [add.claim for add in items if add.claim.pre_save_id not in refs])
        reach("after_sent_commit")
        return [replace(add, ref=refs[add.claim.pre_save_id]) for add in items if add.claim.pre_save_id in refs]

    def call(self, item: Add) -> Outcome:
        """The one call for this fan."""
        return _send(self._connector, item.claim, cast(str, item.access_token), cast(str, item.ref))

    def do_with_care(self, item: Add) -> None:
        """See `add_one`."""
        self.add_one(item.claim, stale_token=item.access_token if item.ref else None)

    def add_one(self, claim: Claim, stale_token: str | None = None) -> Finding | None:
        """Look first, renew, add: whatever this one needs. Safe to repeat, and to die between any two lines.

        None when the claim is lost or must not be carried out now.
        """
        with transaction() as session:
            renewed = claims.renew(session, claim)
        if renewed is None:
            return None
        try:
            finding = self._try(renewed, Passage(self.service), stale_token)
        except ClaimLost:
            # If it is still ours, it waits for its new moment as armed; if it is not, this changes nothing.
            self.give_back([Add(renewed)])
            return None
        self._write([(renewed, finding)])
        return finding

    def settle(self, results: Sequence[tuple[Add, object]]) -> list[Add]:
        """Write down what came back. A token that is no longer taken is renewed, and the add done with care."""
        findings: list[tuple[Claim, Finding]] = []
        again: list[Add] = []
        for add, result in results:
            match result:
                case Outcome():
                    findings.append((add.claim, success(result, self._connector, add.claim)))
                case AccessExpired():
                    again.append(add)
                case ServiceError():
                    findings.append((add.claim, finding_of(result, self.service, add.claim)))
                case ClaimLost():
                    self.give_back([add])
                case _:
                    _log_own_fault(add, result)
        self._write(findings)
        return again

    def give_back(self, items: Sequence[Add]) -> None:
        """Return claims that are not worked on."""
        if items:
            retried(lambda session: claims.give_back(session, [add.claim for add in items]))

    def _try(self, claim: Claim, passage: Passage, stale_token: str | None) -> Finding:
        try:
            token = get_access_token(claim.grant_id, self._connector, passage, stale_token)
        except NeedsReauth as refusal:
            return confirmed_dead(refusal, claim)
        except ServiceError as fault:
            return finding_of(fault, self.service, claim)
        try:
            return success(self._look_and_add(claim, passage, token), self._connector, claim)
        except AccessExpired as fault:
            # A token that we had renewed just now and is not taken either speaks against the permission.
            return finding_of(fault, self.service, claim) if stale_token else self._try(claim, passage, token)
        except ServiceError as fault:
            return finding_of(fault, self.service, claim)

    def _look_and_add(self, claim: Claim, passage: Passage, token: str) -> Outcome:
        units = self._connector.units
        if claim.sent_ref is not None:
            # An earlier call may have worked although its answer was lost, or proves nothing.
            passage.next_call(units.look)
            if self._connector.contains(token, claim.sent_ref):
                return Outcome.ALREADY_THERE
        passage.next_call(units.add)
        with transaction() as session:
            refs = claims.begin_calls(session, [claim], _ADD)
        reach("after_sent_commit")
        if not refs:
            raise ClaimLost
        return _send(self._connector, claim, token, refs[claim.pre_save_id])

    def _write(self, findings: Sequence[tuple[Claim, Finding]]) -> None:
        """A pause first, because others call meanwhile; then what came of each; then how the service is doing."""
        if not findings:
            return
        answers = [finding.answer for _, finding in findings]
        news.tell_pauses(self.service, [answer for answer in answers if isinstance(answer, ServiceError)])
        verdicts = [(claim, finding.verdict) for claim, finding in findings]
        retried(lambda session: claims.settle(session, verdicts, _ADD))
        reach("after_outcome_commit")
        news.tell(self.service, answers)


def _send(connector: Connector, claim: Claim, token: str, ref: str) -> Outcome:
    reach("before_send")
    if not claim.leaves_time_for_a_call():
        raise ClaimLost
    outcome = connector.add(token, ref)
    reach("after_send")
    return outcome


def _log_own_fault(add: Add, result: object) -> None:
    """A fault of ours with one pre-save must not stop the others: its claim runs out and it is tried again."""
    fault = result if isinstance(result, BaseException) else None
    log.error("adding pre-save %s", add.claim.pre_save_id, exc_info=fault)
