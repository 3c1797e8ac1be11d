"""The doorbell: names of jobs, and how one is rung.

Redis holds nothing that matters. A ring that is lost only means that the next tick of the clock finds
the work in the database; a ring too many finds nothing to do.
"""

from __future__ import annotations

import logging

import redis
from rq import Queue
from rq.serializers import JSONSerializer

from presave_app.extensions import redis_connection
from presave_app.transaction import after_commit

QUEUE_NAME = "presave"
# Short jobs have a queue of their own, which workers look into first: a long drain must not starve them.
QUICK_QUEUE_NAME = "presave-quick"
JOB_TIMEOUT_SECONDS = 180
_KEEP_SECONDS = 60

ADD_DUE = "jobs.release_day.add_due"
READ_BACK_DUE = "jobs.release_day.read_back_due"
REFRESH_DUE = "jobs.token_refresh.refresh_due"
SURROUND_FLIP = "jobs.link_flip.surround_flip"
FIND_LINKS = "jobs.link_flip.find_links"
SWEEP = "jobs.sweeper.sweep"
HOUSEKEEP = "jobs.housekeeping.housekeep"
# These go on until nothing is due, or until their seconds are over.
DRAINS = (ADD_DUE, READ_BACK_DUE, REFRESH_DUE)
QUICK_JOBS = (SURROUND_FLIP, FIND_LINKS, SWEEP, HOUSEKEEP)
ALL_JOBS = (ADD_DUE, READ_BACK_DUE, REFRESH_DUE, SURROUND_FLIP, FIND_LINKS, SWEEP, HOUSEKEEP)

log = logging.getLogger(__name__)


def make_queues() -> list[Queue]:
    """The queues, in the order in which workers look into them. Only names and ids go through them, as JSON."""
    return [_make_queue(QUICK_QUEUE_NAME), _make_queue(QUEUE_NAME)]


def ring(job: str, *ids: str | int) -> bool:
    """Enqueue a job by name; False when Redis can't be reached."""
    try:
        _make_queue(QUICK_QUEUE_NAME if job in QUICK_JOBS else QUEUE_NAME).enqueue(
            job,
            *ids,
            job_timeout=JOB_TIMEOUT_SECONDS,
            ttl=_KEEP_SECONDS,
            result_ttl=0,
            failure_ttl=_KEEP_SECONDS * 60,
            description=job,
        )
    except redis.RedisError as fault:
        log.warning("doorbell not rung for %s: %s", job, type(fault).__name__)
        return False
    return True


def ring_after_commit(job: str, *ids: str | int) -> None:
    """Ring once the open transaction is committed, so that the job finds what was written."""
    after_commit(lambda: ring(job, *ids))


def _make_queue(name: str) -> Queue:
    return Queue(name, connection=redis_connection(), serializer=JSONSerializer)
