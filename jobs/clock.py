"""The clock: one plain loop that asks the database what is due and rings. Two of them at once are harmless."""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from jobs.schedule import Bells
from presave_app import create_app, mail
from presave_app.extensions import db
from presave_app.releases import drain
from presave_app.transaction import transaction

TICK_SECONDS = 1.0

log = logging.getLogger(__name__)


def main() -> None:
    """Tick until told to stop."""
    leaving = threading.Event()

    def leave(_signal: int, _frame: FrameType | None) -> None:
        leaving.set()
        drain.leave()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    bells = Bells()
    mail.say_when_off()
    log.info("clock is ticking")
    while not leaving.is_set():
        began = time.monotonic()
        tick(bells)
        leaving.wait(max(0.0, TICK_SECONDS - (time.monotonic() - began)))


def tick(bells: Bells) -> None:
    """One turn. A database or a Redis that is away for a moment costs this turn only."""
    try:
        _beat()
        bells.turn()
    except (SQLAlchemyError, redis.RedisError):
        log.exception("this turn of the clock failed")
    finally:
        db.session.remove()


def _beat() -> None:
    with transaction() as session:
        session.execute(
            text("""
                INSERT INTO heartbeat (name, at) VALUES ('clock', now())
                ON CONFLICT (name) DO UPDATE SET at = excluded.at
            """)
        )


if __name__ == "__main__":
    with create_app().app_context():
        main()
