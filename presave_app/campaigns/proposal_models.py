"""The table of changes that wait for a second member."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class Proposal(Base):
    """A change of one field that takes effect once another member has confirmed it; at most one waits for a field.

    `before` is what stood there when it was made, `after` what shall, both by the names of the inputs.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("outcome IN ('confirmed', 'withdrawn')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided"),
        Index("uq_proposal_waiting", "campaign_id", "field", unique=True, postgresql_where=text("outcome IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    field: Mapped[str]
    before: Mapped[dict[str, str]] = mapped_column(JSONB)
    after: Mapped[dict[str, str]] = mapped_column(JSONB)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))
    outcome: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
