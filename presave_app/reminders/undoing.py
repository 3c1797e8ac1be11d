"""Agreeing to a mail and taking reminders back. Both are one press, and the same when repeated."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.queue import SEND_REMINDERS, ring_after_commit
from presave_app.reminders.addresses import ERASED
from presave_app.reminders.states import CONFIRM_DAYS
from presave_app.reminders.taking import replace_older

# What nobody agreed to keeps its pseudonym for a day, so that undoing is no way to get asked again.
FORGET_ONCE_AGREED = "address_hash = CASE WHEN confirmed_at IS NULL THEN address_hash END"


def confirm(session: Session, way_id: UUID) -> bool:
    """Whoever reads the mailbox agreed to one mail; False when the link is no longer good."""
    _lock_reminder_of(session, way_id)
    row = session.execute(
        text("""
            SELECT w.reminder_id, w.address_hash, w.state FROM reminder_way w
            WHERE w.id = :id AND (w.state IN ('armed', 'sending', 'sent')
              OR (w.state = 'unconfirmed' AND w.address_sealed IS NOT NULL
                  AND w.created_at > now() - make_interval(days => :days))) FOR UPDATE
        """),
        # A link that is too old must not put an end to what a newer one has agreed to.
        {"id": way_id, "days": CONFIRM_DAYS},
    ).one_or_none()
    if row is None:
        return False
    if row.state != "unconfirmed":
        return True
    replace_older(session, row.reminder_id, row.address_hash)
    session.execute(
        text("""
            UPDATE reminder_way w SET state = 'armed', reason = NULL, confirmed_at = now(), tries = 0,
              next_at = CASE WHEN r.pre_save_id IS NULL THEN greatest(r.due_at, now()) END
            FROM reminder r WHERE r.id = w.reminder_id AND w.id = :id
        """),
        {"id": way_id},
    )
    _settle_reminder(session, row.reminder_id)
    ring_after_commit(SEND_REMINDERS)
    return True


def stop(session: Session, way_id: UUID, reason: str = "fan_withdrew") -> None:
    """Take one way back and erase its address. What was sent can't be unsent: it is only not counted any more."""
    _lock_reminder_of(session, way_id)
    reminder_id = session.execute(
        text(f"""
            UPDATE reminder_way SET state = 'withdrawn', reason = :reason, {ERASED}, {FORGET_ONCE_AGREED}
            WHERE id = :id AND state <> 'withdrawn'
              AND (kind = 'calendar' OR state IN ('unconfirmed', 'armed', 'sending')) RETURNING reminder_id
        """),  # noqa: S608 - constants of this package
        {"id": way_id, "reason": reason},
    ).scalar_one_or_none()
    if reminder_id is not None:
        _settle_reminder(session, reminder_id)


def _lock_reminder_of(session: Session, way_id: UUID) -> None:
    """Everybody locks a reminder before its ways, or two who meet would wait for each other."""
    session.execute(
        text("""
            SELECT 1 FROM reminder WHERE id = (SELECT reminder_id FROM reminder_way WHERE id = :id) FOR UPDATE
        """),
        {"id": way_id},
    )


def _settle_reminder(session: Session, reminder_id: UUID) -> None:
    """A reminder is withdrawn when all of its ways are."""
    session.execute(
        text("""
            UPDATE reminder SET withdrawn_at = CASE WHEN NOT EXISTS (
              SELECT 1 FROM reminder_way w WHERE w.reminder_id = reminder.id AND w.state <> 'withdrawn')
              THEN coalesce(withdrawn_at, now()) END
            WHERE id = :id
        """),
        {"id": reminder_id},
    )
