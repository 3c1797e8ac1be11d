"""Renewing access tokens: one worker at a time for each grant, the new tokens stored before their first use."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import cast
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.lib.failpoints import reach
from presave_app.presaves import grants, mending, turns
from presave_app.presaves.states import GrantId
from presave_app.presaves.turns import BeingRefreshed, FreshToken, RefreshTurn
from presave_app.releases import gate, guard, news
from presave_app.releases.gate import Passage
from presave_app.releases.waves import services_with_due_adds
from presave_app.streaming.connector import Connector
from presave_app.streaming.errors import NeedsReauth, RetryLater, ServiceError
from presave_app.streaming.registry import get_connector
from presave_app.transaction import retried, transaction

# A refusal may be a race for the same token. A second one this much later settles it.
CONFIRM_AFTER_SECONDS = 60
_WAIT_FOR_OTHERS_SECONDS = 2
_THREADS = 6
_BATCH = 60

log = logging.getLogger(__name__)


def get_access_token(grant_id: GrantId, connector: Connector, passage: Passage, stale_token: str | None = None) -> str:
    """An access token that lives long enough for a call, renewed if need be; raises ServiceError.

    `stale_token` is one that the service did not take although it should still have lived. NeedsReauth is raised
    only when it is certain: confirmed by a second refusal, and not one of a crowd.
    """
    try:
        with transaction() as session:
            turn = turns.take_turn(session, grant_id, stale_token)
    except turns.Broken as broken:
        raise _answer_to(broken, grant_id, broken.version, connector.service) from broken
    except NeedsReauth as refusal:
        reason = refusal.reason
        # It ended some time ago; whoever still waits for it is shown that too.
        retried(lambda session: mending.need_reauth(session, grant_id, reason))
        raise
    match turn:
        case FreshToken():
            return turn.access_token
        case BeingRefreshed():
            raise RetryLater("being_refreshed", wait_seconds=_WAIT_FOR_OTHERS_SECONDS)
        case RefreshTurn():
            return _renew(turn, connector, passage)


def warm_up(service: str, seconds: float) -> int:
    """Renew sign-ins of pre-saves due within the hour, so that the day needs one call a fan; returns how many.

    Dead sign-ins come to light here, while their fans can still repair them.
    """
    connector = get_connector(service)
    app = cast(Flask, current_app._get_current_object())  # pyright: ignore
    give_up_at = time.monotonic() + seconds
    renewed = 0
    with ThreadPoolExecutor(_THREADS, thread_name_prefix=f"warm-{service}") as pool:
        # A release that is due now goes before one that is near, on whatever service.
        while time.monotonic() < give_up_at and not services_with_due_adds():
            grant_ids = find_stale(service, _BATCH)
            if not grant_ids:
                break
            list(pool.map(partial(_warm_one, app, connector), grant_ids))
            renewed += len(grant_ids)
    return renewed


def find_stale(service: str, limit: int) -> list[GrantId]:
    """Grants whose access token would not live through a release of the next 50 minutes."""
    if not gate.lets_through(service):
        return []
    values = {"service": service, "limit": limit, "confirm": CONFIRM_AFTER_SECONDS}
    with transaction() as session:
        return [GrantId(grant_id) for grant_id in session.execute(_STALE, values).scalars()]


# A crowd of refused sign-ins is asked again only by the adds, now and then, while a person looks at it.
_STALE = text("""
    SELECT g.id FROM fan_grant g WHERE g.service = :service AND g.state = 'active'
      AND g.refresh_token_sealed IS NOT NULL AND (g.refresh_until IS NULL OR g.refresh_until < now())
      AND (g.refused_at IS NULL OR g.refused_at < now() - make_interval(secs => :confirm))
      AND EXISTS (SELECT 1 FROM pre_save p WHERE p.grant_id = g.id AND p.state = 'armed'
        AND p.due_at BETWEEN now() AND now() + interval '50 minutes'
        AND g.access_expires_at < p.due_at + interval '5 minutes'
        AND NOT EXISTS (SELECT 1 FROM mass_guard m WHERE m.campaign_id = p.campaign_id
          AND m.service = p.service AND m.confirmed_at IS NULL AND g.refused_at IS NOT NULL))
    ORDER BY g.access_expires_at, g.id LIMIT :limit
