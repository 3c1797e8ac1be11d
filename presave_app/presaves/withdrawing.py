"""A fan's own ending of a pre-save. It wins: after its commit no call for it starts."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.extensions import db
from presave_app.lib.failpoints import reach
from presave_app.presaves import grants


def withdraw(pre_save_id: UUID, reason: str = "fan_withdrew") -> bool:
    """End an open pre-save; False when it had ended before. Call inside a transaction.

    Its tokens are erased with it, unless another pre-save of the same fan needs them.
    """
    session = db.session()
    row = session.execute(
        text("""
            UPDATE pre_save SET state = 'withdrawn', reason = :reason, lease_until = NULL
            WHERE id = :id AND state IN ('armed', 'claimed', 'needs_reauth') RETURNING grant_id, consent_id
        """),
        {"id": pre_save_id, "reason": reason},
    ).one_or_none()
    if row is None:
        return False
    _withdraw_consent(session, row.consent_id)
    reach("in_withdrawal")
    grants.erase_unneeded(session, [row.grant_id])
    return True


def withdraw_all(grant_id: UUID) -> None:
    """End every open pre-save of a grant and erase its tokens, planned read-backs or not. Call inside a transaction."""
    session = db.session()
    session.execute(text("SELECT 1 FROM pre_save WHERE grant_id = :id ORDER BY id FOR UPDATE"), {"id": grant_id})
    _withdraw_each(session, grant_id)
    grants.erase(session, grant_id)
    # Once more under the grant's lock: a pre-save may have come in while we waited for it.
    _withdraw_each(session, grant_id)


def _withdraw_each(session: Session, grant_id: UUID) -> None:
    rows = session.execute(
        text("""
            UPDATE pre_save SET state = 'withdrawn', reason = 'fan_disconnected', lease_until = NULL
            WHERE grant_id = :id AND state IN ('armed', 'claimed', 'needs_reauth') RETURNING consent_id
        """),
        {"id": grant_id},
    ).all()
    for row in rows:
        _withdraw_consent(session, row.consent_id)
    session.execute(text("UPDATE pre_save SET read_back_at = NULL WHERE grant_id = :id"), {"id": grant_id})


def _withdraw_consent(session: Session, consent_id: UUID) -> None:
    session.execute(
        text("UPDATE consent SET withdrawn_at = coalesce(withdrawn_at, now()) WHERE id = :id"),
        {"id": consent_id},
    )
