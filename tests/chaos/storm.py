"""The storm itself: faults chosen by a seeded chance, several a second, and everything that died started again."""

from __future__ import annotations

import heapq
import itertools
import signal
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from random import Random
from subprocess import Popen

from chaos.crowd import cancel, come_in
from chaos.plan import FREEZE_SECONDS, QUIET_SECONDS, Crowd, Diary, Plan
from chaos.stage import CLOCKS, WORKERS, Stage
from chaos.waits import end_leases_of, hurry
from presave_app.lib import clock, failpoints

RESTART_SECONDS = 0.4
DIED_AT_A_FAILPOINT = 137
# A platform gives this long between the first SIGTERM and the SIGKILL.
LEAVING_SECONDS = 28.0
NEWCOMER_EVERY_SECONDS = 1.5
FANS_AT_ONCE = 4
# Long enough for a worker to start and to find its first work.
WARM_SECONDS = 6.0


Fault = Callable[["Storm"], bool]


class Deck:
    """Faults as cards, each as often as its number says: shuffled anew when all of them were played."""

    def __init__(self, chance: Random, pace: tuple[float, float], *faults: tuple[int, Fault]) -> None:
        self.pace = pace
        self.rounds = 0
        self._chance = chance
        self._all = [fault for number, fault in faults for _ in range(number)]
        self._left = self._shuffled()

    def play_one(self, storm: Storm) -> None:
        """Play the next card; one that can't be played now goes below the others."""
        fault = self._left.pop()
        if not fault(storm):
            self._left.insert(0, fault)
        if not self._left:
            self.rounds += 1
            self._left = self._shuffled()

    def _shuffled(self) -> list[Fault]:
        return self._chance.sample(self._all, len(self._all))


