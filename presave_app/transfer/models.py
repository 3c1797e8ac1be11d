"""What is remembered of an import, so that the same file sent again makes nothing twice."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base


class ImportedCampaign(Base):
    """A campaign that came in from a file. `origin` names it there: a campaign of an export, or a row of a table."""

    __tablename__ = "imported_campaign"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    origin: Mapped[str] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)
