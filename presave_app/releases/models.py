"""Tables of the engine itself: the gate in front of each service, and the heartbeat of each loop."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class ServiceGate(Base):
    """The allowed rate of one service, shared by all workers: a bucket of permits, shut until `open_at`."""

    __tablename__ = "service_gate"

    service: Mapped[str] = mapped_column(primary_key=True)
    permits: Mapped[float] = mapped_column(server_default="0")
    refilled_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    background_at: Mapped[datetime | None] = mapped_column(Moment)
    open_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    reason: Mapped[str | None]


class Heartbeat(Base):
    """When a loop last turned."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
