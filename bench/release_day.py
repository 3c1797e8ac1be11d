"""bin/bench release_day: how near a release day comes to what the service allows, on real processes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import suppress
from math import inf

from local.environment import VAR
from local.say import say

from bench.day import Day, Plan, live_through, loop_through
from bench.figures import achieved_share, behind_schedule, busiest_second, lateness
from bench.installation import Installation, open_installation
from bench.table import Row, at_least, at_most, render
from bench.twin_process import Limits, Report

FOLDER = VAR / "bench"
BIG = 100_000
# Memory is compared with that of a day with so few fans.
FEW_FANS = 1_000
LOOP_FANS = 300
_NOISE = (
    "Absolute times belong to this machine and this hour and are mostly noise: "
    "compare the shares and ratios, and those only with others of the same run."
)


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; 1 when a goal is missed or a fan was not served as promised."""
    options = _parser().parse_args(arguments)
    limits = Limits(options.rate, options.latency_ms / 1000, options.window)
    fans = BIG if options.big else options.fans
    with open_installation(FOLDER) as installation:
        return run(installation, limits, fans=fans, workers=options.workers)


def run(
    installation: Installation,
    limits: Limits,
    *,
    fans: int,
    workers: Sequence[int],
    few_fans: int = FEW_FANS,
    loop_fans: int = LOOP_FANS,
) -> int:
    """The plain loop, then for each number of workers a small day and the whole one, with its table."""
    say(f"The plain loop, one fan after the other, over {min(fans, loop_fans):,} fans")
    loop = loop_through(installation, min(fans, loop_fans), limits)
    is_good = True
    for count in workers:
        small = live_through(installation, Plan(min(few_fans, fans // 2), count, limits), say)
        day = live_through(installation, Plan(fans, count, limits), say)
        rows = rows_of(day, small, loop)
        say("\n" + render(_title(day), rows))
        is_good = is_good and all(row.is_met is not False for row in rows)
    say(f"\n{_NOISE}")
    return 0 if is_good else 1


def rows_of(day: Day, small: Day, loop: Report) -> list[Row]:
    """Every figure of a day, the one that matters most first."""
    if not day.report.adds:
        return [Row("adds", "none", "all", is_met=False)]
    return [*_rate_rows(day, loop), *_time_rows(day), *_cost_rows(day, small), *_fault_rows(day, small)]


def _rate_rows(day: Day, loop: Report) -> list[Row]:
    rate, report = day.plan.limits.calls_per_second, day.report
    loop_share = achieved_share([add.at for add in loop.adds], rate)
    refused = report.too_many / report.all_calls
    return [
        at_least("achieved rate / allowed rate", achieved_share(day.add_times, rate), 0.97, "{:.3f}"),
        Row("the plain loop's achieved / allowed", f"{loop_share:.3f}"),
        at_most(f"429s as a share of {report.all_calls:,} calls", refused, 0.001, "{:.3%}"),
        Row("429s", f"{report.too_many:,}"),
        Row("most adds in any second / allowed", f"{busiest_second(day.add_times) / rate:.3f}"),
    ]


def _time_rows(day: Day) -> list[Row]:
    times, rate = day.add_times, day.plan.limits.calls_per_second
    after, behind = lateness(times, day.moment), behind_schedule(times, day.moment, rate)
    return [
        at_most("first add after the moment", min(times) - day.moment, 2.0, "{:.2f} s"),
        *(
            Row(f"{what}: median, 95 %, most", f"{s.median:.2f}, {s.p95:.2f}, {s.most:.2f} s")
            for what, s in (("added after the moment", after), ("behind the ideal schedule", behind))
        ),
    ]


def _cost_rows(day: Day, small: Day) -> list[Row]:
    fans, usage = len(day.add_times), day.usage
    growth = day.peak_megabytes / small.peak_megabytes if small.peak_megabytes else 0.0
    return [
        at_most(f"peak memory / that with {small.plan.fans:,} fans", growth, 1.2, "{:.2f}"),
        Row("peak memory of the largest worker process", f"{day.peak_megabytes:.0f} MB"),
        Row("processor time of the workers per fan", f"{usage.workers_cpu / fans * 1e6:.0f} us"),
        Row("processor time of PostgreSQL per fan", f"{usage.database_cpu / fans * 1e6:.0f} us"),
        Row("time inside statements per fan", f"{usage.statements / fans * 1e6:.0f} us"),
        Row("commits per fan", f"{usage.commits / fans:.2f}"),
    ]


def _fault_rows(day: Day, small: Day) -> list[Row]:
    """What the oracle says: one good row, or each fault by its name."""
    faults = [*day.faults.items(), *((f"{name} (small day)", count) for name, count in small.faults.items())]
    if not faults:
        return [Row("every fan added once, none early, none lost", "yes", "yes", is_met=True)]
    return [Row(name, f"{count:,}", "0", is_met=False) for name, count in faults]


def _title(day: Day) -> str:
    limits = day.plan.limits
    rate, latency = f"{limits.calls_per_second:g}", f"{limits.latency_seconds * 1000:g}"
    return f"{day.plan}, {rate} calls a second allowed, answers after {latency} ms"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/bench release_day", description=__doc__)
    add = parser.add_argument
    add("--fans", type=_fans, default=20_000, help="how many fans wait for the release (20000)")
    add("--big", action="store_true", help=f"{BIG:,} fans".replace(",", " "))
    add("--rate", type=_above_zero, default=300.0, help="calls per second that the service allows (300)")
    add(
        "--window",
        type=_above_zero,
        default=30.0,
        metavar="SECONDS",
        help="the rolling window (30)",
    )
    add("--latency-ms", type=float, default=100.0, help="how long each answer takes (100)")
    add("--workers", type=_counts, default=(1, 2), help="numbers of worker processes, a run for each (1,2)")
    return parser


def _fans(text: str) -> int:
    """Two at least: one add is no rate."""
    if text.isdecimal() and int(text) >= 2:
        return int(text)
    raise argparse.ArgumentTypeError("a whole number from 2 on")


def _above_zero(text: str) -> float:
    with suppress(ValueError):
        if 0 < float(text) < inf:
            return float(text)
    raise argparse.ArgumentTypeError("a number above 0")


def _counts(text: str) -> tuple[int, ...]:
    parts = text.split(",")
    if all(part.isdecimal() and int(part) >= 1 for part in parts):
        return tuple(map(int, parts))
    raise argparse.ArgumentTypeError("whole numbers from 1 on, like 1,2")
