"""Tables of pre-saves: the sign-in on its way, the grant, the consent, the pre-save, its actions and events."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class OAuthFlow(Base):
    """A sign-in that was started and has not come back. Bound to one browser, good once, for ten minutes."""

    __tablename__ = "oauth_flow"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    state_hash: Mapped[str] = mapped_column(unique=True)
    browser_hash: Mapped[str]
    service: Mapped[str]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    consent_draft: Mapped[dict[str, Any]] = mapped_column(JSONB)
    code_verifier_sealed: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class Grant(Base):
    """A fan's permission on one service, the newest one only; its tokens are sealed to this row and column.

    `refresh_version` grows with every new pair of tokens; `refresh_epoch` with every attempt to get one.
    Tokens are erased (NULL) with the last pre-save that needs them, and `erased_at` says when.
    """

    __tablename__ = "fan_grant"
    __table_args__ = (
        UniqueConstraint("service", "account_key"),
        CheckConstraint("state IN ('active', 'dead', 'erased')", name="state"),
        CheckConstraint("state = 'active' OR refresh_token_sealed IS NULL", name="erased"),
        Index("ix_fan_grant_end", "hard_expires_at", postgresql_where=text("state = 'active'")),
        Index("ix_fan_grant_refused", "refused_at", postgresql_where=text("refused_at IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    service: Mapped[str]
    account_key: Mapped[str]
    access_token_sealed: Mapped[bytes | None]
    refresh_token_sealed: Mapped[bytes | None]
    key_id: Mapped[str | None] = mapped_column(index=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    access_expires_at: Mapped[datetime | None] = mapped_column(Moment)
    granted_at: Mapped[datetime] = mapped_column(Moment)
    hard_expires_at: Mapped[datetime | None] = mapped_column(Moment)
    refresh_epoch: Mapped[int] = mapped_column(server_default="0")
    refresh_until: Mapped[datetime | None] = mapped_column(Moment)
    refresh_version: Mapped[int] = mapped_column(server_default="0")
    refused_at: Mapped[datetime | None] = mapped_column(Moment)
    erased_at: Mapped[datetime | None] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(server_default="active")


class Consent(Base):
    """What a fan agreed to, word for word. Never changed but for the time of its withdrawal.

    A tap that covers a whole roll-out is one consent for each release, with the same words; `tap_id` holds them
    together, and each can be withdrawn by itself.
    """

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_tap", "tap_id", postgresql_where=text("tap_id IS NOT NULL")),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    service: Mapped[str]
    wording_version: Mapped[str]
    wording: Mapped[str]
    language: Mapped[str]
    actions: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    given_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"), index=True)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    tap_id: Mapped[uuid.UUID | None]


class PreSave(Base):
    """One fan, one campaign, one service.

    A trigger in the database refuses every move that is not in its table of moves, refuses a claim before
    `due_at`, and writes the event of every move, so that none can be forgotten.

    With an `account_key` of `nobody:…` it is nobody's any more and is kept as a number (`presaves.forgetting`).
    """

    __tablename__ = "pre_save"
    __table_args__ = (
        UniqueConstraint("campaign_id", "service", "account_key"),
        CheckConstraint(
            "state IN ('armed', 'claimed', 'done', 'needs_reauth', 'withdrawn', 'expired', 'failed')",
            name="state",
        ),
        CheckConstraint("(state = 'claimed') = (lease_until IS NOT NULL)", name="lease"),
        Index(
            "ix_pre_save_due",
            "service",
            "next_at",
            "id",
            postgresql_where=text("state IN ('armed', 'claimed')"),
        ),
        Index(
            "ix_pre_save_campaign_due",
            "campaign_id",
            "service",
            "next_at",
            "id",
            postgresql_where=text("state IN ('armed', 'claimed')"),
        ),
        Index(
            "ix_pre_save_read_back",
            "service",
            "read_back_at",
            postgresql_where=text("read_back_at IS NOT NULL"),
        ),
        Index("ix_pre_save_tally", "campaign_id", "service", "state"),
        Index("ix_pre_save_refused", "campaign_id", "service", postgresql_where=text("refusals > 0")),
        Index("ix_pre_save_deadline", "due_at", postgresql_where=text("state IN ('armed', 'claimed', 'needs_reauth')")),
        Index("ix_pre_save_needs_reauth", "id", postgresql_where=text("state = 'needs_reauth'")),
        Index("ix_pre_save_failed", "due_at", postgresql_where=text("state = 'failed'")),
        Index("ix_pre_save_done", "campaign_id", "service", "done_at"),
        Index("ix_pre_save_test_fan", "campaign_id", "service", postgresql_where=text("is_test_fan")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    service: Mapped[str]
    account_key: Mapped[str]
    consent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("consent.id"), index=True)
    grant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fan_grant.id"), index=True)
    state: Mapped[str] = mapped_column(server_default="armed")
    reason: Mapped[str | None]
    claim_no: Mapped[int] = mapped_column(server_default="0")
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    next_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(server_default="0")
    refusals: Mapped[int] = mapped_column(server_default="0")
    accepted_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    read_back_at: Mapped[datetime | None] = mapped_column(Moment)
    read_backs: Mapped[int] = mapped_column(server_default="0")
    verified_at: Mapped[datetime | None] = mapped_column(Moment)
    kept_at: Mapped[datetime | None] = mapped_column(Moment)
    mine_hash: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str | None]
    time_zone: Mapped[str | None]
    is_test_fan: Mapped[bool] = mapped_column(server_default="false")


class Action(Base):
    """One thing to do for a pre-save. `sent` means that a call may have reached the service.

    `next_at` and `tries` are those of an extra (`presaves.extras`); the add goes by its pre-save.
    """

    __tablename__ = "action"
    __table_args__ = (
        CheckConstraint("state IN ('todo', 'sent', 'done', 'refused')", name="state"),
        Index(
            "ix_action_extra",
            "next_at",
            postgresql_where=text("kind <> 'add_to_library' AND state IN ('todo', 'sent')"),
        ),
    )

    pre_save_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pre_save.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(server_default="todo")
    outcome: Mapped[str | None]
    sent_count: Mapped[int] = mapped_column(server_default="0")
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    sent_ref: Mapped[str | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))


class Event(Base):
    """One move of one pre-save, written by the database itself; append-only."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    pre_save_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pre_save.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    reason: Mapped[str | None]
    claim_no: Mapped[int]
