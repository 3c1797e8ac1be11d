"""Tables of reminders: what a fan wants to be told of, and each way in which we do it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class Reminder(Base):
    """One press on "Remind me": one campaign, one service. `reason` says why it is no pre-save.

    `due_at` follows the campaign's date (`reminders.due.recompute`). Whether it is out for the fan is asked of the
    campaign's own clock once more before anything is sent.

    With a `pre_save_id` it is no reminder of the release but the notice of a pre-save: told once if the permission is
    lost. It is never counted, has no page but the pre-save's, and a trigger ends its ways with the pre-save.
    `asked_at` is when the team let it go ahead of the loss.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        CheckConstraint(
            "reason IN ('service_reminds', 'no_lasting_permission', 'seats_used', 'permission_lost')", name="reason"
        ),
        CheckConstraint("(pre_save_id IS NOT NULL) = (reason = 'permission_lost')", name="notice"),
        Index("ix_reminder_asked", "pre_save_id", postgresql_where=text("asked_at IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    service: Mapped[str]
    mine_hash: Mapped[str] = mapped_column(unique=True)
    time_zone: Mapped[str | None]
    language: Mapped[str] = mapped_column(server_default="en")
    due_at: Mapped[datetime] = mapped_column(Moment)
    source: Mapped[str | None]
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    pre_save_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("pre_save.id"), unique=True)
    asked_at: Mapped[datetime | None] = mapped_column(Moment)


class ReminderWay(Base):
    """One way of one reminder. Its address is sealed to this row, and erased once it was used, undone or too late.

    `sending` is written ahead of a message: whoever finds it later knows that the message may have gone out.
    `confirm_hash` is that of the secret in the addresses of its mails.
    """

    __tablename__ = "reminder_way"
    __table_args__ = (
        CheckConstraint("kind IN ('calendar', 'email', 'push')", name="kind"),
        CheckConstraint(
            "state IN ('unconfirmed', 'armed', 'sending', 'sent', 'failed', 'withdrawn', 'expired')", name="state"
        ),
        CheckConstraint("state IN ('unconfirmed', 'armed', 'sending') OR address_sealed IS NULL", name="erased"),
        CheckConstraint("(address_sealed IS NULL) = (key_id IS NULL)", name="key"),
        Index(
            "ix_reminder_way_open",
            "next_at",
            postgresql_where=text("state IN ('unconfirmed', 'armed', 'sending')"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    reminder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reminder.id"), index=True)
    kind: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    address_sealed: Mapped[bytes | None]
    key_id: Mapped[str | None] = mapped_column(index=True)
    address_hash: Mapped[str | None] = mapped_column(index=True)
    confirm_hash: Mapped[str | None] = mapped_column(unique=True)
    next_at: Mapped[datetime | None] = mapped_column(Moment)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
