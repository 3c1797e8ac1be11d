"""Fans with an Apple Account, and libraries that show an add only after a while."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from threading import RLock
from typing import Literal

from presave_app.sandbox.kit.clock import TwinClock
from presave_app.sandbox.kit.fans import Fan, Fans, SavedItem
from presave_app.sandbox.kit.ids import made_up_number

# A share of the longest delay, in thousandths.
SHARES = 1000


@dataclass
class AppleMusicFan(Fan):
    storefront: str = "de"
    subscription: Literal["active", "lower_tier", "none"] = "active"
    privacy_accepted: bool = True


class SlowFans(Fans[AppleMusicFan]):
    """Whoever looks at a library first lets in what has become due since."""

    def __init__(self, lock: RLock, clock: TwinClock) -> None:
        super().__init__(lock, AppleMusicFan)
        self._clock = clock
        self._waiting: list[tuple[datetime, int, AppleMusicFan, str, bool]] = []
        self._numbers = count()

    def save_later(self, fan: AppleMusicFan, ref: str, longest_seconds: float, *, moves_date: bool) -> None:
        """Of one fan and one thing the delay is always the same share of the longest one."""
        share = int(made_up_number(f"delay {fan.name} {ref}")) % SHARES / SHARES
        due = self._clock.now() + timedelta(seconds=longest_seconds * share)
        with self._lock:
            heapq.heappush(self._waiting, (due, next(self._numbers), fan, ref, moves_date))
            self._settle()

    def library_of(self, fan: AppleMusicFan) -> list[SavedItem]:
        self._settle()
        return super().library_of(fan)

    def times_applied(self, ref: str) -> dict[str, int]:
        self._settle()
        return super().times_applied(ref)

    def count_holders(self, ref: str) -> int:
        self._settle()
        return super().count_holders(ref)

    def reset(self) -> None:
        with self._lock:
            super().reset()
            self._waiting.clear()

    def save(self, fan: AppleMusicFan, refs: Iterable[str], now: datetime, *, moves_date: bool = False) -> None:
        with self._lock:
            for ref in refs:
                super().save(fan, [ref], now)
                if moves_date:
                    fan.library[ref].at = now

    def _settle(self) -> None:
        now = self._clock.now()
        with self._lock:
            while self._waiting and self._waiting[0][0] <= now:
                due, _, fan, ref, moves_date = heapq.heappop(self._waiting)
                self.save(fan, [ref], due, moves_date=moves_date)
