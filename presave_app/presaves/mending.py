"""Pre-saves whose permission is gone: their fans have to sign in again, and once is enough for all of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


def need_reauth(session: Session, grant_id: UUID, reason: str) -> int:
    """Show every waiting pre-save of a dead grant as one that its fan has to repair; returns how many.

    Two statements: a fan who signs in again while we wait for the locks is seen only by the second one.
    """
    ids = {"grant_id": grant_id}
    session.execute(
        text("SELECT 1 FROM pre_save WHERE grant_id = :grant_id AND state = 'armed' ORDER BY id FOR UPDATE"), ids
    )
    moved = session.execute(
        text("""
            UPDATE pre_save p SET state = 'needs_reauth', reason = :reason
            WHERE p.grant_id = :grant_id AND p.state = 'armed'
              AND EXISTS (SELECT 1 FROM fan_grant g WHERE g.id = p.grant_id AND g.state <> 'active')
            RETURNING p.id
        """),
        {**ids, "reason": reason},
    )
    return len(moved.all())


def arm_again(session: Session, grant_id: UUID) -> None:
    """Let everything go on that waited for this permission, now that it was given anew.

    Each was agreed to by a consent of its own, which stands until it is withdrawn. Call after locking them.
    """
    session.execute(
        text("""
            UPDATE pre_save SET state = 'armed', reason = 'renewed', tries = 0, refusals = 0,
              next_at = greatest(due_at, now())
            WHERE grant_id = :grant_id AND state = 'needs_reauth'
        """),
        {"grant_id": grant_id},
    )
