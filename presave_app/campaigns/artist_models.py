"""Tables of artists: whom a team releases, where services list them, and what their campaigns begin with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class Artist(Base):
    """An artist of one team. What is None is left to each campaign."""

    __tablename__ = "artist"
    __table_args__ = (
        CheckConstraint("clock IN ('everywhere', 'local')", name="clock"),
        Index("uq_artist_name", "team_id", text("lower(name)"), unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    name: Mapped[str]
    time_zone: Mapped[str | None]
    clock: Mapped[str | None]
    accent: Mapped[str | None]
    ground: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))


class ArtistPage(Base):
    """The artist as one service names them: what a campaign's `LabelPage.artist_ref` begins with."""

    __tablename__ = "artist_page"

    artist_id: Mapped[int] = mapped_column(ForeignKey("artist.id", ondelete="CASCADE"), primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    ref: Mapped[str]
