"""Addresses for reminders, of mailboxes and of browsers: the only place where they are sealed and opened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.extensions import current_settings, db
from presave_app.lib.tokens import pseudonym
from presave_app.lib.vault import VaultError

# Whether two ways lead to the same place has to be known only so long as something is sent there.
ERASED = "address_sealed = NULL, key_id = NULL, lease_until = NULL, next_at = NULL"


def seal(way_id: UUID, address: str) -> dict[str, Any]:
    """What a way's row holds of its address."""
    ring = current_settings().token_keys
    return {"address_sealed": ring.seal(address, _place(way_id)), "key_id": ring.sealing_key_id}


def open_address(way_id: UUID, sealed: bytes) -> str:
    """The address of a way, for the moment of its use; raises VaultError."""
    return current_settings().token_keys.open(sealed, _place(way_id))


def address_hash(kind: str, address: str) -> str:
    """The pseudonym of an address: whether two are the same is needed, the address is not."""
    return pseudonym(current_settings().account_pepper, f"reminder:{kind}", address)


def reseal(session: Session, batch: int, after: UUID) -> tuple[UUID | None, int]:
    """Seal the next addresses after the id `after` again under the first key.

    Returns the last id looked at (None at the end) and how many were sealed.
    """
    rows = session.execute(
        text("""
            SELECT id, address_sealed FROM reminder_way
            WHERE key_id <> :key AND id > :after ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
        """),
        {"key": current_settings().token_keys.sealing_key_id, "batch": batch, "after": after},
    ).all()
    return (rows[-1].id if rows else None), sum(_reseal_row(session, row.id, row.address_sealed) for row in rows)


def key_ids_in_use() -> set[str]:
    """The ids of all keys that some address is sealed under."""
    return set(db.session.execute(text("SELECT DISTINCT key_id FROM reminder_way WHERE key_id IS NOT NULL")).scalars())


def _reseal_row(session: Session, way_id: UUID, sealed: bytes) -> bool:
    try:
        address = open_address(way_id, sealed)
    except VaultError:
        return False
    session.execute(
        text("UPDATE reminder_way SET address_sealed = :address_sealed, key_id = :key_id WHERE id = :id"),
        {**seal(way_id, address), "id": way_id},
    )
    return True


def _place(way_id: UUID) -> str:
    return f"reminder_way:{way_id}:address_sealed"
