"""The doorbell: names of jobs, and how one is rung.

Redis holds nothing that matters. A ring that is lost only means that the next tick of the clock finds
the work in the database; a ring too many finds nothing to do.
"""

from __future__ import annotations

import logging

import redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from presave_app.extensions import redis_connection
from presave_app.transaction import after_commit

# In the order in which workers look into them: a long drain must not starve what is short, nor a look the adds.
QUICK_QUEUE_NAME = "presave-quick"
ADD_QUEUE_NAME = "presave-adds"
QUEUE_NAME = "presave"
JOB_TIMEOUT_SECONDS = 180
# Longer than any line of drains: a bell that dies in the queue would always be that of the same service.
_KEEP_SECONDS = 600

ADD_DUE = "jobs.release_day.add_due"
READ_BACK_DUE = "jobs.release_day.read_back_due"
DO_EXTRAS = "jobs.extras.do_due"
REFRESH_DUE = "jobs.token_refresh.refresh_due"
SURROUND_FLIP = "jobs.link_flip.surround_flip"
FIND_LINKS = "jobs.link_flip.find_links"
LOOK_UP_LINKS = "jobs.links.look_up"
LOOK_AHEAD = "jobs.links.look_ahead"
MAKE_CARDS = "jobs.link_cards.make"
SWEEP = "jobs.sweeper.sweep"
HOUSEKEEP = "jobs.housekeeping.housekeep"
WATCH = "jobs.watch.watch"
DELIVER_HOOKS = "jobs.webhooks.deliver"
TEST_CONNECTIONS = "jobs.connection_tests.run_due"
SEND_REMINDERS = "jobs.reminders.send_due"
SEND_LETTERS = "jobs.letters.send_due"
PLAY_REHEARSAL = "jobs.rehearsals.play"
# These go on until nothing is due, or until their seconds are over.
DRAINS = (ADD_DUE, READ_BACK_DUE, REFRESH_DUE, DO_EXTRAS, SEND_REMINDERS, SEND_LETTERS, TEST_CONNECTIONS)
QUICK_JOBS = (SURROUND_FLIP, FIND_LINKS, SWEEP, HOUSEKEEP, WATCH)
# These wait while Redis is away: a catalogue that hangs must not hold up the clock, nor a picture
# that is drawn, nor a stranger's webhook, nor a rehearsal.
PATIENT_JOBS = (LOOK_UP_LINKS, LOOK_AHEAD, MAKE_CARDS, DELIVER_HOOKS, PLAY_REHEARSAL)
ALL_JOBS = (*DRAINS, *QUICK_JOBS, *PATIENT_JOBS)

log = logging.getLogger(__name__)


def make_queues() -> list[Queue]:
    """The queues, in the order in which workers look into them. Only names and ids go through them, as JSON."""
    return [_make_queue(name) for name in (QUICK_QUEUE_NAME, ADD_QUEUE_NAME, QUEUE_NAME)]


def ring(job: str, *ids: str | int) -> bool:
    """Enqueue a job by name; False when Redis can't be reached.

    One that waits for each worker already is not joined by another: so services take turns, one after the other.
    """
    queue = _make_queue(_name_for(job))
    try:
        if _waiting(queue, job, ids) < _useful(queue, job):
            queue.enqueue(
                job,
                *ids,
                job_timeout=JOB_TIMEOUT_SECONDS,
                ttl=_KEEP_SECONDS,
                result_ttl=0,
                failure_ttl=_KEEP_SECONDS,
                description=job,
            )
    except redis.RedisError as fault:
        log.warning("doorbell not rung for %s: %s", job, type(fault).__name__)
        return False
    return True


def _name_for(job: str) -> str:
    if job in QUICK_JOBS:
        return QUICK_QUEUE_NAME
    return ADD_QUEUE_NAME if job == ADD_DUE else QUEUE_NAME


def _waiting(queue: Queue, job: str, ids: tuple[str | int, ...]) -> int:
    return sum(waiting.func_name == job and tuple(waiting.args) == ids for waiting in queue.get_jobs())


def _useful(queue: Queue, job: str) -> int:
    """A drain can be shared by all workers; anything else is done by one of them."""
    return max(1, Worker.count(queue=queue)) if job in DRAINS else 1


def ring_after_commit(job: str, *ids: str | int) -> None:
    """Ring once the open transaction is committed, so that the job finds what was written."""
    after_commit(lambda: ring(job, *ids))


def _make_queue(name: str) -> Queue:
    return Queue(name, connection=redis_connection(), serializer=JSONSerializer)
