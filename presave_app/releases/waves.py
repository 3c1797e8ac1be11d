"""Waves: the pre-saves due together, when they are due, which services have work, and how late the oldest is."""

from __future__ import annotations

from sqlalchemy import TextClause, text

from presave_app.extensions import db
from presave_app.presaves.claims import CLAIMABLE
from presave_app.releases.gate import IS_OPEN
from presave_app.streaming.registry import connectors

_OVERDUE = text("""
    SELECT extract(epoch FROM now() - min(p.due_at)) FROM pre_save p
    JOIN campaign k ON k.id = p.campaign_id AND k.held_at IS NULL
    JOIN target t ON t.campaign_id = p.campaign_id AND t.service = p.service AND t.found_at IS NOT NULL
    WHERE p.state IN ('armed', 'claimed') AND p.due_at <= now()
      AND (CAST(:campaign_id AS integer) IS NULL OR p.campaign_id = :campaign_id)
""")


def oldest_overdue_seconds(campaign_id: int | None = None) -> int | None:
    """How long the oldest pre-save that could be added has been due, in seconds; None when none is.

    Held campaigns and releases that their service does not show yet don't count.
    """
    seconds = db.session.execute(_OVERDUE, {"campaign_id": campaign_id}).scalar_one()
    return None if seconds is None else int(seconds)


def recompute_due(campaign_id: int) -> int:
    """Bring every open pre-save's due time in line with its campaign's moment; returns how many moved.

    Call it in the transaction that changes the moment. A claim in someone's hands is checked against the
    new time once more before its call starts.
    """
    # A large campaign takes longer than a page may: this one statement may, for half-done is not an answer.
    db.session.execute(text("SET LOCAL statement_timeout = '120s'"))
    moved = db.session.execute(
        text("""
            UPDATE pre_save p SET due_at = greatest(k.release_at, p.accepted_at),
                next_at = greatest(k.release_at, p.accepted_at)
            FROM campaign k WHERE k.id = p.campaign_id AND k.id = :id AND k.release_at IS NOT NULL
              AND p.state IN ('armed', 'claimed', 'needs_reauth')
              AND p.due_at <> greatest(k.release_at, p.accepted_at)
            RETURNING p.id
        """),
        {"id": campaign_id},
    )
    return len(moved.all())


def services_with_due_adds() -> list[str]:
    """Services that are on, whose gate is open, and that have a pre-save to claim right now."""
    return _services(
        text(f"""
            SELECT s.service FROM unnest(CAST(:services AS text[])) AS s(service)
            LEFT JOIN service_gate g ON g.service = s.service
            WHERE {IS_OPEN} AND EXISTS (SELECT 1 FROM {CLAIMABLE} AND p.service = s.service)
        """)  # noqa: S608 - constants of the engine
    )


def services_with_due_read_backs() -> list[str]:
    """Services that are on, whose gate is open, with a library to look into and no add that should go first.

    Adds in a worker's hands go first too: both need the same permits.
    """
    busy = services_with_due_adds()
    due = _services(
        text(f"""
            SELECT s.service FROM unnest(CAST(:services AS text[])) AS s(service)
            LEFT JOIN service_gate g ON g.service = s.service
            WHERE {IS_OPEN} AND NOT EXISTS (SELECT 1 FROM pre_save p WHERE p.service = s.service
                AND p.state = 'claimed' AND p.lease_until >= now())
              AND EXISTS (SELECT 1 FROM pre_save p WHERE p.service = s.service AND p.read_back_at <= now())
        """)  # noqa: S608 - a constant of the engine
    )
    return [service for service in due if service not in busy]


def _services(statement: TextClause) -> list[str]:
    return list(db.session.execute(statement, {"services": list(connectors())}).scalars())
