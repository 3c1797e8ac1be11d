"""Signed-in browsers. The browser holds a secret, the database decides whether it still counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask_login import UserMixin
from sqlalchemy import func, select, update

from presave_app.extensions import db
from presave_app.lib.tokens import hash_secret, new_secret
from presave_app.teams import links
from presave_app.teams.models import LoginSession, Member
from presave_app.teams.passwords import hash_password

SESSION_LIFE = timedelta(days=14)
_SEEN_EVERY = timedelta(minutes=10)
_WAITING_LIFE = timedelta(minutes=10)
_IS_ALIVE = (LoginSession.ended_at.is_(None), LoginSession.expires_at > func.now())
_IS_GOOD = (*_IS_ALIVE, LoginSession.awaits_code.is_(False))


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """The member behind a request. `secret` is what flask-login keeps in the browser as the id."""

    member_id: int
    email: str
    secret: str = field(repr=False)
    # Whether it is some minutes ago that the browser was written down as seen.
    is_stale: bool = False

    def get_id(self) -> str:
        return self.secret


@dataclass(frozen=True)
class SignedInBrowser:
    """One of the browsers that a member is signed in with; `device` is empty where it did not say."""

    session_id: int
    device: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


def start_session(member_id: int, email: str, device: str = "") -> SignedIn:
    """A sign-in with a secret of its own."""
    secret = new_secret()
    db.session.add(
        LoginSession(
            member_id=member_id,
            secret_hash=hash_secret(secret),
            device=device,
            expires_at=func.now() + SESSION_LIFE,
            ended_at=None,
        )
    )
    db.session.flush()
    return SignedIn(member_id, email, secret)


def start_waiting(member_id: int) -> str:
    """The secret of a browser that has passed the first step of a sign-in, and for some minutes may take the second."""
    secret = new_secret()
    db.session.add(
        LoginSession(
            member_id=member_id,
            secret_hash=hash_secret(secret),
            awaits_code=True,
            expires_at=func.now() + _WAITING_LIFE,
            ended_at=None,
        )
    )
    db.session.flush()
    return secret


def find_waiting(secret: str) -> SignedIn | None:
    """The member who has passed the first step with this secret, and is not signed in yet."""
    row = db.session.execute(
        select(Member.id, Member.email)
        .join(LoginSession, LoginSession.member_id == Member.id)
        .where(LoginSession.secret_hash == hash_secret(secret), *_IS_ALIVE, LoginSession.awaits_code)
    ).one_or_none()
    return None if row is None else SignedIn(row.id, row.email, secret)


def find_signed_in(secret: str) -> SignedIn | None:
    """The member whose session this is, unless it was ended or is over."""
    row = db.session.execute(
        select(Member.id, Member.email, (LoginSession.seen_at < func.now() - _SEEN_EVERY).label("is_stale"))
        .join(LoginSession, LoginSession.member_id == Member.id)
        .where(LoginSession.secret_hash == hash_secret(secret), *_IS_GOOD)
    ).one_or_none()
    return None if row is None else SignedIn(row.id, row.email, secret, row.is_stale)


def note_seen(secret: str) -> None:
    """Write down that the browser is in use."""
    where = LoginSession.secret_hash == hash_secret(secret)
    db.session.execute(update(LoginSession).where(where).values(seen_at=func.now()))


def find_browsers(member_id: int, secret: str) -> list[SignedInBrowser]:
    """Where the member is signed in: first the browser with this secret, then the others as they were seen last."""
    rows = db.session.scalars(
        select(LoginSession)
        .where(LoginSession.member_id == member_id, *_IS_GOOD)
        .order_by(LoginSession.secret_hash != hash_secret(secret), LoginSession.seen_at.desc(), LoginSession.id)
    )
    this = hash_secret(secret)
    return [SignedInBrowser(row.id, row.device, row.created_at, row.seen_at, row.secret_hash == this) for row in rows]


def end_one(member_id: int, session_id: int) -> bool:
    """End one of the member's sign-ins; False when they have no such."""
    ended = (
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.member_id == member_id, *_IS_GOOD)
        .values(ended_at=func.now())
        .returning(LoginSession.id)
    )
    return db.session.scalar(ended) is not None


def end_session(secret: str) -> None:
    """End one sign-in, whatever the browser still holds."""
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.secret_hash == hash_secret(secret), LoginSession.ended_at.is_(None))
        .values(ended_at=func.now())
    )


def set_password(member_id: int, password: str, *, keep: str | None = None) -> None:
    """Give the member this checked password, end every sign-in but the one with the secret `keep`, and every link."""
    links.spend_links(member_id)
    db.session.execute(update(Member).where(Member.id == member_id).values(password_hash=hash_password(password)))
    end_sessions(member_id, keep=keep)


def end_sessions(member_id: int, *, keep: str | None = None) -> None:
    """End every sign-in of the member but the one with the secret `keep`."""
    ended = update(LoginSession).where(LoginSession.member_id == member_id, LoginSession.ended_at.is_(None))
    if keep is not None:
        ended = ended.where(LoginSession.secret_hash != hash_secret(keep))
    db.session.execute(ended.values(ended_at=func.now()))
