"""The project's units of a day. The day begins at midnight in California, whatever the season.

https://developers.google.com/youtube/v3/determine_quota_cost
"""

from datetime import date, datetime, time, timedelta
from threading import RLock
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")


class DailyUnits:
    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._day: date | None = None
        self._used = 0

    def take(self, now: datetime, units: int, most: int) -> bool:
        """Whether the day has so many units left; what it has not is not taken."""
        with self._lock:
            if self.used(now) + units > most:
                return False
            self._day = pacific_day(now)
            self._used += units
            return True

    def give_back(self, now: datetime, units: int) -> None:
        with self._lock:
            if self._day == pacific_day(now):
                self._used -= units

    def used(self, now: datetime) -> int:
        with self._lock:
            if self._day != pacific_day(now):
                self._used = 0
            return self._used

    def reset(self) -> None:
        with self._lock:
            self._day, self._used = None, 0


def pacific_day(now: datetime) -> date:
    return now.astimezone(PACIFIC).date()


def next_reset(now: datetime) -> datetime:
    """The next midnight in California."""
    return datetime.combine(pacific_day(now) + timedelta(days=1), time(), PACIFIC)
