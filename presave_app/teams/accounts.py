"""Teams, the people in them, and what each of them may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain, count

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from presave_app.extensions import db
from presave_app.lib.slugs import is_slug, numbered, slug_of
from presave_app.lib.text import clean_line
from presave_app.teams.models import Member, Membership, Role, Team
from presave_app.teams.second_step_models import SecondStep

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)*")
_MOST_EMAIL_LENGTH = 254
_MOST_NAME_LENGTH = 80
# The slug of a name that Latin letters do not spell.
_NO_LATIN = "team"


class BadAccount(ValueError):
    """The name or address can't be used; the message says why, in words for the person who typed it."""


@dataclass(frozen=True)
class Place:
    """A member's place in a team. An owner who `lacks_step` has not set up the second step that it asks for."""

    team: Team
    role: Role
    lacks_step: bool

    @property
    def may_edit(self) -> bool:
        return may_edit(self.role)

    @property
    def may_own(self) -> bool:
        """Whether they may do now what only owners do."""
        return self.role is Role.OWNER and not self.lacks_step


def may_edit(role: Role) -> bool:
    """Whether the role may change campaigns."""
    return role in (Role.OWNER, Role.EDITOR)


def parse_email(text: str) -> str:
    """The address as it is kept, in lower case; raises BadAccount."""
    email = clean_line(text).lower()
    if len(email) > _MOST_EMAIL_LENGTH or not _EMAIL.fullmatch(email):
        raise BadAccount("That is not an e-mail address.")
    return email


def create_team(name: str, owner_email: str) -> tuple[Team, Member]:
    """A new team and its owner, who may be a member of other teams already; raises BadAccount."""
    name = clean_line(name)
    if not 0 < len(name) <= _MOST_NAME_LENGTH:
        raise BadAccount(f"A team's name has 1 to {_MOST_NAME_LENGTH} characters.")
    if not any(map(str.isalnum, name)):
        raise BadAccount("A team's name needs a letter or a figure.")
    team = db.session.get_one(Team, _new_team(name))
    return team, add_member(team.id, owner_email, Role.OWNER)


def _new_team(name: str) -> int:
    """The id of a new team of that name, under a slug that is free: whoever types a name learns of no other team."""
    stem = slug_of(name) if is_slug(slug_of(name)) else _NO_LATIN
    for slug in chain([stem], (numbered(stem, number) for number in count(2))):
        added = insert(Team).values(slug=slug, name=name).on_conflict_do_nothing().returning(Team.id)
        if (team_id := db.session.scalar(added)) is not None:
            return team_id
    raise AssertionError("numbers do not end")


def add_member(team_id: int, email: str, role: Role) -> Member:
    """The member of that address, new in the team with this role; raises BadAccount."""
    address = parse_email(email)
    member = db.session.get_one(Member, new_member(address))
    db.session.add(Membership(team_id=team_id, member_id=member.id, role=role))
    db.session.flush()
    return member


def new_member(email: str) -> int:
    """The id of the member of that address, as `parse_email` gives it, made if there was none."""
    added = insert(Member).values(email=email, password_hash=None).on_conflict_do_nothing()
    db.session.execute(added)
    return db.session.scalars(select(Member.id).where(Member.email == email)).one()


def find_member(email: str) -> Member | None:
    """The member of that address, as `parse_email` gives it."""
    return db.session.scalar(select(Member).where(Member.email == email))


def find_team(slug: str) -> Team | None:
    """The team of that name on the command line."""
    return db.session.scalar(select(Team).where(Team.slug == slug))


def find_role(team_id: int, member_id: int) -> Role | None:
    """What the member may do in the team; None for a stranger."""
    role = db.session.scalar(
        select(Membership.role).where(Membership.team_id == team_id, Membership.member_id == member_id)
    )
    return None if role is None else Role(role)


def find_places(member_id: int) -> list[Place]:
    """The member's teams by name, with the role in each."""
    has_step = (SecondStep.member_id == Membership.member_id) & SecondStep.confirmed_at.is_not(None)
    rows = db.session.execute(
        select(Team, Membership.role, SecondStep.member_id)
        .join(Membership, Membership.team_id == Team.id)
        .outerjoin(SecondStep, has_step)
        .where(Membership.member_id == member_id)
        .order_by(Team.name, Team.id)
    )
    return [
        Place(team, Role(role), lacks_step=role == Role.OWNER and team.asks_second_step and step is None)
        for team, role, step in rows
    ]
