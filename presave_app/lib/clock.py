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
# When the wall clock has run that much more or less than the monotonic one, it has jumped, or the machine slept.
_JUMP_SECONDS = 1.0

# In seconds.
_offset = 0.0
# When the offset was measured, by the monotonic clock and by the wall clock.
_measured_at: tuple[float, datetime] | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC) + timedelta(seconds=_offset)


def seconds() -> float:
    """The present moment in seconds since 1970, for who asks too often to make a `datetime` of it."""
    return time.time() + _offset


def keep_in_step(read_database_time: Callable[[], datetime]) -> None:
    """Measure the offset to the database's clock: once in `MEASURE_EVERY_SECONDS`, and after every jump."""
    global _offset, _measured_at
    if _measured_at is not None and _is_still_good(*_measured_at):
        return
    before = datetime.now(UTC)
    database_time = read_database_time()
    after = datetime.now(UTC)
    _offset = (database_time - (before + (after - before) / 2)).total_seconds()
    _measured_at = time.monotonic(), after


def _is_still_good(monotonic_then: float, wall_then: datetime) -> bool:
    elapsed = time.monotonic() - monotonic_then
    jumped = (datetime.now(UTC) - wall_then).total_seconds() - elapsed
    return elapsed < MEASURE_EVERY_SECONDS and abs(jumped) < _JUMP_SECONDS
