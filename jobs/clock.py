"""The clock: one plain loop that asks the database what is due and rings. Two of them at once are harmless."""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType
from typing import cast

import redis
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from jobs import watch
from jobs.schedule import Bells
from presave_app import create_app, mail
from presave_app.extensions import db
from presave_app.ops import heartbeats
from presave_app.releases import drain

TICK_SECONDS = 1.0
_LOOK_EVERY_SECONDS = 20.0
_WORKER_IS_MISSED_SECONDS = 60

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
        heartbeats.beat("clock")
        bells.turn()
        _lookout.look(heartbeats.silent_seconds("worker"))
    except (SQLAlchemyError, redis.RedisError):
        log.exception("this turn of the clock failed")
    finally:
        db.session.remove()


class Lookout:
    """Looks around for alarms where no worker does, beside the ticking: a dead mail server must not stop the clock."""

    def __init__(self) -> None:
        self.thread: threading.Thread | None = None
        self._looked_at = 0.0

    def look(self, worker_silent_seconds: int | None) -> bool:
        """Begin a look if it is time for one; says whether it did."""
        is_busy = self.thread is not None and self.thread.is_alive()
        is_due = time.monotonic() - self._looked_at >= _LOOK_EVERY_SECONDS
        if (worker_silent_seconds or 0) < _WORKER_IS_MISSED_SECONDS or is_busy or not is_due:
            return False
        self._looked_at = time.monotonic()
        app = cast(Flask, current_app._get_current_object())  # pyright: ignore
        self.thread = threading.Thread(target=_look_around, args=(app,), daemon=True)
        self.thread.start()
        return True


def _look_around(app: Flask) -> None:
    with app.app_context():
        watch.look_around()


_lookout = Lookout()


if __name__ == "__main__":
    with create_app().app_context():
        main()
