"""One-time sign-in links: made on the command line, shown by a visit, used by a form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select, update

from presave_app.extensions import db
from presave_app.lib.tokens import hash_secret, new_secret
from presave_app.teams import second_step
from presave_app.teams.models import Member, SignInLink

LINK_LIFE = timedelta(hours=72)


@dataclass(frozen=True)
class Invited:
    """Whom an unused link signs in."""

    member_id: int
    email: str
    has_password: bool
    needs_code: bool


def new_link(member_id: int, life: timedelta = LINK_LIFE) -> str:
    """The secret of a new link for the member; older ones keep working until they are used, over or spent."""
    secret = new_secret()
    db.session.add(
        SignInLink(member_id=member_id, secret_hash=hash_secret(secret), expires_at=func.now() + life, used_at=None)
    )
    db.session.flush()
    return secret


def find_invited(secret: str) -> Invited | None:
    """Whom the link would sign in now; looking does not use it, as mail programs look at links too."""
    member = db.session.scalar(
        select(Member).join(SignInLink, SignInLink.member_id == Member.id).where(*_usable(secret))
    )
    if member is None:
        return None
    return Invited(member.id, member.email, member.password_hash is not None, second_step.is_on(member.id))


def use_link(secret: str) -> int | None:
    """The member whom the link signs in, once: of two who come at the same time one gets None."""
    _lock_member(SignInLink.secret_hash == hash_secret(secret))
    return db.session.scalar(
        update(SignInLink).where(*_usable(secret)).values(used_at=func.now()).returning(SignInLink.member_id)
    )


def spend_links(member_id: int) -> None:
    """Let none of the member's links work any more; one that is made later does."""
    _lock_member(SignInLink.member_id == member_id)
    unused = (SignInLink.member_id == member_id, SignInLink.used_at.is_(None))
    db.session.execute(update(SignInLink).where(*unused).values(used_at=func.now()))


def _lock_member(condition: ColumnElement[bool]) -> None:
    """Whoever uses or spends a link waits for whoever does it at the same time, before any link is touched."""
    owner = select(SignInLink.member_id).where(condition).limit(1).scalar_subquery()
    db.session.execute(select(Member.id).where(Member.id == owner).with_for_update(key_share=True))


def _usable(secret: str) -> tuple:
    return (
        SignInLink.secret_hash == hash_secret(secret),
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > func.now(),
    )
