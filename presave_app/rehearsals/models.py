"""The table of dress rehearsals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class Rehearsal(Base):
    """The newest dress rehearsal of a campaign.

    `result` is what was calculated: one object for each service, as `preflight.rehearsal` writes it. `play_state` says
    where the play stands, None where there is none; `play` is what came of it, one object for each service. Each play
    has a number, `run`, and belongs to one worker until `lease_until`. `cast_fans` take part in it, and `played_fans`
    of them are through.
    """

    __tablename__ = "rehearsal"
    __table_args__ = (CheckConstraint("play_state IN ('queued', 'running', 'done', 'failed')", name="play_state"),)

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    result: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    play_state: Mapped[str | None]
    play_reason: Mapped[str | None]
    play: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    run: Mapped[int] = mapped_column(server_default="0")
    tries: Mapped[int] = mapped_column(server_default="0")
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    played_fans: Mapped[int] = mapped_column(server_default="0")
    cast_fans: Mapped[int] = mapped_column(server_default="0")
