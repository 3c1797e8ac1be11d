"""What a storm shall be like, and what has to be remembered of it for the counting."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

# Every "too many requests" of a storm asks for the same pause, so that the counting knows how long each lasts.
PAUSE_SECONDS = 2
# No answer of the twin is held back for longer, so after a little more nothing of a dead caller is under way.
LONGEST_DELAY_SECONDS = 1.0
QUIET_SECONDS = LONGEST_DELAY_SECONDS + 0.5
# A claim's lease is 90 seconds: a worker frozen for this long wakes up in somebody else's time.
FREEZE_SECONDS = 95.0


@dataclass(frozen=True)
class Plan:
    """The size of a storm. It lasts at least so long and until so many processes were killed."""

    fans: int = 2000
    kills: int = 100
    seconds: float = 200.0
    seed: int = 1

    @property
    def calls_per_second(self) -> float:
        """So slow that the wave is still under way for most of the storm."""
        return max(8.0, 2 * self.fans / self.seconds)

    @property
    def command(self) -> str:
        """How to let the same storm blow again."""
        return f"bin/chaos --fans {self.fans} --kills {self.kills} --seconds {self.seconds:g} --seed {self.seed}"


@dataclass
class Crowd:
    """The fans by their lot; every name is one at the twin. `pages` are the secrets of their own pages."""

    slugs: dict[str, str] = field(default_factory=dict[str, str])
    leaving: list[str] = field(default_factory=list[str])
    revoked: set[str] = field(default_factory=set[str])
    broken: set[str] = field(default_factory=set[str])
    pages: dict[str, str] = field(default_factory=dict[str, str])
    canaries: set[str] = field(default_factory=set[str])


@dataclass
class Diary:
    """What happened during the storm, as far as the counting needs it."""

    injected: Counter[str] = field(default_factory=Counter[str])
    kills: int = 0
    # When a fan was told "You're in" or "Cancelled": from then on we are bound.
    told_accepted: dict[str, str] = field(default_factory=dict[str, str])
    told_cancelled: set[str] = field(default_factory=set[str])
    # When the gate was seen shut, and until when it said it would be.
    seen_shut: list[tuple[datetime, datetime]] = field(default_factory=list[tuple[datetime, datetime]])
    # A process that was stopped sends what it had in hand when it wakes.
    woke_at: list[datetime] = field(default_factory=list[datetime])
    # When a process or the database was hit: who was told to pause then may have died with it.
    blows: list[datetime] = field(default_factory=list[datetime])
    healed_at: datetime | None = None
    redis_dumps: list[bytes] = field(default_factory=list[bytes])
