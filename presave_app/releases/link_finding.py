"""Finding the links of a release on other services: asking public catalogues, patiently and never for a waiting fan.

Each catalogue is asked once when a campaign is published, and from the release moment on every hour for what is
missing, for two days. One that answers for the very UPC is left alone once it has found the release; the others
go on gathering at a slower pace.
"""

from __future__ import annotations

import logging
import time

from sqlalchemy import text

from presave_app.campaigns import suggestions
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.targets import find_targets, links_among
from presave_app.extensions import db
from presave_app.releases import gate
from presave_app.streaming.directory import find_entry
from presave_app.streaming.errors import NotYetAvailable, RetryLater, ServiceError
from presave_app.streaming.lookups.contract import FoundLink, Lookup
from presave_app.streaming.lookups.sources import lookups
from presave_app.streaming.registry import connectors
from presave_app.transaction import transaction

log = logging.getLogger(__name__)

_AFTER_MISS_HOURS = 1
_AFTER_HIT_HOURS = 12
# No further catalogue is begun after so long: a job has its end.
_SECONDS = 60.0
_MOST_CAMPAIGNS = 20

# Campaigns k that are worth looking for at all.
_WANTED = "k.published_at IS NOT NULL AND k.first_at > now() - interval '48 hours'"
# Whether the look l is due: by its own time, or because the release has come since, also when its moment was moved.
_IS_DUE = "(l.next_at <= now() OR (l.next_at IS NOT NULL AND k.first_at <= now() AND l.looked_at < k.first_at))"


def find_campaigns() -> list[int]:
    """Campaigns about which some catalogue whose gate is open is to be asked now; what comes out first goes first."""
    rows = db.session.execute(
        text(f"""
            SELECT k.id FROM campaign k
            WHERE {_WANTED} AND EXISTS (
              SELECT 1 FROM unnest(CAST(:sources AS text[])) AS s(source)
              LEFT JOIN link_look l ON l.campaign_id = k.id AND l.source = s.source
              LEFT JOIN service_gate g ON g.service = s.source
              WHERE (l.source IS NULL OR {_IS_DUE}) AND {gate.IS_OPEN})
            ORDER BY k.first_at LIMIT :most
        """),  # noqa: S608 - constants of the engine
        {"sources": list(lookups()), "most": _MOST_CAMPAIGNS},
    )
    return list(rows.scalars())


def look_up(campaign_id: int) -> int:
    """Ask every catalogue whose turn it is; returns how many links are new."""
    give_up_at = time.monotonic() + _SECONDS
    new = 0
    for lookup in lookups().values():
        if time.monotonic() < give_up_at and gate.lets_through(lookup.source) and _take_turn(campaign_id, lookup):
            new += _look(campaign_id, lookup)
    return new


def _take_turn(campaign_id: int, lookup: Lookup) -> bool:
    """Note the look before it is made, so that two workers don't look twice, and one that dies is made up for."""
    with transaction() as session:
        row = session.execute(
            text(f"""
                INSERT INTO link_look AS l (campaign_id, source, looks, next_at)
                SELECT k.id, :source, 1, now() + interval '10 minutes' FROM campaign k WHERE k.id = :id AND {_WANTED}
                ON CONFLICT (campaign_id, source) DO UPDATE
                SET looked_at = now(), looks = l.looks + 1, next_at = now() + interval '10 minutes'
                WHERE EXISTS (SELECT 1 FROM campaign k WHERE k.id = l.campaign_id AND {_IS_DUE})
                RETURNING l.looks
            """),  # noqa: S608 - constants of this module
            {"id": campaign_id, "source": lookup.source},
        ).one_or_none()
    return row is not None


def _look(campaign_id: int, lookup: Lookup) -> int:
    asked = _question(campaign_id, lookup)
    try:
        found = lookup.find(asked, lambda: gate.pass_through(lookup.source)) if asked else []
    except NotYetAvailable:
        found = []
    except ServiceError as fault:
        if isinstance(fault, RetryLater) and fault.pause_seconds:
            gate.shut(lookup.source, fault.pause_seconds, fault.reason)
        log.warning("looking for links of campaign %d by %s: %s", campaign_id, lookup.source, fault.reason)
        return 0
    return _take_in(campaign_id, lookup, asked, found)


def _question(campaign_id: int, lookup: Lookup) -> str | None:
    """What the catalogue is asked: the UPC, or a link that is known already; None while there is neither."""
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        return campaign.upc if lookup.asks_by_upc else _known_link(campaign_id)


def _known_link(campaign_id: int) -> str | None:
    found = find_targets(campaign_id)
    for target in [*(found[service] for service in connectors() if service in found), *links_among(found)]:
        entry = find_entry(target.service)
        link = target.url or (entry.link_to(target.ref) if entry and target.ref else None)
        if link:
            return link
    return None


def _take_in(campaign_id: int, lookup: Lookup, asked: str | None, found: list[FoundLink]) -> int:
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id, with_for_update={"key_share": True})
        if lookup.asks_by_upc and campaign.upc != asked:
            # It was changed meanwhile: the answer is for another release.
            return 0
        new = sum(suggestions.take_in(campaign, link, lookup) for link in found)
        session.execute(
            _SETTLE,
            {
                "id": campaign_id,
                "source": lookup.source,
                "is_hit": bool(found),
                "is_over": bool(found) and lookup.is_exact,
                "wait": _AFTER_HIT_HOURS if found else _AFTER_MISS_HOURS,
            },
        )
    return new


_SETTLE = text("""
    UPDATE link_look l SET is_hit = :is_hit, next_at = CASE
      WHEN :is_over THEN NULL
      WHEN k.first_at > now() THEN k.first_at
      WHEN now() + make_interval(hours => :wait) < k.first_at + interval '48 hours'
        THEN now() + make_interval(hours => :wait) END
    FROM campaign k WHERE k.id = l.campaign_id AND l.campaign_id = :id AND l.source = :source
""")
