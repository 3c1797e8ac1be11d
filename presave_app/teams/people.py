"""Who is in a team: changing what somebody may do, removing somebody, leaving.

Each change locks the team first, so that two owners who act at once never leave it without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from presave_app.extensions import db
from presave_app.teams import asked_step
from presave_app.teams.accounts import add_member, find_member, find_role, parse_email
from presave_app.teams.models import Member, Membership, Role, Team
from presave_app.teams.sessions import end_sessions

WHAT_ROLES_DO: Mapping[Role, str] = {
    Role.OWNER: "Everything an editor does, and decides who is in the team.",
    Role.EDITOR: "Makes, changes and publishes campaigns, steers release night, writes the imprint.",
    Role.VIEWER: "Sees every campaign and its figures, and changes nothing.",
}


class NotInTeam(LookupError):
    """There is no such team for this member, or no such member in the team."""


class OwnersOnly(PermissionError):
    """Somebody who is in the team without owning it tried to change who is in it."""


class LastOwner(ValueError):
    """The team would be left without an owner."""


@dataclass(frozen=True)
class Person:
    """Somebody in a team. Who was let in by a link and never chose a password has `never_came`."""

    member_id: int
    email: str
    role: Role
    never_came: bool


@dataclass(frozen=True)
class Placed:
    """Somebody who was put into a team: what they may do there now, and what they might before."""

    member_id: int
    email: str
    was: Role | None
    role: Role


def find_people(team_id: int) -> list[Person]:
    """Everybody in the team: owners first, then editors, then viewers, each by address."""
    rows = db.session.execute(
        select(Member.id, Member.email, Member.password_hash, Membership.role)
        .join(Membership, Membership.member_id == Member.id)
        .where(Membership.team_id == team_id)
        .order_by(Member.email)
    )
    people = [Person(row.id, row.email, Role(row.role), row.password_hash is None) for row in rows]
    return sorted(people, key=lambda person: list(Role).index(person.role))


def email_of(member_id: int) -> str:
    """The address of a member who is there."""
    return db.session.get_one(Member, member_id).email


def owned_team(team_id: int, member_id: int) -> Team:
    """The team, locked until the transaction ends, for an owner of it.

    Raises NotInTeam, OwnersOnly, or StepMissing where it asks for a second step that they lack.
    """
    team = locked(team_id)
    role = find_role(team_id, member_id)
    if role is None:
        raise NotInTeam(team_id)
    if role is not Role.OWNER:
        raise OwnersOnly(team_id)
    asked_step.check(team, member_id)
    return team


def put_in(team_id: int, email: str, role: Role | None = None) -> Placed:
    """Give the member of that address this role in the team; raises NotInTeam, BadAccount or LastOwner.

    Without a role whoever is in the team keeps theirs, and a newcomer becomes an editor.
    """
    team, address = locked(team_id), parse_email(email)
    member = find_member(address)
    was = find_role(team.id, member.id) if member else None
    now = role or was or Role.EDITOR
    if member is None or was is None:
        member = add_member(team.id, address, now)
    else:
        change_role(team, member.id, now)
    return Placed(member.id, member.email, was, now)


def change_role(team: Team, member_id: int, role: Role) -> None:
    """Give a member of the locked team another role and end their sign-ins; raises NotInTeam or LastOwner."""
    if _role_there(team, member_id) is role:
        return
    _keep_an_owner(team, member_id, role)
    where = (Membership.team_id == team.id, Membership.member_id == member_id)
    db.session.execute(update(Membership).where(*where).values(role=role))
    end_sessions(member_id)


def remove(team: Team, member_id: int) -> None:
    """Take a member out of the locked team and end their sign-ins; raises NotInTeam or LastOwner."""
    _role_there(team, member_id)
    _keep_an_owner(team, member_id, None)
    where = (Membership.team_id == team.id, Membership.member_id == member_id)
    db.session.execute(delete(Membership).where(*where))
    end_sessions(member_id)


def leave(team_id: int, member_id: int) -> None:
    """Take oneself out of a team; raises NotInTeam or LastOwner."""
    remove(locked(team_id), member_id)


def locked(team_id: int) -> Team:
    """The team, locked until the transaction ends; raises NotInTeam where there is no such."""
    team = db.session.scalar(select(Team).where(Team.id == team_id).with_for_update())
    if team is None:
        raise NotInTeam(team_id)
    return team


def _role_there(team: Team, member_id: int) -> Role:
    role = find_role(team.id, member_id)
    if role is None:
        raise NotInTeam(member_id)
    return role


def _keep_an_owner(team: Team, member_id: int, role: Role | None) -> None:
    owners = db.session.scalars(
        select(Membership.member_id).where(Membership.team_id == team.id, Membership.role == Role.OWNER)
    ).all()
    if role is not Role.OWNER and list(owners) == [member_id]:
        raise LastOwner(team.name)
