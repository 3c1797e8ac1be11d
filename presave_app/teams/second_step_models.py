"""Tables of the second step of a sign-in: the sealed secret of an app that makes codes, and recovery codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class SecondStep(Base):
    """A member's second step, in force once `confirmed_at` is set.

    `last_step` is the number of the half minute whose code was used last: neither it nor an older one counts again.
    `tries` are those since `tries_since`, of which an hour holds only so many.
    """

    __tablename__ = "second_step"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    secret_sealed: Mapped[bytes]
    key_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    last_step: Mapped[int] = mapped_column(BigInteger, server_default="0")
    tries: Mapped[int] = mapped_column(server_default="0")
    tries_since: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))


class RecoveryCode(Base):
    """A code for the day on which the app is lost. Only its hash is kept; using it is one conditional update."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
