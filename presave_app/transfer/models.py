"""What is remembered of an import, so that the same file sent again makes nothing twice."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base


class ImportedCampaign(Base):
    """A campaign that came in from a file. `origin` names it there: a campaign of an export, or a row of a table."""

    __tablename__ = "imported_campaign"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    origin: Mapped[str] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)


class LastArrival(Base):
    """What came of the last file that a member brought in, for the page after it; the next one takes its place."""

    __tablename__ = "last_arrival"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    told: Mapped[dict[str, Any]] = mapped_column(JSONB)