""")


def _warm_one(app: Flask, connector: Connector, grant_id: GrantId) -> None:
    """Renew one sign-in, and tell at once how that went: the others of the batch are on their way."""
    with app.app_context():
        try:
            get_access_token(grant_id, connector, Passage(connector.service))
            news.tell(connector.service, [True])
        except ServiceError as fault:
            log.info("a sign-in on %s was not renewed: %s", connector.service, fault.reason)
            news.tell_pauses(connector.service, [fault])
            # What is confirmed of one fan says nothing of the service.
            news.tell(connector.service, [None if isinstance(fault, NeedsReauth) else fault])
        except Exception:
            # A fault of ours with one sign-in must not keep the others cold.
            log.exception("renewing grant %s", grant_id)


def _renew(turn: RefreshTurn, connector: Connector, passage: Passage) -> str:
    reach("after_refresh_turn")
    try:
        # A token endpoint is no part of what a service budgets by the day.
        passage.next_call(units=0)
    except RetryLater:
        retried(lambda session: turns.give_back_turn(session, turn))
        raise
    try:
        tokens = connector.refresh(turn.refresh_token)
    except NeedsReauth as refusal:
        raise _answer_to(refusal, turn.grant_id, turn.version, turn.service) from refusal
    reach("after_refresh_answer")
    if not retried(lambda session: turns.finish_turn(session, turn, tokens)):
        raise RetryLater("being_refreshed", wait_seconds=_WAIT_FOR_OTHERS_SECONDS)
    return tokens.access_token


def _answer_to(refusal: NeedsReauth, grant_id: GrantId, version: int, service: str) -> ServiceError:
    """Believe a refusal when it is confirmed and not one of a crowd; until then the pre-save only waits."""
    with transaction() as session:
        is_confirmed = turns.note_refusal(session, grant_id, version, CONFIRM_AFTER_SECONDS)
    if not is_confirmed:
        return RetryLater("refused_once", wait_seconds=CONFIRM_AFTER_SECONDS + 1)
    if not guard.may_give_up(service, _campaigns_waiting_for(grant_id), refusal.reason):
        return RetryLater("crowd_refused", wait_seconds=guard.LOOK_AGAIN_SECONDS)
    return NeedsReauth(refusal.reason) if _bury(grant_id, version, service, refusal.reason) else RetryLater("renewed")


def _campaigns_waiting_for(grant_id: GrantId) -> Sequence[int]:
    with transaction() as session:
        found = session.execute(
            text("""
                SELECT DISTINCT campaign_id FROM pre_save
                WHERE grant_id = :id AND state IN ('armed', 'claimed') ORDER BY campaign_id
            """),
            {"id": grant_id},
        )
        return found.scalars().all()


def _bury(grant_id: UUID, version: int, service: str, reason: str) -> bool:
    """A grant that can't be renewed any more: show it to every fan who waits for it. False if it is alive again."""
    is_dead = retried(lambda session: _mark_dead(session, grant_id, version))
    # A transaction of its own: everybody else locks pre-saves before grants.
    moved = retried(lambda session: mending.need_reauth(session, grant_id, reason))
    log.info("a grant on %s is dead (%s): %d waiting pre-saves need a new sign-in", service, reason, moved)
    return is_dead


def _mark_dead(session: Session, grant_id: UUID, version: int) -> bool:
    grants.mark_dead(session, grant_id, version=version)
    state = session.execute(text("SELECT state FROM fan_grant WHERE id = :id"), {"id": grant_id}).scalar_one()
    return state != "active"
