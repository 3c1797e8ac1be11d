"""Grants: the only place where a fan's tokens are sealed, opened and erased."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from presave_app.extensions import current_settings, db
from presave_app.lib.tokens import pseudonym
from presave_app.lib.vault import VaultError
from presave_app.presaves.states import DEADLINE_DAYS, GrantId
from presave_app.streaming.connector import Tokens
from presave_app.streaming.errors import NeedsReauth

log = logging.getLogger(__name__)

# An access token that dies within this time is renewed first.
FRESH_SECONDS = 120
# While one worker asks for new tokens nobody else does. Longer than a call's deadline.
REFRESH_LEASE_SECONDS = 30


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


def account_key(service: str, account_id: str) -> str:
    """The pseudonym under which a fan's account is stored: equality is needed, the account id is not."""
    return pseudonym(current_settings().account_pepper, f"account:{service}", account_id)


def upsert(session: Session, service: str, key: str, tokens: Tokens, grant_life: timedelta | None) -> GrantId:
    """Store a new consent's tokens: one grant for each account, the newest tokens win.

    Raises NeedsReauth when the service gave no refresh token: such a permission would not last to the day.
    """
    if tokens.refresh_token is None:
        raise NeedsReauth("no_lasting_permission")
    row = session.execute(
        text("""
            INSERT INTO fan_grant (id, service, account_key, scopes, granted_at)
            VALUES (:id, :service, :key, :scopes, now())
            ON CONFLICT (service, account_key) DO UPDATE SET
              refresh_version = fan_grant.refresh_version + 1, refresh_epoch = fan_grant.refresh_epoch + 1,
              refresh_until = NULL, refused_at = NULL, state = 'active', scopes = excluded.scopes,
              granted_at = now()
            RETURNING id
        """),
        {"id": uuid4(), "service": service, "key": key, "scopes": list(tokens.scopes)},
    ).one()
    grant_id = GrantId(row.id)
    session.execute(
        text("UPDATE fan_grant SET hard_expires_at = granted_at + CAST(:life AS interval) WHERE id = :id"),
        {"life": grant_life, "id": grant_id},
    )
    _store(session, grant_id, service, tokens, tokens.refresh_token)
    return grant_id


def take_turn(
    session: Session, grant_id: GrantId, stale_token: str | None = None
) -> FreshToken | BeingRefreshed | RefreshTurn:
    """What to do for an access token: use it, wait, or renew it. Call in a transaction of its own.

    `stale_token` is one that the service no longer took: then only a different one counts as fresh.
    Raises NeedsReauth when there is nothing left to renew.
    """
    row = session.execute(
        text("""
            SELECT *, access_expires_at > clock_timestamp() + make_interval(secs => :fresh) AS is_fresh,
                   refresh_until > clock_timestamp() AS is_taken
            FROM fan_grant WHERE id = :id FOR UPDATE
        """),
        {"id": grant_id, "fresh": FRESH_SECONDS},
    ).one()
    if row.state != "active" or row.refresh_token_sealed is None:
        raise NeedsReauth("grant_revoked" if row.state == "dead" else "grant_expired")
    if row.is_fresh and (access_token := _open(row, "access_token_sealed")) != stale_token:
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
        _store(session, turn.grant_id, turn.service, tokens, tokens.refresh_token or turn.refresh_token)
    return held is not None


def note_refusal(session: Session, turn: RefreshTurn, confirm_after_seconds: int) -> bool:
    """Note that the service refused to renew; True when that is confirmed and the grant is dead.

    The first refusal may be a race with another consumer of the same token, so a second one, at least
    `confirm_after_seconds` later and for the same tokens, has to confirm it.
    """
    row = session.execute(
        text("""
            SELECT refresh_version, refused_at,
                   refused_at < clock_timestamp() - make_interval(secs => :wait) AS is_confirmed
            FROM fan_grant WHERE id = :id FOR UPDATE
        """),
        {"id": turn.grant_id, "wait": confirm_after_seconds},
    ).one()
    if row.refresh_version != turn.version:
        return False
    if row.is_confirmed:
        _erase(session, [turn.grant_id], "dead")
        return True
    session.execute(
        text("""
            UPDATE fan_grant SET refused_at = coalesce(refused_at, clock_timestamp()) WHERE id = :id
        """),
        {"id": turn.grant_id},
    )
    return False


def erase_unneeded(session: Session, grant_ids: Sequence[UUID]) -> None:
    """Erase the tokens of those grants that no open pre-save and no planned read-back needs.

    What failed counts as open until its deadline: a person may have it tried again.
    """
    # Two statements: a consent that comes in while we wait for the lock is seen only by the second one.
    ids = {"ids": sorted(grant_ids), "days": DEADLINE_DAYS}
    session.execute(text("SELECT 1 FROM fan_grant WHERE id = ANY(:ids) ORDER BY id FOR UPDATE"), ids)
    unneeded = (
        session.execute(
            text("""
            SELECT g.id FROM fan_grant g WHERE g.id = ANY(:ids) AND g.state = 'active' AND NOT EXISTS (
              SELECT 1 FROM pre_save p WHERE p.grant_id = g.id
              AND (p.state IN ('armed', 'claimed', 'needs_reauth') OR p.read_back_at IS NOT NULL
                   OR (p.state = 'failed' AND p.due_at > now() - make_interval(days => :days))))
        """),
            ids,
        )
        .scalars()
        .all()
    )
    _erase(session, unneeded, "erased")


