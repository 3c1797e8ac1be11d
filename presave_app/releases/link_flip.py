"""The work around the flip. The page turns by the clock alone; this finds its links and notes that it turned."""

from __future__ import annotations

import logging

from sqlalchemy import text

from presave_app.extensions import db
from presave_app.releases.catalogue import look_for_releases
from presave_app.streaming.registry import connectors
from presave_app.transaction import transaction

log = logging.getLogger(__name__)


def find_campaigns_to_flip() -> list[int]:
    """Published campaigns that are out for somebody by now and whose flip was not surrounded yet."""
    rows = db.session.execute(
        text("SELECT id FROM campaign WHERE first_at <= now() AND published_at IS NOT NULL AND flipped_at IS NULL")
    )
    return list(rows.scalars())


def surround_flip(campaign_id: int) -> bool:
    """Make sure each service has a target to look for, look, and note the flip; False when it was noted before."""
    with transaction() as session:
        flipped = session.execute(
            text("""
                UPDATE campaign SET flipped_at = now()
                WHERE id = :id AND flipped_at IS NULL AND first_at <= now() RETURNING slug, upc
            """),
            {"id": campaign_id},
        ).one_or_none()
        if flipped is None:
            return False
        for service in _services_by_upc() if flipped.upc else ():
            session.execute(
                text("INSERT INTO target (campaign_id, service) VALUES (:id, :service) ON CONFLICT DO NOTHING"),
                {"id": campaign_id, "service": service},
            )
    log.info("the link of %s is the listening page now", flipped.slug)
    for service in connectors():
        look_for_releases(service)
    return True


def _services_by_upc() -> list[str]:
    return [service for service, connector in connectors().items() if connector.finds_by_upc]
