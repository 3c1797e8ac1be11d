"""What has run out of time is ended, told as what it is, and its address erased."""

from __future__ import annotations

from sqlalchemy import text

from presave_app.reminders.states import CONFIRM_DAYS, DEADLINE_DAYS
from presave_app.transaction import transaction

_ENDINGS = (
    # Whoever wrote ahead has died: the message may have gone out.
    """
    UPDATE reminder_way SET state = 'failed', reason = 'maybe_sent', address_sealed = NULL, key_id = NULL,
      address_hash = NULL, lease_until = NULL, next_at = NULL
    WHERE state = 'sending' AND lease_until < now()
    """,
    """
    UPDATE reminder_way w SET state = 'expired', address_sealed = NULL, key_id = NULL,
      address_hash = NULL, lease_until = NULL, next_at = NULL,
      reason = CASE WHEN r.pre_save_id IS NULL THEN 'too_late' ELSE 'watch_over' END
    FROM reminder r WHERE r.id = w.reminder_id AND w.state = 'armed'
      AND r.due_at < now() - make_interval(days => :deadline) AND (w.lease_until IS NULL OR w.lease_until < now())
    """,
    """
    UPDATE reminder_way w SET state = 'expired', reason = 'not_confirmed', address_sealed = NULL, key_id = NULL,
      lease_until = NULL, next_at = NULL FROM reminder r
    WHERE r.id = w.reminder_id AND w.state = 'unconfirmed' AND (
      w.created_at < now() - make_interval(days => :confirm) OR r.due_at < now() - make_interval(days => :deadline))
    """,
    # The pseudonym of an unanswered address has kept it from being asked again for a day; nobody needs it now.
    """
    UPDATE reminder_way SET address_hash = NULL
    WHERE address_hash IS NOT NULL AND state NOT IN ('unconfirmed', 'armed', 'sending')
      AND created_at < now() - interval '1 day'
    """,
)


def end_overdue() -> None:
    """End what nobody confirmed, nobody could send, or somebody left in the middle of sending."""
    days = {"deadline": DEADLINE_DAYS, "confirm": CONFIRM_DAYS}
    for ending in _ENDINGS:
        with transaction() as session:
            session.execute(text(ending), days)