def mark_dead(session: Session, grant_id: UUID, *, only_if_over: bool = False) -> None:
    """A grant that has no more use, or only if its service's own end has come; an ended one stays as it is."""
    is_meant = text("""
        SELECT 1 FROM fan_grant WHERE id = :id AND state = 'active' AND (NOT :only_if_over OR hard_expires_at < now())
        FOR UPDATE
    """)
    if session.execute(is_meant, {"id": grant_id, "only_if_over": only_if_over}).one_or_none():
        _erase(session, [grant_id], "dead")


def erase(session: Session, grant_id: UUID) -> None:
    """Erase a grant's tokens, whoever would still need them."""
    _erase(session, [grant_id], "erased")


def seal(grant_id: UUID, service: str, access_token: str, refresh_token: str) -> dict[str, Any]:
    """What a grant's row holds of its tokens: both sealed anew, so that `key_id` is true for the whole row."""
    ring = current_settings().token_keys
    secrets = {"access_token_sealed": access_token, "refresh_token_sealed": refresh_token}
    sealed = {column: ring.seal(secret, _place(grant_id, column, service)) for column, secret in secrets.items()}
    return {**sealed, "key_id": ring.sealing_key_id}


def reseal(session: Session, batch: int, after: UUID) -> tuple[UUID | None, int]:
    """Seal the next grants after the id `after` again under the first key.

    Returns the last id looked at (None at the end) and how many were sealed. A row that can't be opened is
    left as it is: its fan will be asked to sign in again.
    """
    ring = current_settings().token_keys
    rows = session.execute(
        text("""
            SELECT * FROM fan_grant WHERE key_id <> :key AND refresh_token_sealed IS NOT NULL AND id > :after
            ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
        """),
        {"key": ring.sealing_key_id, "batch": batch, "after": after},
    ).all()
    return (rows[-1].id if rows else None), sum(_reseal_row(session, row) for row in rows)


def _reseal_row(session: Session, row: Row[Any]) -> bool:
    ring = current_settings().token_keys
    columns = [column for column in _TOKEN_COLUMNS if getattr(row, column) is not None]
    try:
        sealed = {c: ring.seal(_open(row, c), _place(row.id, c, row.service)) for c in columns}
    except NeedsReauth:
        log.warning("grant %s can't be opened with the keys at hand", row.id)
        return False
    _write(session, row.id, {**sealed, "key_id": ring.sealing_key_id})
    return True


def key_ids_in_use() -> set[str]:
    """The ids of all keys that some grant is sealed under."""
    return set(db.session.execute(text("SELECT DISTINCT key_id FROM fan_grant WHERE key_id IS NOT NULL")).scalars())


_TOKEN_COLUMNS = ("access_token_sealed", "refresh_token_sealed")


def _begin_turn(session: Session, row: Row[Any]) -> RefreshTurn:
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
        refresh_token=_open(row, "refresh_token_sealed"),
    )


def _store(session: Session, grant_id: GrantId, service: str, tokens: Tokens, refresh_token: str) -> None:
    sealed = seal(grant_id, service, tokens.access_token, refresh_token)
    expiry = timedelta(seconds=tokens.expires_in_seconds)
    now: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    _write(session, grant_id, {**sealed, "access_expires_at": now + expiry})


def _write(session: Session, grant_id: UUID, values: dict[str, Any]) -> None:
    assignments = ", ".join(f"{column} = :{column}" for column in values)
    session.execute(text(f"UPDATE fan_grant SET {assignments} WHERE id = :id"), {**values, "id": grant_id})  # noqa: S608


def _open(row: Row[Any], column: str) -> str:
    """Open a sealed token; one that can't be opened leaves only a new sign-in."""
    try:
        return current_settings().token_keys.open(getattr(row, column), _place(row.id, column, row.service))
    except VaultError as fault:
        raise NeedsReauth("sign_in_broken") from fault


def _place(grant_id: UUID, column: str, service: str) -> str:
    return f"fan_grant:{grant_id}:{column}:{service}"


def _erase(session: Session, grant_ids: Sequence[UUID], state: str) -> None:
    session.execute(
        text("""
            UPDATE fan_grant SET state = :state, access_token_sealed = NULL, refresh_token_sealed = NULL,
                key_id = NULL, access_expires_at = NULL, refresh_until = NULL,
                refresh_epoch = refresh_epoch + 1
            WHERE id = ANY(:ids)
        """),
        {"ids": list(grant_ids), "state": state},
    )
