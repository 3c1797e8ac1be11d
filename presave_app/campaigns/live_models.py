"""The table of artists' links: who may see a campaign's live count without signing in, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class LiveLink(Base):
    """One link to the live count. Only the hash of its secret is kept: the secret is derived anew.

    It ends so many days after the release, wherever that moves, or at a moment; with neither it has no end. The first
    one is made with the campaign, and its secret comes from the campaign's id.
    """

    __tablename__ = "live_link"
    __table_args__ = (Index("uq_live_link_first", "campaign_id", unique=True, postgresql_where=text("is_first")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    name: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    is_first: Mapped[bool] = mapped_column(server_default=text("false"))
    days_after: Mapped[int | None]
    ends_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    looked_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
