"""Test fans: where the label has named some, they go first and are read back before the crowd.

The crowd waits for them for a minute at the most (`claims.CLAIMABLE` holds it back and lets it go by itself). An
unclear answer lets it go too; only a refusal of the whole app holds it until a test fan is served or a person
decides.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection

from sqlalchemy import text

from presave_app.presaves import claims
from presave_app.presaves.claims import CANARY_SECONDS, Claim
from presave_app.queue import ADD_DUE, ring_after_commit
from presave_app.releases.reading_back import look_at
from presave_app.releases.verdicts import Finding
from presave_app.streaming.connector import Connector
from presave_app.transaction import transaction

_MOST = 20
_SECONDS = 20.0

log = logging.getLogger(__name__)


def lead(connector: Connector, serve: Callable[[Claim], Finding | None]) -> int:
    """Serve the test fans who are due, look into their libraries, and decide about the crowd; returns how many."""
    give_up_at = time.monotonic() + _SECONDS
    refused: set[int] = set()
    served = 0
    # One after the other, so that a slow service costs the crowd of the other campaigns no more than this.
    while served < _MOST and time.monotonic() < give_up_at and (claim := _claim_one(connector.service)):
        finding = _serve_one(serve, claim)
        if finding and finding.refuses_us:
            refused.add(claim.campaign_id)
        look_at(connector, [claim.pre_save_id])
        served += 1
    decide(connector.service, refused)
    return served


def decide(service: str, refused: Collection[int] = ()) -> None:
    """Decide about the crowds of a service by how their test fans fared; `refused` are campaigns just refused."""
    values = {"service": service, "refused": sorted(refused), "seconds": CANARY_SECONDS}
    with transaction() as session:
        decided = session.execute(_DECIDE, values).all()
        if any(row.canary != "refused" for row in decided):
            ring_after_commit(ADD_DUE, service)
    for row in decided:
        level = logging.ERROR if row.canary == "refused" else logging.INFO
        log.log(level, "test fans of campaign %d on %s: %s", row.campaign_id, service, row.canary)


def _claim_one(service: str) -> Claim | None:
    with transaction() as session:
        return claims.claim_test_fan(session, service)


def _serve_one(serve: Callable[[Claim], Finding | None], claim: Claim) -> Finding | None:
    try:
        return serve(claim)
    except Exception:
        # A fault of ours with a test fan must not keep the crowd from its turn.
        log.exception("adding for test fan %s", claim.pre_save_id)
        return None


# Seen in one library is proof enough. Refused is said only where no test fan was served.
_DECIDE = text("""
    WITH fans AS (
      SELECT t.id, t.campaign_id, t.canary, min(p.due_at) AS due_at,
        bool_or(p.verified_at IS NOT NULL) AS is_seen, bool_or(p.state = 'done') AS is_added
      FROM target t JOIN pre_save p ON p.campaign_id = t.campaign_id AND p.service = t.service AND p.is_test_fan
      WHERE t.service = :service AND t.canary IN ('waiting', 'refused', 'unclear') AND p.due_at <= now()
      GROUP BY t.id),
    decided AS (
      SELECT id, CASE
        WHEN is_seen THEN 'passed'
        WHEN campaign_id = ANY(CAST(:refused AS int[])) AND NOT is_added AND canary = 'waiting' THEN 'refused'
        WHEN canary = 'refused' AND is_added THEN 'unclear'
        WHEN canary = 'waiting' AND due_at <= now() - make_interval(secs => :seconds) THEN 'unclear'
        ELSE canary END AS verdict
      FROM fans)
    UPDATE target t SET canary = d.verdict, canary_at = now() FROM decided d
    WHERE t.id = d.id AND t.canary <> d.verdict RETURNING t.campaign_id, t.canary
""")
