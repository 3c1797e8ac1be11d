"""Sweeping: what has run out of time is ended, visibly; what is no longer needed is removed."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from presave_app.presaves import flows, grants, mending
from presave_app.presaves.states import DEADLINE_DAYS
from presave_app.transaction import transaction

# How long after the add a look is still tried: the last one is planned a day after it.
LOOKED_FOR_DAYS = 3
_BATCH = 2000


def expire_overdue() -> int:
    """End pre-saves that could not be added within their two weeks, and erase their tokens; returns how many.

    The reason says why: the release was never there, the fan did not come back, or else we ran out of time.
    """
    total = 0
    while expired := _expire_batch():
        total += expired
    return total


def need_reauth_of_old_grants() -> int:
    """Show the pre-saves whose permission has passed its service's own end; returns how many."""
    with transaction() as session:
        old = (
            session.execute(
                text("""
                SELECT g.id FROM fan_grant g WHERE g.hard_expires_at < now() AND g.state = 'active'
                  AND EXISTS (SELECT 1 FROM pre_save p WHERE p.grant_id = g.id AND p.state = 'armed')
                ORDER BY g.id LIMIT :batch
            """),
                {"batch": _BATCH},
            )
            .scalars()
            .all()
        )
    return sum(_end_of_grant(grant_id) for grant_id in old)


def end_stale_looks() -> int:
    """Give up looks that could not be taken for days, and let go of what is kept for them; returns how many."""
    with transaction() as session:
        rows = (
            session.execute(
                text("""
                UPDATE pre_save SET read_back_at = NULL
                WHERE read_back_at IS NOT NULL AND done_at < now() - make_interval(days => :days) RETURNING grant_id
            """),
                {"days": LOOKED_FOR_DAYS},
            )
            .scalars()
            .all()
        )
        grants.erase_unneeded(session, list(set(rows)))
    return len(rows)


def let_go_of_failed() -> None:
    """Erase the tokens of what failed, once nobody may have it tried again."""
    with transaction() as session:
        old = (
            session.execute(
                text("""
                SELECT DISTINCT g.id FROM pre_save p JOIN fan_grant g ON g.id = p.grant_id AND g.state = 'active'
                WHERE p.state = 'failed' AND p.due_at <= now() - make_interval(days => :days) LIMIT :batch
            """),
                {"days": DEADLINE_DAYS, "batch": _BATCH},
            )
            .scalars()
            .all()
        )
        grants.erase_unneeded(session, old)


def _expire_batch() -> int:
    with transaction() as session:
        rows = session.execute(
            text("""
                WITH over AS MATERIALIZED (
                  SELECT id FROM pre_save WHERE due_at < now() - make_interval(days => :days)
                    AND (state IN ('armed', 'needs_reauth') OR (state = 'claimed' AND lease_until < now()))
                  ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED)
                UPDATE pre_save p SET state = 'expired', lease_until = NULL, reason = CASE
                  WHEN p.reason = 'not_in_catalogue' OR NOT EXISTS (
                    SELECT 1 FROM target t WHERE t.campaign_id = p.campaign_id AND t.service = p.service
                      AND t.found_at IS NOT NULL) THEN 'never_in_catalogue'
                  WHEN p.state = 'needs_reauth' THEN 'not_reconnected'
                  ELSE 'too_late' END
                FROM over WHERE p.id = over.id RETURNING p.grant_id
            """),
            {"days": DEADLINE_DAYS, "batch": _BATCH},
        ).all()
        grants.erase_unneeded(session, list({row.grant_id for row in rows}))
    return len(rows)


def _end_of_grant(grant_id: UUID) -> int:
    with transaction() as session:
        grants.mark_dead(session, grant_id, only_if_over=True)
    with transaction() as session:
        return mending.need_reauth(session, grant_id, "grant_expired")


def forget_old_sign_ins() -> None:
    """Remove sign-ins of fans and of members that ended some time ago."""
    with transaction() as session:
        flows.forget_old(session)
        session.execute(text("DELETE FROM sign_in_link WHERE expires_at < now() - interval '30 days'"))
        session.execute(text("DELETE FROM login_session WHERE expires_at < now() - interval '30 days'"))
