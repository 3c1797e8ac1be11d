"""Tables of counts that nothing else remembers."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base


class WayOut(Base):
    """How many people went from a campaign's page to a service on one day, counted in UTC; nothing about who.

    `lane` spreads a burst over several rows, so that its people don't wait for one another; their sum is the count.
    """

    __tablename__ = "way_out"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    lane: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(server_default="0")
