"""Release day: adding releases to libraries, one claimed pre-save after the other."""

from __future__ import annotations

import logging
import random
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import cast

from flask import Flask, current_app

from presave_app.presaves import claims
from presave_app.presaves.claims import Claim, Verdict
from presave_app.presaves.states import State
from presave_app.releases import gate
from presave_app.releases.catalogue import look_for_releases
from presave_app.releases.refreshing import APP_BLOCKED_PAUSE_SECONDS, get_access_token
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
from presave_app.streaming.registry import get_connector
from presave_app.transaction import transaction

DRAIN_SECONDS = 50.0
THREADS = 8
BATCH = 2 * THREADS
_ADD = "add_to_library"
_REFUSALS_THAT_END = 3
_REFUSED_WAIT_SECONDS = 20
_LONGEST_BACKOFF_SECONDS = 600
_NOT_THERE_WAITS = (5, 10, 20, 60, 120, 300, 600)
_NOT_ENTITLED_WAIT_SECONDS = 3600

log = logging.getLogger(__name__)


class ClaimLost(Exception):
    """Somebody else decides about this pre-save now, or it must not be added at this moment: stop without a call."""


def add_due(service: str, seconds: float = DRAIN_SECONDS) -> int:
    """Add what is due on a service until nothing is left or the time is up; returns how many were worked on."""
    connector = get_connector(service)
    look_for_releases(service)
    app = cast(Flask, current_app._get_current_object())  # pyright: ignore
    give_up_at = time.monotonic() + seconds
    worked = 0
    with ThreadPoolExecutor(THREADS, thread_name_prefix=f"add-{service}") as pool:
        while time.monotonic() < give_up_at and not gate.shut_seconds(service):
            with transaction() as session:
                batch = claims.claim_due(session, service, BATCH)
            if not batch:
                break
            _work_on(pool, app, connector, batch)
            worked += len(batch)
    return worked


def add_one(connector: Connector, claim: Claim) -> None:
    """Work on one claim and write down what came of it. Safe to repeat, and to die between any two lines."""
    with transaction() as session:
        renewed = claims.renew(session, claim)
    if renewed is None:
        return
    try:
        verdict = _verdict_on(connector, renewed)
    except ClaimLost:
        # If it is still ours, it waits for its new moment as armed; if it is not, this changes nothing.
        with transaction() as session:
            claims.give_back(session, [renewed])
        return
    with transaction() as session:
        claims.settle(session, renewed, verdict, _ADD)


def backoff_seconds(tries: int) -> float:
    """How long to wait after so many failed tries: doubling, with full jitter, at most ten minutes."""
    return random.uniform(1, min(_LONGEST_BACKOFF_SECONDS, 2 ** min(tries + 1, 10)))  # noqa: S311


def _work_on(pool: ThreadPoolExecutor, app: Flask, connector: Connector, batch: list[Claim]) -> None:
    futures = {pool.submit(_add_in_thread, app, connector, claim): claim for claim in batch}
    try:
        for future in as_completed(futures):
            future.result()
    except BaseException:
        # The process is told to leave: what nobody has begun goes back at once, the rest is finished.
        unstarted = [claim for future, claim in futures.items() if future.cancel()]
        with transaction() as session:
            claims.give_back(session, unstarted)
        raise


def _add_in_thread(app: Flask, connector: Connector, claim: Claim) -> None:
    with app.app_context():
        try:
            add_one(connector, claim)
        except Exception:
            # A fault of ours with one pre-save must not stop the others. Its claim runs out and it is
            # tried again, visibly late, while this line says why.
            log.exception("adding pre-save %s", claim.pre_save_id)


def _verdict_on(connector: Connector, claim: Claim) -> Verdict:
    try:
        token = get_access_token(claim.grant_id, connector)
        try:
            outcome = _call(connector, claim, token)
        except AccessExpired:
            token = get_access_token(claim.grant_id, connector, stale_token=token)
            outcome = _call(connector, claim, token)
    except ServiceError as fault:
        return _verdict_of(fault, connector.service, claim)
    return Verdict(State.DONE, outcome.value, action_state="done")


def _call(connector: Connector, claim: Claim, token: str) -> Outcome:
    """Look first where an earlier call may have worked, then write ahead, then add."""
    if claim.sent_ref is not None:
        gate.pass_through(connector.service)
        if connector.contains(token, claim.sent_ref):
            return Outcome.ALREADY_THERE
    gate.pass_through(connector.service)
    with transaction() as session:
        ref = claims.begin_call(session, claim, _ADD)
    if ref is None or not claim.leaves_time_for_a_call():
        raise ClaimLost
    return connector.add(token, ref)


def _verdict_of(fault: ServiceError, service: str, claim: Claim) -> Verdict:
    # A clean refusal proves that this call did nothing, but not that an earlier one did nothing.
    action_state = "todo" if claim.sent_ref is None else None
    match fault:
        case RetryLater():
            return _later(fault, service, claim, action_state)
        case AppBlocked():
            log.error("%s refuses this app: %s", service, fault.reason)
            gate.shut(service, APP_BLOCKED_PAUSE_SECONDS, fault.reason)
            return Verdict(State.ARMED, fault.reason, action_state, APP_BLOCKED_PAUSE_SECONDS)
        case NotYetAvailable():
            wait = _NOT_THERE_WAITS[min(claim.tries, len(_NOT_THERE_WAITS) - 1)]
            return Verdict(State.ARMED, fault.reason, action_state, wait, counts_as_try=True)
        case NotEntitled():
            return Verdict(State.ARMED, fault.reason, action_state, _NOT_ENTITLED_WAIT_SECONDS)
        case NeedsReauth():
            return Verdict(State.NEEDS_REAUTH, fault.reason, action_state)
        case AccessExpired() | Refused():
            return _refused(fault, service, claim, action_state)
        case _:
            raise fault


def _later(fault: RetryLater, service: str, claim: Claim, action_state: str | None) -> Verdict:
    if fault.pause_seconds is not None:
        gate.shut(service, fault.pause_seconds, fault.reason)
        return Verdict(State.ARMED, fault.reason, action_state, fault.pause_seconds + random.random())  # noqa: S311
    if fault.wait_seconds is not None:
        return Verdict(State.ARMED, fault.reason, None, fault.wait_seconds)
    return Verdict(State.ARMED, fault.reason, None, backoff_seconds(claim.tries), counts_as_try=True)


def _refused(fault: ServiceError, service: str, claim: Claim, action_state: str | None) -> Verdict:
    """Three refusals end one fan's pre-save. When a whole crowd is refused, it is our fault and ends nobody's."""
    if claim.refusals + 1 < _REFUSALS_THAT_END:
        wait = _REFUSED_WAIT_SECONDS * (claim.refusals + 1)
        return Verdict(State.ARMED, fault.reason, action_state, wait, counts_as_refusal=True)
    if claims.is_crowd_refused(claim.campaign_id, service):
        log.error("%s refuses a whole crowd (%s): nobody is given up, and we ask once a minute", service, fault.reason)
        gate.shut(service, APP_BLOCKED_PAUSE_SECONDS, fault.reason)
        return Verdict(State.ARMED, fault.reason, action_state, APP_BLOCKED_PAUSE_SECONDS, counts_as_refusal=True)
    if isinstance(fault, AccessExpired):
        return Verdict(State.NEEDS_REAUTH, fault.reason, action_state)
    log.error("%s refused pre-save %s: %s", service, claim.pre_save_id, fault.reason)
    return Verdict(State.FAILED, fault.reason, "refused")
