"""Tables of found links: what catalogues suggest for a campaign, and when each of them is asked again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class LinkSuggestion(Base):
    """A link that a catalogue named. A dismissed one is kept, so that it is not suggested again."""

    __tablename__ = "link_suggestion"
    __table_args__ = (
        UniqueConstraint("campaign_id", "service", "ref"),
        CheckConstraint("state IN ('suggested', 'accepted', 'dismissed')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    service: Mapped[str]
    ref: Mapped[str]
    source: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    artist: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="suggested")
    found_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))


class LinkLook(Base):
    """How often one catalogue was asked about a campaign; `next_at` is None when it need not be asked again.

    A service itself is asked ahead of the day, under its own name as the source (`releases.looking_ahead`). Its next
    look follows from `looked_at`, and a hit means that the target's name came from the UPC.
    """

    __tablename__ = "link_look"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    looks: Mapped[int] = mapped_column(server_default="0")
    is_hit: Mapped[bool] = mapped_column(server_default=text("false"))
    looked_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    next_at: Mapped[datetime | None] = mapped_column(Moment)
