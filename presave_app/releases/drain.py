"""Draining what is due on one service: many calls at once, in step with the allowed rate, in groups at the database.

One thread talks to the database and hands out work; the others only call the service. What needs more than one
call (a look first, a token renewed) is done by a few threads that may use the database themselves.

The loop: settle what came back, claim more if little is in hand, take a block of permits, write ahead that so
many calls begin, send them off. Everything it holds in memory is a few seconds' work, whatever the wave's size.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, cast

from flask import Flask, current_app

from presave_app.releases import gate

# Then other services have their turn, where there are fewer workers than services.
SECONDS = 20.0
# What comes back is written down this often.
_SETTLE_EVERY_SECONDS = 0.2
# Work in hand: so many seconds of it, so that a process that dies leaves little behind.
_SECONDS_IN_HAND = 2.0
_MOST_IN_HAND = 1000
_CAREFUL_THREADS = 6
_GATHER_SECONDS = 0.03
_LONGEST_NAP_SECONDS = 0.25

Item = TypeVar("Item")

# Set once in the life of a process, when it is told to leave. A plain value: a signal may come inside any lock.
_is_leaving = False

log = logging.getLogger(__name__)


def leave() -> None:
    """This process was told to leave: its drains claim and begin nothing more, and finish what is under way."""
    global _is_leaving
    _is_leaving = True


def is_leaving() -> bool:
    """Whether this process was told to leave."""
    return _is_leaving


class Lane(Protocol[Item]):
    """One kind of work on one service. `units` is what a call costs of the service's daily budget."""

    service: str
    units: int

    def take(self, limit: int) -> tuple[list[Item], list[Item]]:
        """Claim work: what one call does, and what needs care."""
        ...

    def begin(self, items: Sequence[Item]) -> list[Item]:
        """Write ahead that these are called now; returns those that may be."""
        ...

    def call(self, item: Item) -> object:
        """Call the service. Runs in a thread without the database; what it returns or raises is the result."""
        ...

    def do_with_care(self, item: Item) -> None:
        """Do all that the item needs, permits and database included. Runs in a thread with an app context."""
        ...

    def settle(self, results: Sequence[tuple[Item, Any]]) -> list[Item]:
        """Write down results, an exception being one; returns what has to be done with care after all."""
        ...

    def give_back(self, items: Sequence[Item]) -> None:
        """Return what was taken and not begun."""
        ...


def drain(lane: Lane[Any], *, rate: float, seconds: float) -> int:
    """Work until nothing is due, the gate is shut or the time is up; returns how many items were worked on."""
    threads = min(64, max(8, int(rate / 4)))
    with _pools(lane.service, threads) as (callers, careful):
        flow = _Flow(lane, callers, careful, threads, in_hand=_in_hand(rate))
        try:
            flow.run(time.monotonic() + seconds)
        finally:
            flow.finish()
    return flow.worked


def _in_hand(rate: float) -> int:
    return max(8, min(_MOST_IN_HAND, int(rate * _SECONDS_IN_HAND)))


@contextmanager
def _pools(service: str, threads: int) -> Generator[tuple[ThreadPoolExecutor, ThreadPoolExecutor]]:
    callers = ThreadPoolExecutor(threads, thread_name_prefix=f"call-{service}")
    careful = ThreadPoolExecutor(_CAREFUL_THREADS, thread_name_prefix=f"care-{service}")
    with callers, careful:
        yield callers, careful


