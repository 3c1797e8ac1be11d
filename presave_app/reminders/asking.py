"""Telling fans ahead of time: their permission will have ended by the day, and they have asked to be told of such."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.queue import SEND_REMINDERS, ring_after_commit
from presave_app.reminders.due import CAN_GO, sendable

# Only what can be sent as things are: a note that waits for mail or for the page is not on its way.
_ASK = text(f"""
    UPDATE reminder r SET asked_at = now() FROM pre_save p, fan_grant g, campaign k
    WHERE r.pre_save_id = p.id AND g.id = p.grant_id AND k.id = p.campaign_id AND p.campaign_id = :id
      AND p.service = ANY(:services) AND p.service = ANY(:asked) AND p.state = 'armed' AND g.state = 'active'
      AND g.hard_expires_at <= p.due_at AND r.asked_at IS NULL
      AND EXISTS (SELECT 1 FROM reminder_way d WHERE d.reminder_id = r.id AND {CAN_GO})
    RETURNING r.id
""")  # noqa: S608 - a constant of the module that sends them


def tell_of_early_ends(session: Session, campaign_id: int, services: Sequence[str]) -> int:
    """Let the notes of those go now whose permission ends before their day, once each; returns how many."""
    asked = session.execute(_ASK, {"id": campaign_id, "asked": list(services), **sendable()}).all()
    ring_after_commit(SEND_REMINDERS)
    return len(asked)
