"""Telling fans ahead of time: their permission will have ended by the day, and they have asked to be told of such."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.queue import SEND_REMINDERS, ring_after_commit

_ASK = text("""
    UPDATE reminder r SET asked_at = now() FROM pre_save p, fan_grant g
    WHERE r.pre_save_id = p.id AND g.id = p.grant_id AND p.campaign_id = :id AND p.service = ANY(:services)
      AND p.state = 'armed' AND g.state = 'active' AND g.hard_expires_at <= p.due_at AND r.asked_at IS NULL
      AND EXISTS (SELECT 1 FROM reminder_way w WHERE w.reminder_id = r.id AND w.state = 'armed')
    RETURNING r.id
""")


def tell_of_early_ends(session: Session, campaign_id: int, services: Sequence[str]) -> int:
    """Let the notes of those go now whose permission ends before their day, once each; returns how many."""
    asked = session.execute(_ASK, {"id": campaign_id, "services": list(services)}).all()
    ring_after_commit(SEND_REMINDERS)
    return len(asked)
