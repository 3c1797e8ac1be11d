"""Tables of tokens for programs, of webhooks and of what they are told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import TEXT, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class Scope(StrEnum):
    """What a program may do with its token."""

    READ = "read"
    WRITE = "write"


class ApiToken(Base):
    """A program's way in to one team. Only the hash of its secret is kept; a revoked one stays in the list."""

    __tablename__ = "api_token"
    __table_args__ = (CheckConstraint("scope IN ('read', 'write')", name="scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    name: Mapped[str]
    scope: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class Webhook(Base):
    """An address of a team that is told of events. Its secret is derived from its id, so it is stored nowhere.

    `member_id` is who made it, where that was written down.
    """

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    removed_at: Mapped[datetime | None] = mapped_column(Moment)


class HookDelivery(Base):
    """One event for one webhook, kept until it is taken. `mark` tells two events of one kind and campaign apart.

    A delivery that is `old` was no news when the webhook was made. `answer` is the last status, or why there was none.
    """

    __tablename__ = "hook_delivery"
    __table_args__ = (
        UniqueConstraint("hook_id", "campaign_id", "event", "mark"),
        CheckConstraint("state IN ('waiting', 'taken', 'given_up', 'old')", name="state"),
        Index("ix_hook_delivery_due", "next_at", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)
    event: Mapped[str]
    mark: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="waiting")
    tries: Mapped[int] = mapped_column(server_default="0")
    answer: Mapped[str | None]
    next_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
