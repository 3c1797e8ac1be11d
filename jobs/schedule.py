"""The schedule: which job is rung when. One table; each line asks the database whether there is work."""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from presave_app import queue
from presave_app.api import hook_events
from presave_app.campaigns import link_card
from presave_app.extensions import db
from presave_app.rehearsals import turns
from presave_app.releases import catalogue, extras, link_finding, link_flip, looking_ahead, refreshing, waves
from presave_app.reminders import due as reminders
from presave_app.services import connection_test
from presave_app.streaming.registry import connectors
from presave_app.teams import letters

Ids = tuple[str | int, ...]

_DRAIN_HERE_SECONDS = 4.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    """A job, how often at the most it is rung for the same ids (seconds), and for which ids there is work."""

    job: str
    every_seconds: float
    find_work: Callable[[], Iterable[Ids]]


def _each(services: Iterable[str]) -> Iterable[Ids]:
    return [(service,) for service in services]


SCHEDULE = (
    # First what lets pre-saves be claimed, so that a clock without Redis adds in the same turn.
    Line(queue.FIND_LINKS, 3, lambda: _each(catalogue.find_services_with_missing_links())),
    Line(queue.ADD_DUE, 3, lambda: _each(waves.services_with_due_adds())),
    Line(queue.READ_BACK_DUE, 3, lambda: _each(waves.services_with_due_read_backs())),
    Line(queue.DO_EXTRAS, 3, lambda: _each(extras.services_with_due_extras())),
    Line(queue.SURROUND_FLIP, 3, lambda: [(campaign_id,) for campaign_id in link_flip.find_campaigns_to_flip()]),
    Line(queue.REFRESH_DUE, 10, lambda: _each(s for s in connectors() if refreshing.find_stale(s, 1))),
    Line(queue.LOOK_UP_LINKS, 60, lambda: [(campaign_id,) for campaign_id in link_finding.find_campaigns()]),
    Line(queue.LOOK_AHEAD, 60, lambda: _each(looking_ahead.find_services())),
    Line(queue.MAKE_CARDS, 15, lambda: [(campaign_id,) for campaign_id in link_card.find_campaigns_without_cards()]),
    Line(queue.SEND_REMINDERS, 3, lambda: [()] if reminders.has_work() else []),
    Line(queue.SEND_LETTERS, 3, lambda: [()] if letters.has_work() else []),
    Line(queue.TEST_CONNECTIONS, 3, lambda: [()] if connection_test.has_work() else []),
    Line(queue.DELIVER_HOOKS, 15, lambda: [()] if hook_events.has_work() else []),
    Line(queue.PLAY_REHEARSAL, 3, lambda: [(campaign_id,) for campaign_id in turns.find_waiting()]),
    Line(queue.SWEEP, 60, lambda: [()]),
    Line(queue.HOUSEKEEP, 3600, lambda: [()]),
    # Last, so that a clock without Redis adds before it looks whether the adds are late.
    Line(queue.WATCH, 20, lambda: [()]),
)


@dataclass
class Bells:
    """Rings what is due. Without Redis the work is done right here, so a release goes on without it."""

    _rung_at: dict[tuple[str, Ids], float] = field(default_factory=dict[tuple[str, Ids], float])

    def turn(self) -> int:
        """One round through the schedule; returns how many bells were rung."""
        rung = 0
        for line in SCHEDULE:
            rung += self._turn_line(line)
        return rung

    def _turn_line(self, line: Line) -> int:
        try:
            return sum(self._ring(line, ids) for ids in line.find_work())
        except Exception:
            # One job that fails here must not keep the clock from ringing the others.
            log.exception("this turn of %s failed", line.job)
            db.session.remove()
            return 0

    def _ring(self, line: Line, ids: Ids) -> bool:
        last = self._rung_at.get((line.job, ids))
        if last is not None and time.monotonic() - last < line.every_seconds:
            return False
        if not queue.ring(line.job, *ids):
            if line.job in queue.PATIENT_JOBS:
                return False
            log.warning("Redis is away: doing %s in the clock's own process", line.job)
            run_here(line.job, *ids)
        self._rung_at[line.job, ids] = time.monotonic()
        return True


def run_here(job: str, *ids: str | int) -> object:
    """Run a job by its name in this process, a drain only for a moment: other services wait, and so does a SIGTERM."""
    module, _, function = job.rpartition(".")
    limit = {"seconds": _DRAIN_HERE_SECONDS} if job in queue.DRAINS else {}
    return getattr(importlib.import_module(module), function)(*ids, **limit)
