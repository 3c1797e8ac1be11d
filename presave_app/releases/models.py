"""Tables of the engine itself: gates, mass guards, alarms, and the heartbeat of each loop."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class ServiceGate(Base):
    """The allowed rate of one service, shared by all workers: a bucket of permits, shut until `open_at`.

    `strikes` counts calls in a row that failed for everybody; enough of them open the breaker, which lets a
    single probe through now and then. `units_spent` is what was spent of the daily budget on `budget_day`.
    """

    __tablename__ = "service_gate"

    service: Mapped[str] = mapped_column(primary_key=True)
    permits: Mapped[float] = mapped_column(server_default="0")
    refilled_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    background_at: Mapped[datetime | None] = mapped_column(Moment)
    open_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    reason: Mapped[str | None]
    budget_day: Mapped[date | None]
    units_spent: Mapped[int] = mapped_column(server_default="0")
    strikes: Mapped[int] = mapped_column(server_default="0")
    breaker_at: Mapped[datetime | None] = mapped_column(Moment)
    breaker_reason: Mapped[str | None]
    probe_at: Mapped[datetime | None] = mapped_column(Moment)
    probe_seconds: Mapped[float] = mapped_column(server_default="60")


class MassGuard(Base):
    """A crowd of one campaign would be given up on one service: nobody is, until a person has confirmed it."""

    __tablename__ = "mass_guard"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    confirmed_by: Mapped[str | None]


class Alarm(Base):
    """Something a person should know of, open until it is over; `mailed_at` and `posted_at` say who was told.

    What could not be told is tried again from `tell_at` on. When it is over, both are emptied and it is told anew.
    """

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "uq_alarm_open",
            "kind",
            text("coalesce(service, '')"),
            text("coalesce(campaign_id, 0)"),
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    service: Mapped[str | None]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    detail: Mapped[str | None]
    opened_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    mailed_at: Mapped[datetime | None] = mapped_column(Moment)
    posted_at: Mapped[datetime | None] = mapped_column(Moment)
    tell_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    tell_tries: Mapped[int] = mapped_column(server_default="0")


class Heartbeat(Base):
    """When a loop last turned."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
