"""What came of a play, read from its own tables: by service how many, how quick, and for what reasons not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from presave_app.extensions import db
from presave_app.rehearsals.twins import Twins

# Of fewer fans, or within a shorter time, a rate is chance.
_LEAST_FANS = 8
_LEAST_SECONDS = 1.0

_NUMBERS = text("""
    SELECT t.service, count(p.id) AS played, count(p.id) FILTER (WHERE p.state = 'done') AS added,
      count(p.id) FILTER (WHERE p.verified_at IS NOT NULL) AS seen,
      count(p.id) FILTER (WHERE p.state = 'needs_reauth') AS dead,
      count(p.id) FILTER (WHERE p.state = 'failed') AS refused,
      count(p.id) FILTER (WHERE p.state IN ('armed', 'claimed')) AS waiting,
      bool_or(t.found_at IS NOT NULL) AS is_found,
      min(p.done_at) AS first_at, max(p.done_at) AS last_at,
      max(p.verified_at) AS seen_at
    FROM target t LEFT JOIN pre_save p ON p.campaign_id = t.campaign_id AND p.service = t.service
    GROUP BY t.service ORDER BY t.service
""")
# The first ones may be called at once, as the bucket of permits is full then.
_AFTER_FIRST = text("SELECT count(*) FROM pre_save WHERE service = :service AND done_at > :first_at")
_SHUT_FOR = text("SELECT reason FROM service_gate WHERE service = :service AND open_at > now()")
_REASONS = text("""
    SELECT p.reason, count(*) AS number FROM pre_save p
    WHERE p.service = :service AND p.state IN ('failed', 'armed', 'claimed', 'needs_reauth')
    GROUP BY 1 ORDER BY 2 DESC, 1
""")


@dataclass(frozen=True)
class Reviewed:
    """One service as it was played. `fans_a_second` is None where there were too few to tell.

    `seconds` is how long it took from the moment until the last one was added, `seen_seconds` until the last one was
    read back; `reasons` are those of whoever has nothing, and `shut_for` why the gate was shut at the end.
    """

    service: str
    played: int
    added: int
    seen: int
    dead: int
    refused: int
    waiting: int
    is_found: bool
    limited: int
    first_seconds: float | None
    seconds: float | None
    seen_seconds: float | None
    fans_a_second: float | None
    shut_for: str | None
    reasons: dict[str, int] = field(default_factory=dict[str, int])


def review(twins: Twins, moment: datetime, services: Sequence[str]) -> list[Reviewed]:
    """The figures of each service."""
    rows = {row.service: row for row in db.session.execute(_NUMBERS)}
    return [_reviewed(rows[service], twins, moment) for service in services]


def _reviewed(row: Row[Any], twins: Twins, moment: datetime) -> Reviewed:
    reasons = db.session.execute(_REASONS, {"service": row.service})
    return Reviewed(
        service=row.service,
        played=row.played,
        added=row.added,
        seen=row.seen,
        dead=row.dead,
        refused=row.refused,
        waiting=row.waiting,
        is_found=row.is_found,
        limited=twins.refused(row.service),
        first_seconds=_seconds(moment, row.first_at),
        seconds=_seconds(moment, row.last_at),
        seen_seconds=_seconds(moment, row.seen_at),
        fans_a_second=_rate(row),
        shut_for=db.session.execute(_SHUT_FOR, {"service": row.service}).scalar_one_or_none(),
        reasons={reason.reason or "": reason.number for reason in reasons},
    )


def _rate(row: Row[Any]) -> float | None:
    if row.added < _LEAST_FANS:
        return None
    span = (row.last_at - row.first_at).total_seconds()
    number = db.session.execute(_AFTER_FIRST, {"service": row.service, "first_at": row.first_at}).scalar_one()
    return number / span if span >= _LEAST_SECONDS else None


def _seconds(moment: datetime, at: datetime | None) -> float | None:
    return None if at is None else max(0.0, (at - moment).total_seconds())
