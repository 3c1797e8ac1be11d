"""Waiting for something to come true."""

from __future__ import annotations

import time
from collections.abc import Callable

from local.errors import LaunchError


def wait_until(is_so: Callable[[], bool], seconds: float, every: float = 0.1) -> None:
    """Return once it is so; raises LaunchError when it does not come true in time."""
    give_up_at = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > give_up_at:
            raise LaunchError(f"Still not so after {seconds:.0f} seconds: {is_so.__qualname__}")
        time.sleep(every)


def follow(count: Callable[[], int], goal: int, patience_seconds: float, every: float = 0.25) -> int:
    """Watch a count grow to its goal; returns where it is when it has not grown for so long."""
    seen, changed_at = -1, time.monotonic()
    while seen < goal:
        now_seen, now = count(), time.monotonic()
        if now_seen != seen:
            seen, changed_at = now_seen, now
        elif now - changed_at > patience_seconds:
            break
        time.sleep(every)
    return seen
