"""Looking for releases: a release is added only once its service shows it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import text

from presave_app.queue import ADD_DUE, ring_after_commit
from presave_app.releases import breaker, gate
from presave_app.streaming.connector import Connector
from presave_app.streaming.errors import AppBlocked, RetryLater, ServiceError
from presave_app.streaming.registry import get_connector
from presave_app.transaction import transaction

log = logging.getLogger(__name__)

# Seconds between looks: quick at first, for a release that is minutes late, then patient, for days.
_WAITS = (2, 3, 5, 10, 20, 30, 60, 120, 300, 600)


def look_for_releases(service: str) -> int:
    """Look up each released campaign's target that was not found so far; returns how many were found."""
    connector = get_connector(service)
    found = 0
    # A shut gate must not use up looks: their waits grow.
    while gate.lets_through(service) and (target := _take_look(service)) is not None:
        found += _look(target, connector)
    return found


@dataclass(frozen=True)
class _Target:
    id: int
    ref: str | None
    upc: str | None


def _take_look(service: str) -> _Target | None:
    """One target whose turn it is; taking it notes the look, so that two workers don't look twice."""
    with transaction() as session:
        row = session.execute(
            text("""
                WITH turn AS MATERIALIZED (
                  SELECT t.id, k.upc FROM target t JOIN campaign k ON k.id = t.campaign_id
                  WHERE t.service = :service AND t.found_at IS NULL AND k.first_at <= now()
                    AND (t.ref IS NOT NULL OR k.upc IS NOT NULL)
                    AND (k.first_at > now() - interval '15 days' OR EXISTS (
                      SELECT 1 FROM pre_save p WHERE p.campaign_id = k.id AND p.service = t.service
                        AND p.state = 'armed'))
                    AND (t.looked_at IS NULL OR t.looked_at + make_interval(secs =>
                         (CAST(:waits AS int[]))[least(t.looks, array_length(CAST(:waits AS int[]), 1))]) <= now())
                  ORDER BY t.looked_at NULLS FIRST LIMIT 1 FOR UPDATE OF t SKIP LOCKED)
                UPDATE target t SET looked_at = now(), looks = looks + 1 FROM turn WHERE t.id = turn.id
                RETURNING t.id, t.ref, turn.upc
            """),
            {"service": service, "waits": list(_WAITS)},
        ).one_or_none()
    return _Target(row.id, row.ref, row.upc) if row else None


def _look(target: _Target, connector: Connector) -> bool:
    try:
        gate.pass_through(connector.service)
        release = connector.find_release(ref=target.ref, upc=target.upc)
    except ServiceError as fault:
        _note_pause(connector.service, fault)
        log.warning("looking for target %d on %s: %s", target.id, connector.service, fault.reason)
        # The label named the release itself: an unclear answer must not hold up its fans.
        if target.ref is None or isinstance(fault, (RetryLater, AppBlocked)):
            return False
        _note_found(connector.service, target.id, target.ref)
        return True
    if release is None:
        return False
    _note_found(connector.service, target.id, release.ref)
    return True


def _note_found(service: str, target_id: int, ref: str) -> None:
    """From here on its pre-saves can be claimed: ring for them at once."""
    with transaction() as session:
        ring_after_commit(ADD_DUE, service)
        session.execute(
            text("UPDATE target SET found_at = now(), ref = :ref WHERE id = :id AND found_at IS NULL"),
            {"id": target_id, "ref": ref},
        )
    log.info("target %d is there", target_id)


def _note_pause(service: str, fault: ServiceError) -> None:
    if isinstance(fault, RetryLater) and fault.pause_seconds:
        gate.shut(service, fault.pause_seconds, fault.reason)
    elif isinstance(fault, AppBlocked):
        breaker.note_strikes(service, [breaker.refused_app(fault.reason)])
