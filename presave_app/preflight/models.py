"""Tables of the preflight."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class PutAside(Base):
    """A piece of advice that the team has read and does not want to be told again, until it is brought back."""

    __tablename__ = "put_aside"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    check: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