@dataclass
class _Flow(Generic[Item]):
    """The state of one drain; only its own thread touches it."""

    lane: Lane[Item]
    callers: ThreadPoolExecutor
    careful: ThreadPoolExecutor
    threads: int
    in_hand: int
    app: Flask = field(default_factory=lambda: cast(Flask, current_app._get_current_object()))  # pyright: ignore
    waiting: deque[Item] = field(default_factory=deque[Item])
    calling: dict[Future[object], Item] = field(default_factory=dict[Future[object], Item])
    caring: dict[Future[object], Item] = field(default_factory=dict[Future[object], Item])
    worked: int = 0
    was_nothing_due: bool = False
    settled_at: float = field(default_factory=time.monotonic)

    def run(self, give_up_at: float) -> None:
        """Go round until there is nothing left to do."""
        while time.monotonic() < give_up_at and not _is_leaving:
            self._settle()
            self._take_more()
            if not self.waiting:
                if not self.calling and not self.caring:
                    return
                if self.caring and not gate.lets_through(self.lane.service):
                    return
                wait([*self.calling, *self.caring], timeout=_SETTLE_EVERY_SECONDS)
                continue
            if not self._send_some():
                return

    def finish(self) -> None:
        """Give back what was not begun, and see the rest through; also on the way out of a process told to leave."""
        unstarted = [item for future, item in self.caring.items() if future.cancel()]
        self.caring = {future: item for future, item in self.caring.items() if not future.cancelled()}
        self.lane.give_back([*self.waiting, *unstarted])
        self.waiting.clear()
        wait([*self.calling, *self.caring])
        self._settle(all_of_it=True)
        wait(self.caring)

    def _take_more(self) -> None:
        """Claim before the work in hand is used up, and not again once nothing was due."""
        busy = len(self.waiting) + len(self.caring)
        if self.was_nothing_due or busy > self.in_hand // 2:
            return
        quick, needing_care = self.lane.take(self.in_hand - busy)
        self.was_nothing_due = not quick and not needing_care
        self.worked += len(quick) + len(needing_care)
        self.waiting.extend(quick)
        for item in needing_care:
            self._care_for(item)

    def _send_some(self) -> bool:
        """Send off as many as threads and permits allow; False when the gate is shut."""
        free = self.threads - len(self.calling)
        if not free:
            wait(self.calling, timeout=_LONGEST_NAP_SECONDS, return_when=FIRST_COMPLETED)
            # Calls that began together end together: settle them together too.
            time.sleep(_GATHER_SECONDS)
            self.settled_at = 0.0
            return True
        lease = gate.take(self.lane.service, min(len(self.waiting), free), self.lane.units)
        if lease.permits:
            self._begin([self.waiting.popleft() for _ in range(lease.permits)])
        elif not lease.is_shut:
            time.sleep(min(lease.wait_seconds, _LONGEST_NAP_SECONDS))
        return not lease.is_shut

    def _begin(self, items: list[Item]) -> None:
        try:
            begun = self.lane.begin(items)
        except BaseException:
            # Nothing is on the wire: whoever goes on finds them at once, and looks first where it was written ahead.
            self.waiting.extendleft(items)
            raise
        self.calling |= {self.callers.submit(self.lane.call, item): item for item in begun}

    def _care_for(self, item: Item) -> None:
        self.caring[self.careful.submit(_with_app, self.app, self.lane.do_with_care, item)] = item

    def _settle(self, *, all_of_it: bool = False) -> None:
        self.caring = {future: item for future, item in self.caring.items() if not future.done()}
        done = [future for future in self.calling if future.done()]
        is_young = time.monotonic() - self.settled_at < _SETTLE_EVERY_SECONDS
        if is_young and len(done) < len(self.calling) and not all_of_it:
            return
        self.settled_at = time.monotonic()
        if done:
            results = [(self.calling.pop(future), _result_of(future)) for future in done]
            for item in self.lane.settle(results):
                self._care_for(item)


def _result_of(future: Future[object]) -> object:
    return future.exception() or future.result()


def _with_app(app: Flask, work: Callable[[Any], object], item: object) -> object:
    with app.app_context():
        try:
            return work(item)
        except Exception:
            # A fault of ours with one pre-save must not stop the others. Its claim runs out and it is
            # tried again, visibly late, while this line says why.
            log.exception("working on %s", item)
            return None
