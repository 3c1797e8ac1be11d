"""What an answer to an add means for the pre-save that it came for; `news` tells what it says of the service."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass

from presave_app.presaves.claims import Claim, Verdict
from presave_app.presaves.states import State
from presave_app.releases import guard
from presave_app.streaming.connector import Connector, Outcome
from presave_app.streaming.errors import (
    AccessExpired,
    AppBlocked,
    NeedsReauth,
    NotEntitled,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
)

# So many refusals end one fan's pre-save: one more than a mistake in passing.
_REFUSALS_THAT_END = {State.FAILED: 3, State.NEEDS_REAUTH: 2}
_REFUSED_WAIT_SECONDS = 20
_APP_BLOCKED_WAIT_SECONDS = 20
_LONGEST_BACKOFF_SECONDS = 600
_NOT_THERE_WAITS = (5, 10, 20, 60, 120, 300, 600)
# A library that takes what it is given in silence shows it after seconds, or it ignored the call.
_UNPROVEN_WAITS = (3, 10, 60, 600, 3600)
_NOT_ENTITLED_WAIT_SECONDS = 3600

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Finding:
    """The verdict on one pre-save, and the answer that it follows from if that says anything of the service."""

    verdict: Verdict
    answer: Outcome | ServiceError | None

    @property
    def refuses_us(self) -> bool:
        """Whether the service refused what we ask, and not this fan's permission."""
        return isinstance(self.answer, (AppBlocked, Refused))


def success(outcome: Outcome, connector: Connector, claim: Claim) -> Finding:
    """The add went well. Where a good answer is no proof, it is only on its way until the library shows it."""
    if connector.add_is_proof or outcome is Outcome.ALREADY_THERE:
        reason = outcome if connector.add_is_proof or claim.sent_ref is None else Outcome.ADDED
        return Finding(Verdict(State.DONE, reason.value, action_state="done"), outcome)
    wait = _UNPROVEN_WAITS[min(claim.tries, len(_UNPROVEN_WAITS) - 1)]
    return Finding(Verdict(State.ARMED, "sent_unproven", None, _spread(wait), counts_as_try=True), outcome)


def finding_of(fault: ServiceError, service: str, claim: Claim) -> Finding:
    """What a fault means for the pre-save that met it. May open the mass guard."""
    return Finding(_verdict_of(fault, service, claim), fault)


def confirmed_dead(refusal: NeedsReauth, claim: Claim) -> Finding:
    """The grant behind the claim is dead, and that was confirmed where it was renewed: the fan's own doing."""
    return Finding(Verdict(State.NEEDS_REAUTH, refusal.reason, _undone(claim)), None)


def backoff_seconds(tries: int) -> float:
    """How long to wait after so many failed tries: doubling, with full jitter, at most ten minutes."""
    return random.uniform(1, min(_LONGEST_BACKOFF_SECONDS, 2 ** min(tries + 1, 10)))  # noqa: S311


def _verdict_of(fault: ServiceError, service: str, claim: Claim) -> Verdict:
    match fault:
        case RetryLater():
            return _later(fault, claim)
        case AppBlocked():
            return Verdict(State.ARMED, fault.reason, _undone(claim), _spread(_APP_BLOCKED_WAIT_SECONDS))
        case NotYetAvailable():
            wait = _NOT_THERE_WAITS[min(claim.tries, len(_NOT_THERE_WAITS) - 1)]
            return Verdict(State.ARMED, fault.reason, _undone(claim), _spread(wait), counts_as_try=True)
        case NotEntitled():
            return Verdict(State.ARMED, fault.reason, _undone(claim), _NOT_ENTITLED_WAIT_SECONDS)
        case AccessExpired() | NeedsReauth():
            return _refused(fault, service, claim, State.NEEDS_REAUTH)
        case Refused():
            return _refused(fault, service, claim, State.FAILED)
        case _:
            raise fault


def _undone(claim: Claim) -> str | None:
    """A clean refusal proves that this call did nothing, but not that an earlier one did nothing."""
    return "todo" if claim.sent_ref is None else None


def _later(fault: RetryLater, claim: Claim) -> Verdict:
    if fault.pause_seconds is not None:
        wait = fault.pause_seconds + random.random()  # noqa: S311
        return Verdict(State.ARMED, fault.reason, _undone(claim), wait)
    if fault.wait_seconds is not None:
        return Verdict(State.ARMED, fault.reason, None, fault.wait_seconds)
    return Verdict(State.ARMED, fault.reason, None, backoff_seconds(claim.tries), counts_as_try=True)


def _refused(fault: ServiceError, service: str, claim: Claim, end: State) -> Verdict:
    """A few refusals end one fan's pre-save. When a whole crowd is refused, it is our fault and ends nobody's."""
    if claim.refusals + 1 < _REFUSALS_THAT_END[end]:
        wait = _spread(_REFUSED_WAIT_SECONDS * (claim.refusals + 1))
    elif guard.may_give_up(service, [claim.campaign_id], fault.reason):
        log.warning("%s refused pre-save %s: %s", service, claim.pre_save_id, fault.reason)
        return Verdict(end, fault.reason, "refused" if end is State.FAILED else _undone(claim))
    else:
        wait = _spread(guard.LOOK_AGAIN_SECONDS)
    return Verdict(State.ARMED, fault.reason, _undone(claim), wait, counts_as_refusal=True)


def _spread(seconds: float) -> float:
    """A tenth more or less, so that those who fail together don't come back together."""
    return seconds * random.uniform(0.9, 1.1)  # noqa: S311
