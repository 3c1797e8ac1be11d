"""The table of roll-outs."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base


class Rollout(Base):
    """Releases of one team that fans agree to together; `Campaign.rollout_id` says which."""

    __tablename__ = "rollout"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
