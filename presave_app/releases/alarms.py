"""Alarms: what is wrong now is compared with what is known to be wrong; the difference opens and closes alarms."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from presave_app.extensions import db
from presave_app.releases.alarm_conditions import CONDITIONS
from presave_app.releases.alarm_words import words_of
from presave_app.transaction import transaction

_KEPT_DAYS = 90

log = logging.getLogger(__name__)

# One statement, so that an auditor with an older view can not close what another has just opened. What nobody
# was told of is over in silence; anything else is told anew, but not before a teller at work is done with it.
_COMPARE = """
    WITH found AS MATERIALIZED ({condition}),
    opened AS (
      INSERT INTO alarm (kind, service, campaign_id, detail)
      SELECT :kind, service, campaign_id, detail FROM found WHERE opens ORDER BY service, campaign_id
      ON CONFLICT DO NOTHING RETURNING id, kind, service, campaign_id, closed_at),
    closed AS (
      UPDATE alarm a SET closed_at = now(), tell_tries = 0,
        mailed_at = CASE WHEN tell_tries = 0 THEN now() END,
        posted_at = CASE WHEN tell_tries = 0 THEN now() END,
        tell_at = least(greatest(tell_at, now()), now() + interval '3 minutes')
      WHERE a.kind = :kind AND a.closed_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM found f WHERE f.service IS NOT DISTINCT FROM a.service
          AND f.campaign_id IS NOT DISTINCT FROM a.campaign_id)
      RETURNING id, kind, service, campaign_id, closed_at)
    SELECT * FROM opened UNION ALL SELECT * FROM closed
"""


@dataclass(frozen=True)
class OpenAlarm:
    """An alarm that is not over, in words."""

    kind: str
    service: str | None
    title: str
    text: str
    opened_at: datetime


def look_around() -> int:
    """Open and close alarms by what is true now; returns how many."""
    return sum(_look_at(kind) for kind in CONDITIONS)


def find_open_alarms(campaign_id: int, services: Collection[str]) -> list[OpenAlarm]:
    """What a campaign's team must know now: its own alarms and those of its services, oldest first."""
    rows = db.session.execute(
        text("""
            SELECT a.kind, a.service, a.detail, a.opened_at, k.title AS release
            FROM alarm a LEFT JOIN campaign k ON k.id = a.campaign_id
            WHERE a.closed_at IS NULL AND a.kind = ANY(:kinds)
              AND (a.campaign_id = :id OR (a.campaign_id IS NULL AND (a.service IS NULL OR a.service = ANY(:services))))
            ORDER BY a.opened_at, a.id
        """),
        {"id": campaign_id, "services": list(services), "kinds": list(CONDITIONS)},
    )
    return [_open_alarm(row.kind, row.service, row.release, row.detail, row.opened_at) for row in rows]


def forget_old() -> None:
    """Remove alarms that were over long ago."""
    with transaction() as session:
        session.execute(
            text("DELETE FROM alarm WHERE closed_at < now() - make_interval(days => :days)"), {"days": _KEPT_DAYS}
        )


def _look_at(kind: str) -> int:
    """One kind of alarm. A database too busy to answer for it must not keep the others from being seen."""
    try:
        with transaction() as session:
            rows = session.execute(text(_COMPARE.format(condition=CONDITIONS[kind])), {"kind": kind}).all()
    except SQLAlchemyError:
        log.exception("alarms of kind %s could not be looked at", kind)
        return 0
    for row in rows:
        log.warning(
            "alarm %d %s: %s, service %s, campaign %s",
            row.id,
            "is over" if row.closed_at else "is open",
            row.kind,
            row.service,
            row.campaign_id,
        )
    return len(rows)


def _open_alarm(
    kind: str, service: str | None, release: str | None, detail: str | None, opened_at: datetime
) -> OpenAlarm:
    words = words_of(kind, service, release, detail)
    return OpenAlarm(kind, service, words.title, words.text, opened_at)
