"""Looking for releases: a release is added only once its service shows it."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.extensions import db
from presave_app.queue import ADD_DUE, ring_after_commit
from presave_app.releases import gate, news
from presave_app.streaming.connector import Connector, Release
from presave_app.streaming.errors import AppBlocked, ServiceError
from presave_app.streaming.link_services import BadLink, parse_link
from presave_app.streaming.registry import connectors, get_connector
from presave_app.transaction import transaction

log = logging.getLogger(__name__)

# Seconds between looks: quick at first, for a release that is minutes late, then patient, for days.
_WAITS = (2, 3, 5, 10, 20, 30, 60, 120, 300, 600)
# So many unclear answers, and a release that the label named itself is taken to be there.
_UNCLEAR_LOOKS = 3
# Whoever adds does not wait longer for a slow catalogue.
_SECONDS = 10.0

# Targets t of campaigns k that are looked for, and whose turn it is.
_MISSING = """
    target t JOIN campaign k ON k.id = t.campaign_id
    WHERE t.found_at IS NULL AND k.first_at <= now() AND (t.ref IS NOT NULL OR k.upc IS NOT NULL)
      AND (k.first_at > now() - interval '15 days' OR EXISTS (
        SELECT 1 FROM pre_save p WHERE p.campaign_id = k.id AND p.service = t.service AND p.state = 'armed'))
      AND (t.looked_at IS NULL OR t.looked_at + make_interval(secs =>
           (CAST(:waits AS int[]))[least(t.looks, array_length(CAST(:waits AS int[]), 1))]) <= now())
"""


@dataclass(frozen=True)
class _Target:
    id: int
    ref: str | None
    upc: str | None
    looks: int
    # What stood in the catalogue ahead of the day may stand there under another name on it.
    is_by_upc: bool


def find_services_with_missing_links() -> list[str]:
    """Services that are on, whose gate is open, and on which a release is to be looked for now."""
    rows = db.session.execute(
        text(f"""
            SELECT DISTINCT m.service FROM (SELECT t.service FROM {_MISSING}) m
            LEFT JOIN service_gate g ON g.service = m.service WHERE {gate.IS_OPEN}
        """),  # noqa: S608 - constants of the engine
        {"waits": list(_WAITS)},
    )
    return [service for service in rows.scalars() if service in connectors()]


def look_for_releases(service: str) -> int:
    """Look up each released campaign's target that was not found so far; returns how many were found."""
    connector = get_connector(service)
    give_up_at = time.monotonic() + _SECONDS
    found = 0
    # A shut gate must not use up looks: their waits grow.
    while time.monotonic() < give_up_at and gate.lets_through(service) and (target := _take_look(service)):
        found += _look(target, connector)
    return found


def _take_look(service: str) -> _Target | None:
    """One target whose turn it is; taking it notes the look, so that two workers don't look twice."""
    with transaction() as session:
        row = session.execute(
            text(f"""
                WITH turn AS MATERIALIZED (
                  SELECT t.id, k.upc FROM {_MISSING} AND t.service = :service
                  ORDER BY t.looked_at NULLS FIRST LIMIT 1 FOR UPDATE OF t SKIP LOCKED)
                UPDATE target t SET looked_at = now(), looks = looks + 1 FROM turn WHERE t.id = turn.id
                RETURNING t.id, t.ref, turn.upc, t.looks, EXISTS (
                  SELECT 1 FROM link_look l WHERE l.campaign_id = t.campaign_id AND l.source = t.service AND l.is_hit
                ) AS is_by_upc
            """),  # noqa: S608 - a constant of this module
            {"service": service, "waits": list(_WAITS)},
        ).one_or_none()
    return _Target(row.id, row.ref, row.upc, row.looks, row.is_by_upc) if row else None


def ask(connector: Connector, *, ref: str | None, upc: str | None) -> Release | None:
    """What the catalogue shows. A fault is told to the gate and the breaker, and raised."""
    try:
        gate.pass_through(connector.service)
        return connector.find_release(ref=ref, upc=upc)
    except ServiceError as fault:
        news.tell_pauses(connector.service, [fault])
        news.tell(connector.service, [fault])
        raise


def name_ahead(session: Session, campaign_id: int, service: str, release: Release) -> bool:
    """Give a target the name under which its release stands in the catalogue; False when it has one by now."""
    named = session.execute(
        text("""
            UPDATE target t SET ref = :ref, url = coalesce(:url, t.url),
              artist_ref = coalesce(t.artist_ref, :artist_ref)
            WHERE t.campaign_id = :id AND t.service = :service AND t.ref IS NULL AND t.found_at IS NULL RETURNING t.id
        """),
        {
            "id": campaign_id,
            "service": service,
            "ref": release.ref,
            "url": _public_link(release.url),
            "artist_ref": release.artist_ref,
        },
    )
    return named.one_or_none() is not None


def _look(target: _Target, connector: Connector) -> bool:
    try:
        release = ask(connector, ref=None if target.is_by_upc else target.ref, upc=target.upc)
    except ServiceError as fault:
        log.warning("looking for target %d on %s: %s", target.id, connector.service, fault.reason)
        # The label named the release itself: an unclear answer must not hold up its fans for long.
        is_unclear = not isinstance(fault, AppBlocked) and target.looks >= _UNCLEAR_LOOKS
        return (
            is_unclear and target.ref is not None and _note_found(connector.service, target, Release(target.ref, None))
        )
    return release is not None and _note_found(connector.service, target, release)


def _note_found(service: str, target: _Target, release: Release) -> bool:
    """From here on its pre-saves can be claimed: ring for them at once.

    False when the label has named another release meanwhile, which is then looked for afresh.
    """
    with transaction() as session:
        noted = session.execute(
            text("""
                UPDATE target t SET found_at = now(), ref = :ref, url = coalesce(:url, t.url),
                  artist_ref = coalesce(:artist_ref, t.artist_ref) FROM campaign k
                WHERE t.id = :id AND k.id = t.campaign_id AND t.found_at IS NULL
                  AND t.ref IS NOT DISTINCT FROM CAST(:asked_ref AS text)
                  AND (t.ref IS NOT NULL OR k.upc IS NOT DISTINCT FROM CAST(:asked_upc AS text))
                RETURNING t.id
            """),
            {
                "id": target.id,
                "ref": release.ref,
                "url": _public_link(release.url),
                "artist_ref": release.artist_ref,
                "asked_ref": target.ref,
                "asked_upc": target.upc,
            },
        ).one_or_none()
        if noted:
            ring_after_commit(ADD_DUE, service)
            log.info("target %d is there", target.id)
    return noted is not None


def _public_link(url: str | None) -> str | None:
    """A link as a service gave it, if it may stand on a page."""
    try:
        return parse_link(url)[1] if url else None
    except BadLink:
        return None
