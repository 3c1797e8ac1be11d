"""What processes use, as Linux counts it: time on the processor, and the most memory they ever held."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
# Fields of /proc/<pid>/stat behind the name, which may hold blanks: parent, own and reaped children's times.
_PARENT, _TIMES = 1, slice(11, 15)
_GONE = (FileNotFoundError, ProcessLookupError)


def parent_of(pid: int) -> int:
    return int(_stat(pid)[_PARENT])


def descendants(pid: int) -> list[int]:
    """The children of a process and theirs."""
    parents: dict[int, int] = {}
    for entry in os.listdir(_PROC):
        if entry.isdigit():
            with suppress(*_GONE):
                parents[int(entry)] = parent_of(int(entry))
    found: list[int] = []
    generation = {pid}
    while generation:
        generation = {child for child, parent in parents.items() if parent in generation}
        found.extend(generation)
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time of these processes and of all they have forked, ended ones included."""
    ticks = 0
    for pid in {one for root in pids for one in (root, *descendants(root))}:
        with suppress(*_GONE):
            ticks += sum(map(int, _stat(pid)[_TIMES]))
    return ticks / _TICKS


def exact_cpu_seconds(pids: Iterable[int]) -> float:
    """The same for the threads that are running now, by the nanosecond: clock ticks are too coarse for one second.

    https://docs.kernel.org/scheduler/sched-stats.html
    """
    nanoseconds = 0
    for pid in {one for root in pids for one in (root, *descendants(root))}:
        for stat in (_PROC / str(pid) / "task").glob("*/schedstat"):
            with suppress(*_GONE):
                nanoseconds += int(stat.read_text().split()[0])
    return nanoseconds / 1e9


class PeakMemory:
    """Looks a few times a second at some processes and all they fork; the peak is the largest single process's.

    Linux keeps each process's own peak, so only what a process takes in its last moment can be missed.
    """

    def __init__(self, pids: Iterable[int], every_seconds: float = 0.25) -> None:
        self.megabytes = 0.0
        self._pids = list(pids)
        self._every = every_seconds
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _fault: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(self._every):
            for root in self._pids:
                for pid in (root, *descendants(root)):
                    self.megabytes = max(self.megabytes, _peak_megabytes(pid))


def _peak_megabytes(pid: int) -> float:
    with suppress(*_GONE):
        for line in (_PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _stat(pid: int) -> list[str]:
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
