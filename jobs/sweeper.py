"""The sweeper: ends what has run out of time, and decides what nobody was there to decide."""

from __future__ import annotations

import logging
from collections.abc import Callable

from presave_app.extensions import db
from presave_app.rehearsals import schema
from presave_app.releases import canaries, guard, sweeping
from presave_app.reminders import ending
from presave_app.streaming.registry import connectors

log = logging.getLogger(__name__)


def sweep() -> int:
    """Do each step, and the others although one fails; returns how many failed."""
    return sum(not _did(step) for step in STEPS)


def _decide_about_crowds() -> None:
    for service in connectors():
        canaries.decide(service)


STEPS: tuple[Callable[[], object], ...] = (
    sweeping.expire_overdue,
    sweeping.need_reauth_of_old_grants,
    sweeping.end_stale_looks,
    sweeping.let_go_of_failed,
    guard.forget_settled,
    ending.end_overdue,
    _decide_about_crowds,
    schema.sweep,
)


def _did(step: Callable[[], object]) -> bool:
    try:
        step()
    except Exception:
        log.exception("sweeping: %s failed", step.__name__)
        db.session.remove()
        return False
    return True
