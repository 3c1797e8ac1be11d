"""A bucket of request tokens: a call takes some out, time puts them back.

The headers are what developers saw; TIDAL documents the 429 alone. https://github.com/kellnerd/harmony/pull/84
"""

import math
from dataclasses import dataclass
from datetime import datetime
from threading import RLock


@dataclass(frozen=True, slots=True)
class Draw:
    """What a bucket said to a call. `wait_seconds` is None for a call that may go on."""

    capacity: int
    per_second: float
    requested: int
    remaining: int
    wait_seconds: int | None

    def headers(self) -> dict[str, str]:
        return {
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-replenish-rate": f"{self.per_second:g}",
            "x-ratelimit-burst-capacity": str(self.capacity),
            "x-ratelimit-requested-tokens": str(self.requested),
        }


class Buckets:
    """One bucket for each key, full at first. Who is refused loses nothing."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._levels: dict[str, tuple[float, datetime]] = {}
        self.refused = 0

    def draw(self, key: str, now: datetime, requested: int, *, capacity: int, fill_seconds: float) -> Draw:
        """`fill_seconds` is how long an empty bucket takes to fill, not nought; no call needs more than a full one."""
        per_second = capacity / fill_seconds
        needed = min(requested, capacity)
        with self._lock:
            level = self._level(key, now, capacity, per_second)
            may_go = 0 < needed <= level
            left = level - needed if may_go else level
            self._levels[key] = (left, now)
            self.refused += not may_go
        missing = (needed - level) / per_second if per_second else fill_seconds
        return Draw(capacity, per_second, requested, int(left), None if may_go else max(1, math.ceil(missing)))

    def reset(self) -> None:
        with self._lock:
            self._levels.clear()
            self.refused = 0

    def _level(self, key: str, now: datetime, capacity: int, per_second: float) -> float:
        level, at = self._levels.get(key, (float(capacity), now))
        seconds = max(0.0, (now - at).total_seconds())
        return min(float(capacity), level + seconds * per_second)
