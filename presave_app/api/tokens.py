"""Tokens for programs: made, shown once, found by their hash, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, text, update

from presave_app.api.models import ApiToken, Scope
from presave_app.extensions import db
from presave_app.lib.text import clean_line
from presave_app.lib.tokens import hash_secret, new_secret
from presave_app.teams.models import Member, Membership
from presave_app.transaction import transaction

PREFIX = "presave_"
_MOST_LENGTH = 100
_MOST_NAME_LENGTH = 60
_MOST_TOKENS = 20


class BadToken(ValueError):
    """The token can't be made; `field` says what is wrong, the message why."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


@dataclass(frozen=True)
class Caller:
    """The program behind a request: whose campaigns it sees, and whether it may change them."""

    token_id: int
    team_id: int
    member_id: int
    may_write: bool


@dataclass(frozen=True)
class TokenView:
    """A token as its team sees it."""

    id: int
    name: str
    scope: Scope
    made_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def make_token(team_id: int, member_id: int, name: str, scope: str) -> str:
    """A new token, in the only moment in which it can be read; raises BadToken. Call inside a transaction."""
    clean = clean_line(name)
    if not clean:
        raise BadToken("name", "Name it after the program that will use it.")
    if len(clean) > _MOST_NAME_LENGTH:
        raise BadToken("name", f"At most {_MOST_NAME_LENGTH} characters, these are {len(clean)}.")
    if scope not in list(Scope):
        raise BadToken("scope", "Choose what the program may do.")
    if _living(team_id) >= _MOST_TOKENS:
        raise BadToken("name", f"A team has at most {_MOST_TOKENS} tokens. Revoke one that nobody uses.")
    token = PREFIX + new_secret()
    db.session.add(
        ApiToken(team_id=team_id, member_id=member_id, name=clean, scope=scope, secret_hash=hash_secret(token))
    )
    db.session.flush()
    return token


def find_caller(token: str) -> Caller | None:
    """The program that holds this token, unless it was revoked."""
    if not token.startswith(PREFIX) or len(token) > _MOST_LENGTH:
        return None
    row = db.session.execute(
        select(ApiToken.id, ApiToken.team_id, ApiToken.member_id, ApiToken.scope).where(
            ApiToken.secret_hash == hash_secret(token), ApiToken.revoked_at.is_(None)
        )
    ).one_or_none()
    return None if row is None else Caller(row.id, row.team_id, row.member_id, row.scope == Scope.WRITE)


def remember_use(caller: Caller) -> None:
    """Note when the token was used, at most once a minute."""
    stale = or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at < func.now() - text("interval '1 minute'"))
    if db.session.scalar(select(ApiToken.id).where(ApiToken.id == caller.token_id, stale)) is None:
        return
    with transaction() as session:
        session.execute(update(ApiToken).where(ApiToken.id == caller.token_id, stale).values(last_used_at=func.now()))


def revoke(team_id: int, token_id: int) -> bool:
    """End a token of the team; False when there is none that still counts. Call inside a transaction."""
    found = db.session.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.team_id == team_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .returning(ApiToken.id)
    )
    return found.one_or_none() is not None


def list_tokens(team_id: int) -> Sequence[TokenView]:
    """The team's tokens, those that count first, then the newest."""
    query = select(ApiToken).where(ApiToken.team_id == team_id)
    tokens = db.session.scalars(query.order_by(ApiToken.revoked_at.isnot(None), ApiToken.id.desc())).all()
    makers = maker_words(team_id, [each.member_id for each in tokens])
    return [
        TokenView(
            each.id,
            each.name,
            Scope(each.scope),
            makers[each.member_id],
            each.created_at,
            each.last_used_at,
            each.revoked_at,
        )
        for each in tokens
    ]


def maker_words(team_id: int, member_ids: Sequence[int]) -> dict[int, str]:
    """Who they are, and which of them are in the team no more: what they made stays the team's."""
    is_here = (Membership.member_id == Member.id) & (Membership.team_id == team_id)
    rows = db.session.execute(
        select(Member.id, Member.email, Membership.member_id)
        .outerjoin(Membership, is_here)
        .where(Member.id.in_(member_ids))
    )
    return {
        member_id: email if here is not None else f"{email}, who is in the team no more,"
        for member_id, email, here in rows
    }


def _living(team_id: int) -> int:
    query = select(func.count()).where(ApiToken.team_id == team_id, ApiToken.revoked_at.is_(None))
    return db.session.scalar(query) or 0
