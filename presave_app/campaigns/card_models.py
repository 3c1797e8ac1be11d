"""The table of link cards: the pictures that other sites show where somebody shares a campaign's link."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class LinkCard(Base):
    """One card, for as long as anybody may ask for it; `facts` is a hash of all that it shows.

    `address` is the hash of its bytes and an ending, so it never changes, and `words` says when the release
    is out, as the card does. Both and the body are empty where the card could not be made at `made_at`.
    """

    __tablename__ = "link_card"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    facts: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str | None] = mapped_column(index=True)
    words: Mapped[str | None]
    body: Mapped[bytes | None]
    made_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
