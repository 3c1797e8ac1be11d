"""A fan's own second try: what the service refused is asked of it once more, by the permission that is there."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.presaves.states import DEADLINE_DAYS

_CAN = """
    p.state = 'failed' AND p.due_at > now() - make_interval(days => :days)
    AND EXISTS (SELECT 1 FROM fan_grant g WHERE g.id = p.grant_id AND g.state = 'active')
"""


def can_try_again(session: Session, pre_save_id: UUID) -> bool:
    """Whether it may be tried once more without a new sign-in."""
    found = session.execute(text(f"SELECT 1 FROM pre_save p WHERE p.id = :id AND {_CAN}"), _values(pre_save_id))  # noqa: S608
    return found.one_or_none() is not None


def try_again(session: Session, pre_save_id: UUID) -> bool:
    """Let it be tried once more, right away; False when it can't be. Call inside a transaction."""
    moved = session.execute(
        text(f"""
            UPDATE pre_save p SET state = 'armed', reason = 'tried_again', tries = 0, refusals = 0, next_at = p.due_at
            WHERE p.id = :id AND {_CAN} RETURNING p.id
        """),  # noqa: S608 - the constant above
        _values(pre_save_id),
    ).one_or_none()
    if moved is None:
        return False
    refused = text("UPDATE action SET state = 'todo' WHERE pre_save_id = :id AND state = 'refused'")
    session.execute(refused, _values(pre_save_id))
    return True


def _values(pre_save_id: UUID) -> dict[str, object]:
    return {"id": pre_save_id, "days": DEADLINE_DAYS}
