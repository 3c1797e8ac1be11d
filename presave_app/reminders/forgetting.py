"""Forgetting reminders: what is kept of one goes, and where it was counted a number stays that is nobody's."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.reminders.addresses import ERASED
from presave_app.reminders.taking import ONE_CONFIRMATION_HOURS

# One new row for each, with one way that says no more than that there was a reminder and what came of it.
_NUMBER = text("""
    WITH counted AS MATERIALIZED (
      SELECT r.*, gen_random_uuid() AS new_id, w.kind, w.state FROM reminder r
      JOIN LATERAL (
        SELECT kind, state FROM reminder_way w WHERE w.reminder_id = r.id
          AND w.confirmed_at IS NOT NULL AND w.state IN ('sent', 'failed', 'expired')
        ORDER BY w.created_at LIMIT 1) w ON true
      WHERE r.id = ANY(:ids) AND r.pre_save_id IS NULL AND r.withdrawn_at IS NULL),
    number AS (
      INSERT INTO reminder (id, campaign_id, service, mine_hash, due_at, reason, created_at)
      SELECT new_id, campaign_id, service, 'nobody:' || gen_random_uuid(), date_trunc('day', due_at), reason,
        date_trunc('day', created_at) FROM counted RETURNING id)
    INSERT INTO reminder_way (id, reminder_id, kind, state, created_at, confirmed_at)
    SELECT gen_random_uuid(), new_id, kind, state, date_trunc('day', created_at), date_trunc('day', created_at)
    FROM counted WHERE new_id IN (SELECT id FROM number)
""")

# The pseudonym of a mailbox that has not answered stays for its day, or erasing would be a way to have it asked again
# and again. It hangs on a row of its own that leads nowhere.
_HELD = text(f"""
    WITH asked AS MATERIALIZED (
      SELECT w.id AS way_id, r.campaign_id, r.service, gen_random_uuid() AS new_id
      FROM reminder_way w JOIN reminder r ON r.id = w.reminder_id
      WHERE r.id = ANY(:ids) AND w.confirmed_at IS NULL AND w.address_hash IS NOT NULL
        AND w.created_at > now() - make_interval(hours => :hours)),
    held AS (
      INSERT INTO reminder (id, campaign_id, service, mine_hash, due_at, reason, withdrawn_at)
      SELECT new_id, campaign_id, service, 'nobody:' || gen_random_uuid(), now(), 'service_reminds', now()
      FROM asked RETURNING id)
    UPDATE reminder_way w SET id = gen_random_uuid(), reminder_id = asked.new_id, state = 'withdrawn',
      reason = 'erased', confirm_hash = 'nobody:' || gen_random_uuid(), {ERASED}
    FROM asked WHERE w.id = asked.way_id AND asked.new_id IN (SELECT id FROM held)
""")  # noqa: S608 - a constant of this package


def forget(session: Session, reminder_ids: Sequence[UUID]) -> None:
    """Forget reminders with all their ways and addresses. Call inside a transaction.

    One whose way is still open or was taken back is deleted, and counts no more.
    """
    ids = {"ids": sorted(reminder_ids), "hours": ONE_CONFIRMATION_HOURS}
    # Everybody locks a reminder before its ways.
    session.execute(text("SELECT 1 FROM reminder WHERE id = ANY(:ids) ORDER BY id FOR UPDATE"), ids)
    session.execute(_NUMBER, ids)
    session.execute(_HELD, ids)
    session.execute(text("DELETE FROM reminder_way WHERE reminder_id = ANY(:ids)"), ids)
    session.execute(text("DELETE FROM reminder WHERE id = ANY(:ids)"), ids)
