"""Erasure: a fan has all of it removed. It wins over whatever is going on, as a cancellation does."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.lib.failpoints import reach
from presave_app.presaves import forgetting
from presave_app.presaves.withdrawing import withdraw_all
from presave_app.reminders import forgetting as reminders


def erase(session: Session, pre_save_id: UUID) -> bool:
    """End every pre-save made with the same sign-in, erase its tokens, and forget all of it; False when there is none.

    One transaction: whoever dies in it has changed nothing. A worker that has a claim in hand finds its row gone.
    """
    grant_id = session.execute(
        text("SELECT grant_id FROM pre_save WHERE id = :id"), {"id": pre_save_id}
    ).scalar_one_or_none()
    if grant_id is None:
        return False
    withdraw_all(grant_id)
    reach("in_erasure")
    ids = session.execute(text("SELECT id FROM pre_save WHERE grant_id = :id ORDER BY id FOR UPDATE"), {"id": grant_id})
    forgetting.forget(session, ids.scalars().all(), [grant_id])
    return True


def erase_reminder(session: Session, reminder_id: UUID) -> None:
    """Forget a reminder with its addresses. A message in a worker's hands may still arrive."""
    reminders.forget(session, [reminder_id])
