"""Retention: what was kept as proof is forgotten after two years, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.orm import Session

from presave_app.presaves import forgetting
from presave_app.reminders import forgetting as reminders
from presave_app.transaction import transaction

# What was agreed to and what came of it, as proof (Art. 7(1) GDPR).
KEPT_MONTHS = 24
_BATCH = 500

_OLD_PRE_SAVES = text("""
    SELECT p.id, p.grant_id FROM consent c JOIN pre_save p ON p.consent_id = c.id
    WHERE c.wording_version <> 'nobody' AND c.given_at < now() - make_interval(months => :months)
      AND p.due_at < now() - make_interval(months => :months)
      AND p.read_back_at IS NULL AND p.state IN ('done', 'withdrawn', 'expired', 'failed')
    ORDER BY c.given_at LIMIT :batch FOR UPDATE OF p SKIP LOCKED
""")

# The notice of a pre-save goes with it. What is nobody's and withdrawn has held a mailbox's pseudonym for a day.
_OLD_REMINDERS = text("""
    SELECT id FROM reminder WHERE pre_save_id IS NULL AND (
      (mine_hash NOT LIKE 'nobody:%' AND greatest(created_at, due_at) < now() - make_interval(months => :months))
      OR (mine_hash LIKE 'nobody:%' AND withdrawn_at < now() - interval '2 days'))
    ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
""")

# Agreed to anew later on, so that no pre-save leads to it.
_OLD_CONSENTS = text("""
    WITH old AS MATERIALIZED (
      SELECT c.id FROM consent c WHERE c.given_at < now() - make_interval(months => :months)
        AND NOT EXISTS (SELECT 1 FROM pre_save p WHERE p.consent_id = c.id) LIMIT :batch)
    DELETE FROM consent c USING old WHERE c.id = old.id RETURNING c.id
""")


def forget_old() -> int:
    """Forget what is older than it may be kept; returns how much."""
    return sum(_all_of(batch) for batch in (_forget_pre_saves, _forget_reminders, _forget_consents))


def _all_of(batch: Callable[[Session], int]) -> int:
    total = 0
    while True:
        with transaction() as session:
            done = batch(session)
        total += done
        if done < _BATCH:
            return total


def _forget_pre_saves(session: Session) -> int:
    rows = session.execute(_OLD_PRE_SAVES, _LIMITS).all()
    forgetting.forget(session, [row.id for row in rows], list({row.grant_id for row in rows}))
    return len(rows)


def _forget_reminders(session: Session) -> int:
    ids = session.execute(_OLD_REMINDERS, _LIMITS).scalars().all()
    reminders.forget(session, ids)
    return len(ids)


def _forget_consents(session: Session) -> int:
    return len(session.execute(_OLD_CONSENTS, _LIMITS).all())


_LIMITS = {"months": KEPT_MONTHS, "batch": _BATCH}
