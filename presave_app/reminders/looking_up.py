"""Finding reminders and their ways: by the secrets in a fan's own links."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from presave_app.extensions import current_settings, db
from presave_app.lib.tokens import derive_secret, hash_secret
from presave_app.reminders.models import Reminder, ReminderWay


def mine_secret(reminder_id: UUID) -> str:
    """The secret of a reminder's own page. It is derived, so the link can be given again and is stored nowhere."""
    return derive_secret(current_settings().account_pepper, "mine-reminder", str(reminder_id))


def way_secret(way_id: UUID) -> str:
    """The secret in the links of a way's mails: who has it reads that mailbox."""
    return derive_secret(current_settings().account_pepper, "reminder-way", str(way_id))


def find_by_mine_secret(secret: str) -> Reminder | None:
    """The reminder behind a fan's own link. That of a pre-save leads to the pre-save, not to its notice."""
    is_it = (Reminder.mine_hash == hash_secret(secret), Reminder.pre_save_id.is_(None))
    return db.session.scalars(select(Reminder).where(*is_it)).one_or_none()


def find_notice(pre_save_id: UUID) -> Reminder | None:
    """The notice of a pre-save: who is told if its permission is lost."""
    return db.session.scalars(select(Reminder).where(Reminder.pre_save_id == pre_save_id)).one_or_none()


def find_way(secret: str) -> ReminderWay | None:
    """The way behind a link in one of its mails."""
    return db.session.scalars(select(ReminderWay).where(ReminderWay.confirm_hash == hash_secret(secret))).one_or_none()


def ways_of(reminder_id: UUID) -> Sequence[ReminderWay]:
    """All ways of a reminder, the oldest first."""
    return db.session.scalars(
        select(ReminderWay)
        .where(ReminderWay.reminder_id == reminder_id)
        .order_by(ReminderWay.created_at, ReminderWay.id)
    ).all()
