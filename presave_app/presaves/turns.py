"""Turns at renewing a grant's tokens: one worker at a time, and no answer about old tokens overrules new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from presave_app.presaves import grants
from presave_app.presaves.states import GrantId
from presave_app.streaming.connector import Tokens
from presave_app.streaming.errors import NeedsReauth

# An access token that dies within this time is renewed first.
FRESH_SECONDS = 120
# While one worker asks for new tokens nobody else does. Longer than a call's deadline.
REFRESH_LEASE_SECONDS = 30


class Broken(NeedsReauth):
    """There is no refresh token, or none that can be opened. `version` says which tokens these were."""

    def __init__(self, reason: str, version: int) -> None:
        super().__init__(reason)
        self.version = version


@dataclass(frozen=True)
class RefreshTurn:
    """The right to renew a grant's tokens: the epoch proves at the end that the turn was not lost."""

    grant_id: GrantId
    service: str
    epoch: int
    version: int
    refresh_token: str = field(repr=False)


@dataclass(frozen=True)
class FreshToken:
    """An access token that lives long enough for a call."""

    access_token: str = field(repr=False)


@dataclass(frozen=True)
class BeingRefreshed:
    """Somebody else renews this grant right now."""


def find_fresh(session: Session, grant_ids: Sequence[GrantId]) -> dict[GrantId, str]:
    """The access tokens of those grants that can be used as they are. The others need a turn of their own."""
    rows = session.execute(
        text("""
            SELECT * FROM fan_grant WHERE id = ANY(:ids) AND state = 'active' AND access_token_sealed IS NOT NULL
              AND access_expires_at > clock_timestamp() + make_interval(secs => :fresh)
        """),
        {"ids": list(grant_ids), "fresh": FRESH_SECONDS},
    )
    found = ((GrantId(row.id), grants.find_token(row, "access_token_sealed")) for row in rows)
    return {grant_id: token for grant_id, token in found if token is not None}


def take_turn(
    session: Session, grant_id: GrantId, stale_token: str | None = None
) -> FreshToken | BeingRefreshed | RefreshTurn:
    """What to do for an access token: use it, wait, or renew it. Call in a transaction of its own.

    `stale_token` is one that the service no longer took: then only a different one counts as fresh.
    Raises NeedsReauth when the permission is gone, and Broken when it can't be renewed.
    """
    row = session.execute(
        text("""
            SELECT *, access_expires_at > clock_timestamp() + make_interval(secs => :fresh) AS is_fresh,
                   refresh_until > clock_timestamp() AS is_taken
            FROM fan_grant WHERE id = :id FOR UPDATE
        """),
        {"id": grant_id, "fresh": FRESH_SECONDS},
    ).one()
    if row.state != "active" or row.access_token_sealed is None:
        raise NeedsReauth("grant_revoked" if row.state == "dead" else "grant_expired")
    access_token = grants.find_token(row, "access_token_sealed") if row.is_fresh else None
    if access_token not in (None, stale_token):
        return FreshToken(access_token)
    if row.is_taken:
        return BeingRefreshed()
    return _begin_turn(session, row)


def finish_turn(session: Session, turn: RefreshTurn, tokens: Tokens) -> bool:
    """Store renewed tokens, before the first use of the access token; False when the turn was lost."""
    held = session.execute(
        text("""
            UPDATE fan_grant SET refresh_version = refresh_version + 1, refresh_until = NULL, refused_at = NULL
            WHERE id = :id AND refresh_epoch = :epoch AND state = 'active' RETURNING id
        """),
        {"id": turn.grant_id, "epoch": turn.epoch},
    ).one_or_none()
    if held:
        # An answer without a refresh token leaves the old one valid (RFC 6749, section 6).
        grants.store(session, turn.grant_id, turn.service, tokens, tokens.refresh_token or turn.refresh_token)
    return held is not None


def give_back_turn(session: Session, turn: RefreshTurn) -> None:
    """Let somebody else renew the grant: nothing was asked of the service."""
    session.execute(
        text("UPDATE fan_grant SET refresh_until = NULL WHERE id = :id AND refresh_epoch = :epoch"),
        {"id": turn.grant_id, "epoch": turn.epoch},
    )


def note_refusal(session: Session, grant_id: GrantId, version: int, confirm_after_seconds: int) -> bool:
    """Note that the service refused to renew; True when that is confirmed, so that the grant may be given up.

    The first refusal may be a race with another consumer of the same token, so a second one, at least
    `confirm_after_seconds` later and for the same tokens, has to confirm it.
    """
    row = session.execute(
        text("""
            SELECT refresh_version, refused_at,
                   refused_at < clock_timestamp() - make_interval(secs => :wait) AS is_confirmed
            FROM fan_grant WHERE id = :id FOR UPDATE
        """),
        {"id": grant_id, "wait": confirm_after_seconds},
    ).one()
    if row.refresh_version != version:
        return False
    session.execute(
        text("UPDATE fan_grant SET refused_at = coalesce(refused_at, clock_timestamp()) WHERE id = :id"),
        {"id": grant_id},
    )
    return bool(row.is_confirmed)


def _begin_turn(session: Session, row: Row[Any]) -> RefreshTurn:
    if row.refresh_token_sealed is None:
        raise Broken("grant_expired", row.refresh_version)
    refresh_token = grants.find_token(row, "refresh_token_sealed")
    if refresh_token is None:
        raise Broken("sign_in_broken", row.refresh_version)
    session.execute(
        text("""
            UPDATE fan_grant SET refresh_epoch = refresh_epoch + 1,
                refresh_until = clock_timestamp() + make_interval(secs => :lease) WHERE id = :id
        """),
        {"id": row.id, "lease": REFRESH_LEASE_SECONDS},
    )
    return RefreshTurn(
        grant_id=GrantId(row.id),
        service=row.service,
        epoch=row.refresh_epoch + 1,
        version=row.refresh_version,
        refresh_token=refresh_token,
    )
