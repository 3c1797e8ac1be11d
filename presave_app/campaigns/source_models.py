"""The table of named links: where a campaign's link is handed out."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base


class LinkSource(Base):
    """One place where the link stands. Fans bring `code` along as `?src=`; it stays when the name changes."""

    __tablename__ = "link_source"
    __table_args__ = (UniqueConstraint("campaign_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    code: Mapped[str]
    name: Mapped[str]
