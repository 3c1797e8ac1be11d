"""Tables of the ways in: invitations to a team, and the letters that carry them and sign-in links."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class MailState(StrEnum):
    """How an invitation gets to whom it is for: `shown` is handed over by the owner who made it."""

    SHOWN = "shown"
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Invitation(Base):
    """A place in a team that waits for one address. Only the hash of its secret is kept.

    A secret that goes by mail is made when the mail is written, so until then there is none. Accepting is one
    conditional update.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'editor', 'viewer')", name="role"),
        CheckConstraint("mail IN ('shown', 'waiting', 'sent', 'failed')", name="mail"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    email: Mapped[str]
    role: Mapped[str]
    invited_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    secret_hash: Mapped[str | None] = mapped_column(unique=True)
    mail: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)


class Letter(Base):
    """A letter to be written: of an invitation, else of a sign-in link, which only a member's address gets.

    Whether an address is a member's is looked up when the letter is written, so that asking for one tells nothing.
    """

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_send_at", "send_at", postgresql_where=text("done_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(index=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"))
    tries: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    send_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    done_at: Mapped[datetime | None] = mapped_column(Moment)
