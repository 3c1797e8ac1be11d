"""A rolling window, as streaming services count calls. How many it turned away is counted for who sets the scene."""

import math
from collections import deque
from datetime import datetime, timedelta
from threading import RLock


class RollingWindow:
    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._taken: deque[datetime] = deque()
        self.refused = 0

    def take(self, now: datetime, calls: int | None, window_seconds: float) -> int | None:
        """None when the call is allowed, else the whole seconds to wait until the next one is.

        A refused call is not counted: who keeps knocking is not locked out for longer.
        """
        if calls is None:
            return None
        with self._lock:
            begin = now - timedelta(seconds=window_seconds)
            while self._taken and self._taken[0] <= begin:
                self._taken.popleft()
            if len(self._taken) < calls:
                self._taken.append(now)
                return None
            self.refused += 1
            oldest = self._taken[0] if self._taken else now
            return max(1, math.ceil((oldest - begin).total_seconds()))

    def reset(self) -> None:
        with self._lock:
            self._taken.clear()
            self.refused = 0


class Windows:
    """One rolling window for each key, as an app's id or a fan's name."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._windows: dict[str, RollingWindow] = {}

    def take(self, key: str, now: datetime, calls: int | None, window_seconds: float) -> int | None:
        """As RollingWindow.take: None, or the whole seconds to wait."""
        with self._lock:
            window = self._windows.setdefault(key, RollingWindow(self._lock))
        return window.take(now, calls, window_seconds)

    @property
    def refused(self) -> int:
        with self._lock:
            return sum(window.refused for window in self._windows.values())

    def reset(self) -> None:
        with self._lock:
            self._windows.clear()
