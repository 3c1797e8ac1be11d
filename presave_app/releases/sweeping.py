"""Sweeping: what has run out of time is ended, visibly; what is no longer needed is removed."""

from __future__ import annotations

from sqlalchemy import text

from presave_app.presaves import flows, grants
from presave_app.presaves.states import DEADLINE_DAYS
from presave_app.transaction import transaction


def expire_overdue() -> int:
    """End pre-saves that could not be added within their two weeks, and erase their tokens; returns how many."""
    with transaction() as session:
        rows = session.execute(
            text("""
                UPDATE pre_save SET state = 'expired', reason = 'too_late', lease_until = NULL
                WHERE due_at < now() - make_interval(days => :days)
                  AND (state IN ('armed', 'needs_reauth') OR (state = 'claimed' AND lease_until < now()))
                RETURNING grant_id
            """),
            {"days": DEADLINE_DAYS},
        ).all()
        grants.erase_unneeded(session, list({row.grant_id for row in rows}))
    return len(rows)


def need_reauth_of_old_grants() -> int:
    """Show the pre-saves whose permission has passed its service's own end; returns how many."""
    with transaction() as session:
        rows = session.execute(
            text("""
                UPDATE pre_save p SET state = 'needs_reauth', reason = 'grant_expired' FROM fan_grant g
                WHERE g.id = p.grant_id AND g.hard_expires_at < now() AND p.state = 'armed' RETURNING p.id
            """)
        ).all()
    return len(rows)


def forget_old_sign_ins() -> None:
    """Remove sign-ins of fans and of members that ended some time ago."""
    with transaction() as session:
        flows.forget_old(session)
        session.execute(text("DELETE FROM sign_in_link WHERE expires_at < now() - interval '30 days'"))
        session.execute(text("DELETE FROM login_session WHERE expires_at < now() - interval '30 days'"))
