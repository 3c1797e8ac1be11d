"""How many people went on to a service: to listen, or ahead of the day to pre-save there."""

from __future__ import annotations

import secrets

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.extensions import db

_LANES = 8

_COUNT = text("""
    INSERT INTO way_out AS w (campaign_id, service, day, lane, number)
    VALUES (:id, :service, (now() AT TIME ZONE 'UTC')::date, :lane, 1)
    ON CONFLICT (campaign_id, service, day, lane) DO UPDATE SET number = w.number + 1
""")

_TOTALS = text("SELECT service, sum(number) AS n FROM way_out WHERE campaign_id = :id GROUP BY 1 ORDER BY 2 DESC, 1")


def count_way_out(session: Session, campaign_id: int, service: str) -> None:
    """One more who went there today."""
    session.execute(_COUNT, {"id": campaign_id, "service": service, "lane": secrets.randbelow(_LANES)})


def ways_out(campaign_id: int) -> dict[str, int]:
    """How many went where so far, the most used service first."""
    return {row.service: int(row.n) for row in db.session.execute(_TOTALS, {"id": campaign_id})}
