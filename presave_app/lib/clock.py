"""The time, in step with the database.

Rules that decide something live in SQL and use the database's own clock. What Python shows or compares
uses `now()`: the wall clock of this machine plus the offset to the database measured last, so that a
machine whose clock is wrong neither turns a page early nor late.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

MEASURE_EVERY_SECONDS = 30.0

_offset = timedelta(0)
_measured_at: float | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC) + _offset


def keep_in_step(read_database_time: Callable[[], datetime]) -> None:
    """Measure the offset to the database's clock, at most once in `MEASURE_EVERY_SECONDS`."""
    global _offset, _measured_at
    if _measured_at is not None and time.monotonic() - _measured_at < MEASURE_EVERY_SECONDS:
        return
    before = datetime.now(UTC)
    database_time = read_database_time()
    after = datetime.now(UTC)
    _offset = database_time - (before + (after - before) / 2)
    _measured_at = time.monotonic()
