"""The table of who changed what. It is only added to, but that who types on in a field replaces the line of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class Change(Base):
    """One act of a person or of the command line, on a campaign or on the team itself (`campaign_id` is None then).

    `by` names who acted as the log does: "member 7" or "the command line"; `member_id` is None for the latter.
    `before` and `after` are texts by the names of the inputs, or what else has to be told of the act.
    `undoes` is the change that this one took back. Where both texts are the same, the field was typed back.
    """

    __tablename__ = "change"
    __table_args__ = (
        CheckConstraint("act <> ''", name="act"),
        Index("ix_change_campaign_id", "campaign_id", "id"),
        Index("ix_change_team_id", "team_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment, server_default=text("clock_timestamp()"))
    act: Mapped[str]
    field: Mapped[str | None]
    before: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    undoes: Mapped[int | None] = mapped_column(BigInteger)
