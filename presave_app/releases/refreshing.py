"""Renewing access tokens: one worker at a time for each grant, the new tokens stored before their first use."""

from __future__ import annotations

import logging

from sqlalchemy import text

from presave_app.extensions import db
from presave_app.lib.failpoints import reach
from presave_app.presaves import claims, grants
from presave_app.presaves.grants import BeingRefreshed, FreshToken, RefreshTurn
from presave_app.presaves.states import GrantId
from presave_app.releases import gate
from presave_app.streaming.connector import Connector
from presave_app.streaming.errors import AppBlocked, NeedsReauth, RetryLater, ServiceError
from presave_app.streaming.registry import get_connector
from presave_app.transaction import transaction

# A refusal may be a race for the same token. A second one this much later settles it.
CONFIRM_AFTER_SECONDS = 60
_WAIT_FOR_OTHERS_SECONDS = 2
APP_BLOCKED_PAUSE_SECONDS = 60

log = logging.getLogger(__name__)


def get_access_token(grant_id: GrantId, connector: Connector, stale_token: str | None = None) -> str:
    """An access token that lives long enough for a call, renewed if need be; raises ServiceError.

    `stale_token` is one that the service did not take although it should still have lived.
    """
    try:
        with transaction() as session:
            turn = grants.take_turn(session, grant_id, stale_token)
    except NeedsReauth as refusal:
        _bury(grant_id, connector.service, refusal.reason)
        raise
    match turn:
        case FreshToken():
            return turn.access_token
        case BeingRefreshed():
            raise RetryLater("being_refreshed", wait_seconds=_WAIT_FOR_OTHERS_SECONDS)
        case RefreshTurn():
            return _renew(turn, connector)


def warm_up(service: str, limit: int = 50) -> int:
    """Renew sign-ins of pre-saves due within the hour, so that the day needs one call a fan; returns how many.

    Dead sign-ins come to light here, while their fans can still repair them.
    """
    connector = get_connector(service)
    grant_ids = find_stale(service, limit)
    for grant_id in grant_ids:
        try:
            get_access_token(grant_id, connector)
        except AppBlocked as fault:
            gate.shut(service, APP_BLOCKED_PAUSE_SECONDS, fault.reason)
            break
        except RetryLater as fault:
            if fault.pause_seconds:
                gate.shut(service, fault.pause_seconds, fault.reason)
                break
        except ServiceError as fault:
            log.info("a sign-in on %s was not renewed: %s", service, fault.reason)
    return len(grant_ids)


def find_stale(service: str, limit: int) -> list[GrantId]:
    """Grants whose access token would not live through a release of the next 50 minutes."""
    if gate.shut_seconds(service):
        return []
    rows = db.session.execute(
        text("""
            SELECT g.id FROM fan_grant g WHERE g.service = :service AND g.state = 'active'
              AND (g.refresh_until IS NULL OR g.refresh_until < now())
              AND (g.refused_at IS NULL OR g.refused_at < now() - make_interval(secs => :confirm))
              AND EXISTS (SELECT 1 FROM pre_save p WHERE p.grant_id = g.id AND p.state = 'armed'
                AND p.due_at BETWEEN now() AND now() + interval '50 minutes'
                AND g.access_expires_at < p.due_at + interval '5 minutes')
            ORDER BY g.access_expires_at, g.id LIMIT :limit
        """),
        {"service": service, "limit": limit, "confirm": CONFIRM_AFTER_SECONDS},
    )
    return [GrantId(grant_id) for grant_id in rows.scalars()]


def _renew(turn: RefreshTurn, connector: Connector) -> str:
    reach("after_refresh_turn")
    try:
        tokens = connector.refresh(turn.refresh_token)
    except NeedsReauth as refusal:
        raise _answer_to(refusal, turn) from refusal
    reach("after_refresh_answer")
    with transaction() as session:
        if not grants.finish_turn(session, turn, tokens):
            raise RetryLater("being_refreshed", wait_seconds=_WAIT_FOR_OTHERS_SECONDS)
    return tokens.access_token


def _answer_to(refusal: NeedsReauth, turn: RefreshTurn) -> ServiceError:
    """Believe a refusal when it is confirmed; until then the pre-save only waits."""
    with transaction() as session:
        is_dead = grants.note_refusal(session, turn, CONFIRM_AFTER_SECONDS)
    if not is_dead:
        return RetryLater("refused_once", wait_seconds=CONFIRM_AFTER_SECONDS + 1)
    _bury(turn.grant_id, turn.service, refusal.reason)
    return refusal


def _bury(grant_id: GrantId, service: str, reason: str) -> None:
    """A grant that can't be renewed any more: show it to every fan who waits for it."""
    with transaction() as session:
        grants.mark_dead(session, grant_id)
    # A transaction of its own: everybody else locks pre-saves before grants.
    with transaction() as session:
        moved = claims.need_reauth(session, grant_id, reason)
    log.info("a grant on %s is dead (%s): %d waiting pre-saves need a new sign-in", service, reason, moved)
