"""Grants: the only place where a fan's tokens are sealed, opened and erased. Renewing them is in `turns`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
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

log = logging.getLogger(__name__)


def account_key(service: str, account_id: str) -> str:
    """The pseudonym under which a fan's account is stored: equality is needed, the account id is not."""
    return pseudonym(current_settings().account_pepper, f"account:{service}", account_id)


def upsert(session: Session, service: str, key: str, tokens: Tokens, grant_life: timedelta | None) -> GrantId:
    """Store a new consent's tokens: one grant for each account, the newest tokens win.

    A permission that can't be renewed ends with its access token, else where its service ends it.
    """
    row = session.execute(
        text("""
            INSERT INTO fan_grant (id, service, account_key, scopes, granted_at)
            VALUES (:id, :service, :key, :scopes, now())
            ON CONFLICT (service, account_key) DO UPDATE SET
              refresh_version = fan_grant.refresh_version + 1, refresh_epoch = fan_grant.refresh_epoch + 1,
              refresh_until = NULL, refused_at = NULL, erased_at = NULL, state = 'active',
              scopes = excluded.scopes, granted_at = now()
            RETURNING id
        """),
        {"id": uuid4(), "service": service, "key": key, "scopes": list(tokens.scopes)},
    ).one()
    grant_id = GrantId(row.id)
    lives = [grant_life] if grant_life is not None else []
    if tokens.refresh_token is None:
        lives.append(timedelta(seconds=tokens.expires_in_seconds))
    session.execute(
        text("UPDATE fan_grant SET hard_expires_at = granted_at + CAST(:life AS interval) WHERE id = :id"),
        {"life": min(lives, default=None), "id": grant_id},
    )
    store(session, grant_id, service, tokens, tokens.refresh_token)
    return grant_id


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


def mark_dead(session: Session, grant_id: UUID, *, version: int | None = None, only_if_over: bool = False) -> None:
    """A grant that has no more use; an ended one stays as it is.

    With `version` only while it still has those tokens, with `only_if_over` only if its service's own end has come.
    """
    is_meant = text("""
        SELECT 1 FROM fan_grant WHERE id = :id AND state = 'active' AND (NOT :only_if_over OR hard_expires_at < now())
          AND refresh_version = coalesce(:version, refresh_version)
        FOR UPDATE
    """)
    values = {"id": grant_id, "only_if_over": only_if_over, "version": version}
    if session.execute(is_meant, values).one_or_none():
        _erase(session, [grant_id], "dead")


def erase(session: Session, grant_id: UUID) -> None:
    """Erase a grant's tokens, whoever would still need them."""
    _erase(session, [grant_id], "erased")


def seal(grant_id: UUID, service: str, access_token: str, refresh_token: str | None) -> dict[str, Any]:
    """What a grant's row holds of its tokens: both sealed anew, so that `key_id` is true for the whole row."""
    ring = current_settings().token_keys
    secrets = {"access_token_sealed": access_token, "refresh_token_sealed": refresh_token}
    sealed = {
        column: None if secret is None else ring.seal(secret, _place(grant_id, column, service))
        for column, secret in secrets.items()
    }
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
    except VaultError:
        log.warning("grant %s can't be opened with the keys at hand", row.id)
        return False
    _write(session, row.id, {**sealed, "key_id": ring.sealing_key_id})
    return True


def key_ids_in_use() -> set[str]:
    """The ids of all keys that some grant is sealed under."""
    return set(db.session.execute(text("SELECT DISTINCT key_id FROM fan_grant WHERE key_id IS NOT NULL")).scalars())


_TOKEN_COLUMNS = ("access_token_sealed", "refresh_token_sealed")


def store(session: Session, grant_id: GrantId, service: str, tokens: Tokens, refresh_token: str | None) -> None:
    """Seal a pair of tokens into the grant."""
    sealed = seal(grant_id, service, tokens.access_token, refresh_token)
    expiry = timedelta(seconds=tokens.expires_in_seconds)
    now: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    _write(session, grant_id, {**sealed, "access_expires_at": now + expiry})


def _write(session: Session, grant_id: UUID, values: dict[str, Any]) -> None:
    assignments = ", ".join(f"{column} = :{column}" for column in values)
    session.execute(text(f"UPDATE fan_grant SET {assignments} WHERE id = :id"), {**values, "id": grant_id})  # noqa: S608


def find_token(row: Row[Any], column: str) -> str | None:
    """A sealed token opened, or None when it can't be."""
    try:
        return _open(row, column)
    except VaultError:
        return None


def _open(row: Row[Any], column: str) -> str:
    return current_settings().token_keys.open(getattr(row, column), _place(row.id, column, row.service))


def _place(grant_id: UUID, column: str, service: str) -> str:
    return f"fan_grant:{grant_id}:{column}:{service}"


def _erase(session: Session, grant_ids: Sequence[UUID], state: str) -> None:
    session.execute(
        text("""
            UPDATE fan_grant SET state = :state, access_token_sealed = NULL, refresh_token_sealed = NULL,
                key_id = NULL, access_expires_at = NULL, refresh_until = NULL,
                erased_at = coalesce(erased_at, now()),
                refresh_epoch = refresh_epoch + 1
            WHERE id = ANY(:ids)
        """),
        {"ids": list(grant_ids), "state": state},
    )
