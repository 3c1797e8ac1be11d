"""Figures of a day, from the times of its adds. Nothing here asks anybody anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Spread:
    """A figure that every fan has one of."""

    median: float
    p95: float
    most: float


def spread_of(values: Sequence[float]) -> Spread:
    ordered = sorted(values)

    def at_share(share: float) -> float:
        return ordered[ceil(share * len(ordered)) - 1]

    return Spread(at_share(0.5), at_share(0.95), ordered[-1])


def achieved_share(times: Sequence[float], rate: float) -> float:
    """The rate from the first add to the last, as a share of the allowed one; 0.0 when there are not two."""
    if len(times) < 2:
        return 0.0
    return (len(times) - 1) / (max(times) - min(times)) / rate


def lateness(times: Sequence[float], moment: float) -> Spread:
    """How long after the release moment the fans had it."""
    return spread_of([time - moment for time in times])


def behind_schedule(times: Sequence[float], moment: float, rate: float) -> Spread:
    """How long after its place in an ideal queue each fan had it: the first at the moment, then one each 1/rate."""
    return spread_of([time - moment - place / rate for place, time in enumerate(sorted(times))])


def busiest_second(times: Sequence[float]) -> int:
    """The most adds in any one second, wherever it begins."""
    ordered = sorted(times)
    most = first = 0
    for last, time in enumerate(ordered):
        while ordered[first] <= time - 1:
            first += 1
        most = max(most, last - first + 1)
    return most
