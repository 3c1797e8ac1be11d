"""What the answers to calls say of the service as a whole: pauses for the gate, strikes for the breaker."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby

from presave_app.releases import breaker, gate
from presave_app.releases.breaker import REFUSAL_PROBE_SECONDS, Strike
from presave_app.streaming.errors import AccessExpired, AppBlocked, NeedsReauth, Refused, RetryLater, ServiceError
from presave_app.transaction import retried


def tell_pauses(service: str, faults: Sequence[ServiceError]) -> None:
    """Let everybody leave the service alone for as long as it asks. The sooner, the better."""
    for fault in faults:
        if isinstance(fault, RetryLater) and fault.pause_seconds is not None:
            gate.shut(service, fault.pause_seconds, fault.reason)


def tell(service: str, results: Sequence[object], *, may_close: bool = True) -> None:
    """Tell the breaker of results, faults among them, in the order in which they came back.

    With `may_close` a success closes an open breaker. A look or a renewal that works does not prove that adds do.
    """
    telling = [(strike_of(result), result) for result in results if _says_something(result)]
    for has_failed, run in groupby(telling, key=lambda told: told[0] is not None):
        if has_failed:
            strikes = [strike for strike, _ in run if strike]
            retried(partial(breaker.note_strikes, service=service, strikes=strikes))
        elif retried(partial(breaker.note_success, service=service, may_close=may_close)):
            breaker.wake_put_off(service)


def strike_of(result: object) -> Strike | None:
    """A failure that may be everybody's; None for a success, and for "not there", which is an answer like another."""
    match result:
        case AppBlocked():
            return breaker.refused_app(result.reason)
        case AccessExpired() | NeedsReauth() | Refused():
            return Strike(result.reason, probe_seconds=REFUSAL_PROBE_SECONDS)
        case RetryLater(pause_seconds=None, wait_seconds=None):
            return Strike(result.reason)
        case _:
            return None


def _says_something(result: object) -> bool:
    """A wait of our own making, a pause, and a permission that is gone say nothing about whether the service works."""
    if result is None:
        return False
    return not isinstance(result, RetryLater) or strike_of(result) is not None
