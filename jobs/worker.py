"""The worker: imports the app first, then forks for each job.

Of `HerokuWorker`, because a platform sends SIGTERM to every process of a dyno, and a plain RQ worker would let
that kill the job in hand.
"""

from __future__ import annotations

import logging
import signal
from types import FrameType

from rq.serializers import JSONSerializer
from rq.worker import HerokuWorker

from jobs import extras, housekeeping, link_flip, links, release_day, reminders, sweeper, token_refresh, watch
from presave_app import create_app
from presave_app.extensions import current_settings, db, redis_connection
from presave_app.presaves import grants
from presave_app.queue import make_queues
from presave_app.releases import drain
from presave_app.reminders import addresses
from presave_app.transaction import retried

# Imported before the first fork, so that no job pays for it.
JOB_MODULES = (extras, housekeeping, link_flip, links, release_day, reminders, sweeper, token_refresh, watch)
# With RQ's own numbers an idle worker notices a dead one's job after minutes.
_WORKER_TTL_SECONDS = 30
_MAINTENANCE_SECONDS = 10

log = logging.getLogger(__name__)


class PatientWorker(HerokuWorker):
    """Told to leave, its job claims no more at once, and has the time that its last calls may take."""

    # The platform kills after 30 seconds; a call takes 20 at the most, and its outcome has to be written.
    imminent_shutdown_delay = 25

    def request_stop_sigrtmin(self, signum: int, frame: FrameType | None) -> None:
        """Called in the process that does the job."""
        drain.leave()
        super().request_stop_sigrtmin(signum, frame)  # pyright: ignore[reportUnknownMemberType]

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """A platform says SIGTERM as often as it likes, and has SIGKILL for its last word; a person means it."""
        if signum != signal.SIGTERM:
            super().request_force_stop(signum, frame)


class KeysMissing(SystemExit):
    """The key ring lacks a key that stored tokens are sealed under."""


def make_worker() -> PatientWorker:
    """A worker on our queues. Job descriptions stay out of the log: names and ids are enough."""
    return PatientWorker(
        make_queues(),
        connection=redis_connection(),
        serializer=JSONSerializer,
        worker_ttl=_WORKER_TTL_SECONDS,
        maintenance_interval=_MAINTENANCE_SECONDS,
        log_job_description=False,
    )


def main() -> None:
    """Work until told to stop."""
    check_keys()
    # Said at every idle stop, where it sounds like a fault.
    logging.getLogger("rq.worker").addFilter(lambda record: "no horse found" not in record.getMessage())
    # A forked job must not share its parent's connections.
    db.session.remove()
    db.engine.dispose()
    make_worker().work(logging_level="WARNING")


def check_keys() -> None:
    """Refuse to start without a key that some grant or reminder needs: its fans would be let down."""
    in_use = retried(lambda _: grants.key_ids_in_use() | addresses.key_ids_in_use())
    missing = in_use - set(current_settings().token_keys.keys)
    if missing:
        raise KeysMissing(f"TOKEN_KEYS lacks keys that are in use: {', '.join(sorted(missing))}")


if __name__ == "__main__":
    with create_app().app_context():
        main()
