"""The table of connection tests."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class ConnectionTest(Base):
    """A member tries a service with an account of their own. `steps` are those done, `step` is the one it is at.

    `secrets_sealed` holds what the sign-in needs, then its tokens; it is emptied in the transaction that ends the
    test. `was_there` says that the release was in the library before, so it is not taken out.
    `campaign_id` is the campaign from whose preflight it was begun, if it was.
    """

    __tablename__ = "connection_test"
    __table_args__ = (
        CheckConstraint("state IN ('signing_in', 'running', 'works', 'failed')", name="state"),
        Index("ix_connection_test_service", "service", "created_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    service: Mapped[str]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    ref: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="signing_in")
    step: Mapped[str] = mapped_column(server_default="sign_in")
    steps: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    title: Mapped[str] = mapped_column(server_default="")
    was_there: Mapped[bool] = mapped_column(server_default=text("false"))
    reason: Mapped[str | None]
    state_hash: Mapped[str | None] = mapped_column(unique=True)
    secrets_sealed: Mapped[bytes | None]
    next_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
