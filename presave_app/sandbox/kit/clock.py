"""The twins' own time: the machine's clock plus a shift, so that an hour or half a year passes at once.

This is the only file of the sandbox that reads the time.
"""

import time
from datetime import UTC, datetime, timedelta


class TwinClock:
    def __init__(self) -> None:
        self.shift_seconds = 0.0

    def now(self) -> datetime:
        return self.unshifted() + timedelta(seconds=self.shift_seconds)

    def unshifted(self) -> datetime:
        """The machine's own time, for what a caller stamps with its clock and signs."""
        return datetime.now(UTC)

    def shift(self, seconds: float) -> None:
        """Moves the twin's time on by `seconds`, or back if negative; shifts add up."""
        self.shift_seconds += seconds

    def reset(self) -> None:
        self.shift_seconds = 0.0


def wait(seconds: float) -> None:
    """Waits in real time, whatever the twins' clocks say."""
    if seconds > 0:
        time.sleep(seconds)


def iso_exact(moment: datetime) -> str:
    """Microseconds are kept: a test for "never early" compares these with the release moment."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def iso_second(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_moment(text: str) -> datetime:
    """Raises ValueError for a time without a zone: what it means would be anybody's guess."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write for example 2026-12-04T00:00:00Z")
    return moment.astimezone(UTC)
