"""One whole release day, from the seeding to the last add, and what was seen of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.errors import LaunchError

from bench.fans import add_fans, let_release_come, open_release
from bench.installation import Installation
from bench.oracle import count_open, find_faults
from bench.plain_loop import run_plain_loop
from bench.proc import PeakMemory
from bench.twin_process import Limits, Report, running_twin
from bench.usage import Usage, read_usage
from bench.waiting import follow

# A pause of the whole gate lasts a second or a minute; who is silent for longer has stopped.
PATIENCE_SECONDS = 75.0
_LEAST_LEAD_SECONDS = 4.0
# Moving the release means writing every fan's row, before the moment.
_FANS_MOVED_PER_SECOND = 5000
_EVEN_SECONDS = 0.5


@dataclass(frozen=True)
class Plan:
    """How many fans and workers, and what the service allows."""

    fans: int
    workers: int
    limits: Limits

    def __str__(self) -> str:
        return f"{self.fans:,} fans, {self.workers} worker{'s' if self.workers > 1 else ''}"


@dataclass(frozen=True)
class Day:
    """What was measured. `faults` are by name and number, none after a good day."""

    plan: Plan
    moment: float
    report: Report
    usage: Usage
    peak_megabytes: float
    faults: Mapping[str, int]

    @property
    def add_times(self) -> list[float]:
        """When each fan got the release; an add that was made again is counted once."""
        first: dict[int, float] = {}
        for add in self.report.adds:
            first.setdefault(add.fan, add.at)
        return list(first.values())


def live_through(installation: Installation, plan: Plan, tell: Callable[[str], None]) -> Day:
    """Seed, let the release come, wait until the last fan has it or nothing happens any more."""
    installation.empty()
    campaign_id = open_release()
    add_fans(campaign_id, plan.fans)
    with running_twin(plan.limits) as twin, installation.running(plan.workers, twin, plan.limits) as workers:
        moment = let_release_come(campaign_id, _LEAST_LEAD_SECONDS + plan.fans / _FANS_MOVED_PER_SECOND)
        tell(f"{plan}: the release comes in {moment - time.time():.0f} s")
        _sleep_until(moment - _EVEN_SECONDS)
        before = read_usage(workers)
        with PeakMemory(workers) as peak:
            follow(twin.count_fans, plan.fans, PATIENCE_SECONDS)
        usage = read_usage(workers) - before
        # The last answers are still on their way, and what came of them has to be written down.
        follow(lambda: -count_open(), 0, PATIENCE_SECONDS)
        report = twin.report()
    return Day(plan, moment, report, usage, peak.megabytes, find_faults(report, plan.fans, moment))


def loop_through(installation: Installation, fans: int, limits: Limits) -> Report:
    """The plain loop over as many fans, with all of the service to itself."""
    installation.empty()
    add_fans(open_release(), fans)
    with running_twin(limits) as twin:
        run_plain_loop(twin)
        return twin.report()


def _sleep_until(moment: float) -> None:
    seconds = moment - time.time()
    if seconds <= 0:
        raise LaunchError("This machine was not ready for the release moment: give it fewer fans.")
    time.sleep(seconds)
