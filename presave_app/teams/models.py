"""Tables of people: teams, their members, and the sign-ins of members."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from presave_app.extensions import Base, Moment


class Role(StrEnum):
    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class Team(Base):
    """A label or an imprint. `slug` names it on the command line.

    `second_member`: on the last day before a release its moment, targets and UPC are changed by two members.
    `asks_second_step`: who owns it acts as an owner only with a second step at the sign-in.
    """

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    second_member: Mapped[bool] = mapped_column(server_default="true")
    asks_second_step: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))


class Imprint(Base):
    """What a team says of itself on the privacy page and in the terms; plain text, empty where unsaid."""

    __tablename__ = "imprint"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    company: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str] = mapped_column(server_default="")
    email: Mapped[str] = mapped_column(server_default="")
    officer: Mapped[str] = mapped_column(server_default="")
    law: Mapped[str] = mapped_column(server_default="")
    paragraph: Mapped[str] = mapped_column(server_default="")


class Member(Base):
    """A person who signs in. `email` is kept in lower case; without a password only a link signs them in."""

    __tablename__ = "member"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))


class Membership(Base):
    """Which member belongs to which team, and what they may do there."""

    __tablename__ = "membership"
    __table_args__ = (CheckConstraint("role IN ('owner', 'editor', 'viewer')", name="role"),)

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True, index=True)
    role: Mapped[str]


class SignInLink(Base):
    """A one-time way in. Only the hash of its secret is kept; using it is one conditional update."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class LoginSession(Base):
    """One signed-in browser, in words. Ending the row ends the sign-in, whatever the browser still holds.

    `seen_at` is written every few minutes at the most. One that `awaits_code` has passed the first step only, and
    opens nothing.
    """

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    device: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    seen_at: Mapped[datetime] = mapped_column(Moment, server_default=text("now()"))
    awaits_code: Mapped[bool] = mapped_column(server_default=text("false"))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
