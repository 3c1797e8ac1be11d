"""Invitations to a team: made and withdrawn by its owners, good for one address, once, for three days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from presave_app import mail
from presave_app.extensions import db
from presave_app.lib.tokens import hash_secret, new_secret
from presave_app.queue import SEND_LETTERS, ring_after_commit
from presave_app.teams.accounts import BadAccount, find_member, parse_email
from presave_app.teams.invitation_models import Invitation, Letter, MailState
from presave_app.teams.models import Member, Membership, Role, Team

INVITATION_LIFE = timedelta(hours=72)
_MOST_OPEN = 50


class TooLate(LookupError):
    """The invitation was used, withdrawn or over, or is for somebody else."""


@dataclass(frozen=True)
class Open:
    """An invitation that can still be accepted, as its team sees it."""

    invitation_id: int
    email: str
    role: Role
    mail: MailState
    expires_at: datetime


@dataclass(frozen=True)
class Offer:
    """What an invitation offers to whom, as its link shows it. `is_member`: the address can sign in already."""

    invitation_id: int
    team_id: int
    team_name: str
    email: str
    role: Role
    invited_by: str
    is_member: bool


def invite(team: Team, invited_by: int, email: str, role: Role) -> str | None:
    """Invite an address to the locked team; raises BadAccount.

    The secret to hand over where no mail can carry it, else None. An open invitation of the same address is replaced.
    """
    address = parse_email(email)
    member = find_member(address)
    if member is not None and db.session.get(Membership, (team.id, member.id)) is not None:
        raise BadAccount("This address is in the team already.")
    _end(Invitation.team_id == team.id, Invitation.email == address)
    if len(find_open(team.id)) >= _MOST_OPEN:
        raise BadAccount(f"{_MOST_OPEN} invitations are open. Withdraw one, or wait until they are over.")
    made = _add(team.id, invited_by, address, role)
    if not mail.is_on():
        return give_secret(made)
    db.session.add(Letter(email=address, invitation_id=made.id))
    ring_after_commit(SEND_LETTERS)
    return None


def give_secret(invitation: Invitation) -> str:
    """A new secret for the invitation; one that it had before leads nowhere any more."""
    secret = new_secret()
    invitation.secret_hash = hash_secret(secret)
    db.session.flush()
    return secret


def find_open(team_id: int) -> list[Open]:
    """The team's invitations that can still be accepted, the newest first."""
    rows = db.session.scalars(
        select(Invitation).where(Invitation.team_id == team_id, *usable()).order_by(Invitation.id.desc())
    )
    return [Open(row.id, row.email, Role(row.role), MailState(row.mail), row.expires_at) for row in rows]


def withdraw(team: Team, invitation_id: int) -> bool:
    """End an invitation of the locked team; False when it was used or over before."""
    return _end(Invitation.id == invitation_id, Invitation.team_id == team.id)


def find_offer(secret: str) -> Offer | None:
    """What the link offers now; looking does not use it, as mail programs look at links too."""
    inviter = Member.__table__.alias("inviter")
    row = db.session.execute(
        select(Invitation, Team.name, inviter.c.email, Member.password_hash)
        .join(Team, Team.id == Invitation.team_id)
        .join(inviter, inviter.c.id == Invitation.invited_by)
        .outerjoin(Member, Member.email == Invitation.email)
        .where(Invitation.secret_hash == hash_secret(secret), *usable())
    ).one_or_none()
    if row is None:
        return None
    made, team_name, invited_by, password_hash = row
    is_member = password_hash is not None
    return Offer(made.id, made.team_id, team_name, made.email, Role(made.role), invited_by, is_member)


def accept(secret: str, member_id: int) -> int:
    """Put the member of the invited address into the team, once; returns the team, or raises TooLate.

    Whoever is in the team by now keeps the role they have there.
    """
    used = db.session.execute(
        update(Invitation)
        .where(
            Invitation.secret_hash == hash_secret(secret),
            Invitation.email == select(Member.email).where(Member.id == member_id).scalar_subquery(),
            *usable(),
        )
        .values(used_at=func.now())
        .returning(Invitation.team_id, Invitation.role)
    ).one_or_none()
    if used is None:
        raise TooLate
    membership = insert(Membership).values(team_id=used.team_id, member_id=member_id, role=used.role)
    db.session.execute(membership.on_conflict_do_nothing())
    return used.team_id


def usable() -> tuple[ColumnElement[bool], ...]:
    """Neither used, withdrawn nor over, and made by somebody who still owns the team."""
    is_by_an_owner = exists().where(
        Membership.team_id == Invitation.team_id,
        Membership.member_id == Invitation.invited_by,
        Membership.role == Role.OWNER,
    )
    return (
        Invitation.used_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.expires_at > func.now(),
        is_by_an_owner,
    )


def _add(team_id: int, invited_by: int, email: str, role: Role) -> Invitation:
    made = Invitation(
        team_id=team_id,
        invited_by=invited_by,
        email=email,
        role=role,
        mail=MailState.WAITING if mail.is_on() else MailState.SHOWN,
        expires_at=func.now() + INVITATION_LIFE,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _end(*where: ColumnElement[bool]) -> bool:
    ended = update(Invitation).where(*where, *usable()).values(withdrawn_at=func.now()).returning(Invitation.id)
    return bool(db.session.scalars(ended).all())
