"""Looking for releases ahead of their day, by UPC: where a service takes an add so early, and while somebody waits.

A day lies between two looks, in the last day before the release an hour. Each is noted before it is made, beside the
looks into public catalogues: no restart repeats one, and one that broke off is made up for after an hour.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from sqlalchemy import text

from presave_app.campaigns.link_models import LinkLook
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.presaves.extras import AWAITS_PRE_ADD
from presave_app.queue import DO_EXTRAS, ring_after_commit
from presave_app.releases import catalogue, gate
from presave_app.streaming.connector import Connector, Release
from presave_app.streaming.errors import NotYetAvailable, ServiceError
from presave_app.streaming.registry import connectors, get_connector
from presave_app.transaction import transaction

log = logging.getLogger(__name__)

# No further look is begun after so long: a job has its end.
_SECONDS = 60.0

# Whether the look l is due. The wait follows from the day as it stands now, also when that was moved.
_IS_DUE = """
    coalesce(l.next_at, l.looked_at + greatest(interval '1 hour',
             least(interval '1 day', k.first_at - interval '1 day' - l.looked_at))) <= now()
"""
# Targets t of campaigns k that are known by their UPC alone, and whose turn it is.
_AHEAD = f"""
    target t JOIN campaign k ON k.id = t.campaign_id
    LEFT JOIN link_look l ON l.campaign_id = k.id AND l.source = t.service
    WHERE t.service = ANY(:services) AND t.ref IS NULL AND t.found_at IS NULL AND k.upc IS NOT NULL
      AND k.first_at > now() AND k.held_at IS NULL AND (l.source IS NULL OR {_IS_DUE}) AND {AWAITS_PRE_ADD}
"""


@dataclass(frozen=True)
class _Turn:
    campaign_id: int
    upc: str


def find_services() -> list[str]:
    """Services that are on, whose gate is open, and that are to be asked ahead of a day now."""
    early = [service for service, connector in connectors().items() if _can_ask(connector)]
    if not early:
        return []
    rows = db.session.execute(text(f"SELECT DISTINCT t.service FROM {_AHEAD}"), {"services": early})  # noqa: S608
    return [service for service in rows.scalars() if gate.lets_through(service)]


def look(service: str) -> int:
    """Look once for each release whose turn it is; returns how many were found."""
    connector = get_connector(service)
    give_up_at = time.monotonic() + _SECONDS
    found = 0
    # A shut gate must not use up looks: the next one may be a day away.
    while time.monotonic() < give_up_at and gate.lets_through(service) and (turn := _take_turn(connector)):
        found += _look(turn, connector)
    return found


def _can_ask(connector: Connector) -> bool:
    return connector.adds_before_release and connector.finds_by_upc


def _take_turn(connector: Connector) -> _Turn | None:
    """One release whose turn it is; taking it notes the look, so that two workers don't look twice."""
    if not _can_ask(connector):
        return None
    with transaction() as session:
        row = session.execute(
            text(f"""
                WITH turn AS MATERIALIZED (SELECT k.id, k.upc, t.service FROM {_AHEAD} ORDER BY k.first_at LIMIT 1),
                noted AS (
                  INSERT INTO link_look AS l (campaign_id, source, looks, next_at)
                  SELECT id, service, 1, now() + interval '1 hour' FROM turn
                  ON CONFLICT (campaign_id, source) DO UPDATE
                  SET looked_at = now(), looks = l.looks + 1, next_at = now() + interval '1 hour'
                  WHERE EXISTS (SELECT 1 FROM campaign k WHERE k.id = l.campaign_id AND {_IS_DUE})
                  RETURNING l.campaign_id)
                SELECT turn.id, turn.upc FROM turn JOIN noted ON noted.campaign_id = turn.id
            """),  # noqa: S608 - constants of the engine
            {"services": [connector.service]},
        ).one_or_none()
    return _Turn(row.id, row.upc) if row else None


def _look(turn: _Turn, connector: Connector) -> bool:
    try:
        release = catalogue.ask(connector, ref=None, upc=turn.upc)
    except NotYetAvailable:
        release = None
    except ServiceError as fault:
        log.warning("looking ahead for campaign %d on %s: %s", turn.campaign_id, connector.service, fault.reason)
        return False
    return _note(turn, connector.service, release)


def _note(turn: _Turn, service: str, release: Release | None) -> bool:
    """Write down what came of it; False when nothing did, or the label has named another release meanwhile.

    The release counts as found only on the day, by another look: see `releases.catalogue`.
    """
    with transaction() as session:
        campaign = session.get_one(Campaign, turn.campaign_id, with_for_update={"key_share": True})
        noted = session.get(LinkLook, (turn.campaign_id, service))
        if campaign.upc != turn.upc or noted is None:
            return False
        noted.next_at = None
        noted.is_hit = release is not None and catalogue.name_ahead(session, campaign.id, service, release)
        if noted.is_hit:
            ring_after_commit(DO_EXTRAS, service)
            log.info("campaign %d is on %s ahead of its day", campaign.id, service)
        return noted.is_hit
