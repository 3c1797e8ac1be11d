"""Tables of counts that nothing else remembers."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


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


class AppStep(Base):
    """How many visitors inside an app took one step towards a pre-save; nothing about who. `lane` as in `WayOut`."""

    __tablename__ = "app_step"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    app: Mapped[str] = mapped_column(primary_key=True)
    system: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    lane: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(server_default="0")


class OpenedLink(Base):
    """A hand-over link that was opened, for as long as it can be opened: so it is counted once."""

    __tablename__ = "opened_link"

    nonce: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