class Storm:
    """Blows over a stage until the plan is fulfilled, and keeps the diary."""

    def __init__(self, stage: Stage, plan: Plan, crowd: Crowd, diary: Diary) -> None:
        self.stage, self.plan, self.crowd, self.diary = stage, plan, crowd, diary
        self.chance = Random(plan.seed)  # noqa: S311 - a storm that can be repeated, nothing secret
        # Processes that some fault has its hands on right now.
        self.taken: set[str] = set()
        self.is_redis_up = True
        # Fans wait for answers, and the storm must not wait for them: it may be what they wait for.
        self._fans = ThreadPoolExecutor(FANS_AT_ONCE)
        self._visits: list[Future[bool]] = []
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._frozen: str | None = None

    def blow(self, *decks: Deck) -> None:
        """Deal faults until each came at least once, the time is over and enough processes were killed."""
        give_up_at = time.monotonic() + self.plan.seconds
        self._plan_freezes()
        self._plan_fans()
        self._hurry()
        for deck in decks:
            self._deal(deck)
        while time.monotonic() < give_up_at or self.diary.kills < self.plan.kills or not all(d.rounds for d in decks):
            self._turn()
        while self._frozen:
            self._turn()
        self._calm_redis()
        self._fans.shutdown()
        for visit in self._visits:
            visit.result()

    def note(self, what: str, *, is_kill: bool = False) -> bool:
        """Count a fault that was injected."""
        self.diary.injected[what] += 1
        self.diary.kills += is_kill
        self.brace()
        with (self.stage.folder / "storm.txt").open("a") as told:
            told.write(f"{clock.now():%H:%M:%S.%f} {what}\n")
        return True

    def brace(self) -> None:
        """Remember that something was hit at this moment."""
        self.diary.blows.append(clock.now())

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something in so many seconds."""
        heapq.heappush(self._later, (time.monotonic() + seconds, next(self._order), act))

    def pick(self, names: tuple[str, ...]) -> str | None:
        """One of these processes that runs and that no other fault has its hands on."""
        free = [name for name in names if name not in self.taken and self._runs(name)]
        return self.chance.choice(free) if free else None

    def pick_at_work(self, names: tuple[str, ...]) -> str | None:
        """One that has claimed something since its start, or has had the time to: a slow machine takes a while."""
        busy = {owner for (owner,) in self.stage.sql("SELECT DISTINCT owner FROM chaos.claim_owner")}
        long_ago = time.monotonic() - WARM_SECONDS
        started = self.stage.started_at
        return self.pick(tuple(n for n in names if self.stage.owners[n] in busy or started[n] < long_ago))

    def process(self, name: str) -> Popen[bytes] | None:
        """The process that has this name now."""
        return self.stage.installation.processes.get(name)

    def take(self, name: str, seconds: float, end: Callable[[], None]) -> None:
        """Keep other faults off a process and do something to it later, if it is still the same one by then."""
        process = self.process(name)
        self.taken.add(name)

        def act() -> None:
            if self.process(name) is process:
                end()

        self.later(seconds, act)

    def wake(self, name: str) -> None:
        """Let a sleeping process go on, with whatever it had in hand."""
        self.stage.installation.signal(name, signal.SIGCONT)
        self.diary.woke_at.append(clock.now())

    def start_soon(self, name: str, failpoint: str = "") -> None:
        """Start a dead process after a moment."""

        def start() -> None:
            self.taken.discard(name)
            self.stage.start(name, failpoint=failpoint)

        self.taken.add(name)
        self.later(RESTART_SECONDS, start)

    def kill(self, name: str, what: str, failpoint: str = "") -> None:
        """SIGKILL to a process and its children; it is started again after a moment."""
        self.end(name)
        self.note(what, is_kill=True)
        self.start_soon(name, failpoint)

    def end(self, name: str) -> None:
        """Make sure that nothing is left of a process; its claims need not wait for their leases."""
        owner = self.stage.owners[name]
        self.stage.installation.kill(name)
        self.later(QUIET_SECONDS, lambda: end_leases_of(self.stage, owner))

    def is_frozen(self, name: str) -> bool:
        """Whether a process sleeps until its lease has run out in truth."""
        return self._frozen == name

    def _runs(self, name: str) -> bool:
        process = self.process(name)
        return process is not None and process.poll() is None

    def _turn(self) -> None:
        while self._later and self._later[0][0] <= time.monotonic():
            heapq.heappop(self._later)[2]()
        self._start_what_died()
        time.sleep(0.05)

    def _deal(self, deck: Deck) -> None:
        deck.play_one(self)
        self.later(self.chance.uniform(*deck.pace), lambda: self._deal(deck))

    def _start_what_died(self) -> None:
        """What has ended by itself is started again, as any platform does."""
        for name in (*WORKERS, *CLOCKS, "web"):
            if name in self.taken or self._runs(name):
                continue
            if (process := self.process(name)) is not None:
                died_at_a_failpoint = process.returncode == DIED_AT_A_FAILPOINT
                self.end(name)
                what = "process died at a failpoint" if died_at_a_failpoint else "process gave up and was restarted"
                self.note(what, is_kill=died_at_a_failpoint)
            self.start_soon(name)

    def _hurry(self) -> None:
        hurry(self.stage)
        self.later(1.0, self._hurry)

    def _calm_redis(self) -> None:
        if not self.is_redis_up:
            self.stage.valkey.start_again()
            self.is_redis_up = True
        self.stage.redis.config_set("maxmemory", "0")

    def _plan_freezes(self) -> None:
        """Where there is time for it: a worker is frozen in truth for longer than its lease, and wakes up again."""
        start = 10.0
        while start + FREEZE_SECONDS < self.plan.seconds:
            self.later(start, self._freeze)
            start += FREEZE_SECONDS + 5

    def _freeze(self) -> None:
        name = self.pick(WORKERS)
        if name is None:
            self.later(1.0, self._freeze)
            return
        self._frozen = name
        self.stage.installation.signal(name, signal.SIGSTOP)

        def thaw() -> None:
            self.wake(name)
            self.taken.discard(name)
            self._frozen = None
            self.note("worker frozen past its lease")

        self.take(name, FREEZE_SECONDS, thaw)

    def _plan_fans(self) -> None:
        """Fans cancel all through the storm, and others come in."""
        for name in self.crowd.leaving:
            self.later(self.chance.uniform(0, self.plan.seconds), lambda name=name: self._visit(cancel, name))
        for number in range(int(self.plan.seconds / NEWCOMER_EVERY_SECONDS)):
            name = f"newcomer-{number:04}"
            self.crowd.slugs[name] = "night-drive"
            self.later(number * NEWCOMER_EVERY_SECONDS, lambda name=name: self._visit(come_in, name))

    def _visit(self, visit: Callable[[Stage, Crowd, Diary, str], bool], name: str) -> None:
        self._visits.append(self._fans.submit(visit, self.stage, self.crowd, self.diary, name))


def random_failpoint(storm: Storm, points: tuple[str, ...]) -> str:
    """A point to die or to freeze at, at one of its first passes."""
    assert set(points) <= set(failpoints.POINTS)
    how = "freeze" if storm.chance.random() < 0.25 else "die"
    return f"{storm.chance.choice(points)}:{how}:{storm.chance.randint(1, 6)}"
