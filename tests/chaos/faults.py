"""The faults, each a small function: it does one cruel thing to the stage and plans how that ends."""

from __future__ import annotations

import signal
import time
from random import Random

from chaos.plan import LONGEST_DELAY_SECONDS, PAUSE_SECONDS
from chaos.redis_dump import dump_redis
from chaos.stage import CLOCKS, WORKERS
from chaos.storm import LEAVING_SECONDS, Deck, Storm, random_failpoint

WORKER_POINTS = (
    "after_claim_commit",
    "after_refresh_turn",
    "after_refresh_answer",
    "after_sent_commit",
    "before_send",
    "after_send",
    "after_outcome_commit",
)
WEB_POINTS = ("after_flow_commit", "after_code_exchange", "after_consent_commit", "in_withdrawal")
_LOST_SHARE = 0.1
_BROKEN_SHARE = 0.4
_ARMED_SHARE = 0.7


def begin_bad_weather(storm: Storm) -> None:
    """All through the storm: one add in ten is applied and its answer is lost."""
    _at_the_twin(storm, "apply_then_close", rate=_LOST_SHARE)


def kill_worker(storm: Storm) -> bool:
    """SIGKILL to a worker and its horse."""
    name = storm.pick_at_work(WORKERS)
    if name:
        storm.kill(name, "worker and horse killed")
    return name is not None


def kill_clock(storm: Storm) -> bool:
    """SIGKILL to a clock."""
    name = storm.pick(CLOCKS)
    if name:
        storm.kill(name, "clock killed")
    return name is not None


def kill_web(storm: Storm) -> bool:
    """SIGKILL to the web server; most of its replacements die once more, in the middle of a fan's request."""
    if storm.pick(("web",)) is None:
        return False
    failpoint = f"{storm.chance.choice(WEB_POINTS)}:die" if storm.chance.random() < _ARMED_SHARE else ""
    storm.kill("web", "web killed", failpoint)
    return True


def cut_power(storm: Storm) -> bool:
    """Every worker and clock dies at once; one that is frozen stays so."""
    for name in (*WORKERS, *CLOCKS):
        if name in storm.stage.installation.processes and not storm.is_frozen(name):
            storm.kill(name, "killed by a power cut")
    return storm.note("power cut")


def stall_worker(storm: Storm) -> bool:
    """A worker sleeps for a moment, within its lease, with whatever it has in hand."""
    name = storm.pick_at_work(WORKERS)
    if name is None:
        return False
    storm.stage.installation.signal(name, signal.SIGSTOP)

    def end() -> None:
        storm.wake(name)
        storm.taken.discard(name)

    storm.take(name, storm.chance.uniform(0.5, 3.0), end)
    return storm.note("worker stalled")


def ask_worker_to_leave(storm: Storm) -> bool:
    """SIGTERM to every process of a worker, twice within a second; after 28 seconds it would be killed."""
    name = storm.pick_at_work(WORKERS)
    if name is None:
        return False
    give_up_at = time.monotonic() + LEAVING_SECONDS
    storm.stage.installation.signal(name, signal.SIGTERM)
    storm.take(name, 0.5, lambda: storm.stage.installation.signal(name, signal.SIGTERM))

    def look() -> None:
        process = storm.process(name)
        has_left = process is None or process.poll() is not None
        if not has_left and time.monotonic() < give_up_at:
            storm.take(name, 0.5, look)
            return
        if not has_left:
            storm.note("worker killed for leaving too late", is_kill=True)
        storm.end(name)
        storm.start_soon(name)

    storm.take(name, 1.0, look)
    return storm.note("worker told to leave, twice")


def arm_worker(storm: Storm) -> bool:
    """A worker is replaced by one that dies or freezes at a named point of the engine, again and again."""
    name = storm.pick_at_work(WORKERS)
    if name is None:
        return False
    storm.end(name)
    storm.stage.start(name, failpoint=random_failpoint(storm, WORKER_POINTS))
    lives = storm.chance.uniform(4.0, 8.0)
    storm.take(name, lives - 0.7, lambda: storm.wake(name))
    storm.take(name, lives, lambda: storm.kill(name, "worker and horse killed"))
    return storm.note("worker armed with a failpoint", is_kill=True)


def flush_redis(storm: Storm) -> bool:
    """FLUSHALL: every queue, every job, every registry is gone."""
    if not storm.is_redis_up:
        return False
    keep_redis_dump(storm)
    storm.stage.redis.flushall()
    return storm.note("Redis emptied")


def stop_redis(storm: Storm) -> bool:
    """Redis is gone for some seconds and comes back empty."""
    if not storm.is_redis_up:
        return False
    keep_redis_dump(storm)
    storm.stage.valkey.crash()
    storm.is_redis_up = False

    def start() -> None:
        storm.stage.valkey.start_again()
        storm.is_redis_up = True

    storm.later(storm.chance.uniform(1.0, 6.0), start)
    return storm.note("Redis killed and started again")


def fill_redis(storm: Storm) -> bool:
    """Redis refuses every write for some seconds."""
    if not storm.is_redis_up:
        return False
    storm.stage.redis.config_set("maxmemory-policy", "noeviction")
    storm.stage.redis.config_set("maxmemory", "1mb")
    storm.later(storm.chance.uniform(1.0, 4.0), lambda: _empty_redis_again(storm))
    return storm.note("Redis full")


def crash_postgres(storm: Storm) -> bool:
    """PostgreSQL ends as in a power cut and recovers from its log."""
    storm.brace()
    storm.stage.postgres.crash()
    storm.stage.postgres.start_again()
    return storm.note("PostgreSQL crashed and recovered")


def cut_connections(storm: Storm) -> bool:
    """Every connection to the database is cut, whatever is going on in it."""
    storm.stage.kill_connections()
    return storm.note("all database connections cut")


def pause_calls(storm: Storm) -> bool:
    """The service has had too many requests of us."""
    return _at_the_twin(storm, "429", times=storm.chance.randint(1, 2), retry_after=PAUSE_SECONDS)


def break_service(storm: Storm) -> bool:
    """The service has a fault of its own: an HTML page, a 500, a hang-up, an answer that is late or drips."""
    kind = storm.chance.choice(
        ("503_html", "500", "502", "close", "apply_then_502", "delay", "apply_then_delay", "drip")
    )
    return _at_the_twin(
        storm, kind, times=storm.chance.randint(2, 8), rate=_BROKEN_SHARE, seconds=LONGEST_DELAY_SECONDS
    )


def keep_redis_dump(storm: Storm) -> None:
    """Keep what Redis holds, for the search for secrets, before it is gone."""
    storm.diary.redis_dumps.append(dump_redis(storm.stage.redis))


def _empty_redis_again(storm: Storm) -> None:
    if storm.is_redis_up:
        storm.stage.redis.config_set("maxmemory", "0")


def _at_the_twin(storm: Storm, kind: str, **more: float) -> bool:
    """A fault at the library's addresses; how often it hit is asked of the twin at the end."""
    storm.stage.twin.fault(kind, path="/me/library*", **more)
    return True


def make_decks(chance: Random) -> tuple[Deck, Deck]:
    """What happens to our own processes and servers, and what happens at the service meanwhile."""
    machines = (
        (3, kill_worker),
        (1, kill_clock),
        (1, kill_web),
        (1, cut_power),
        (2, stall_worker),
        (1, ask_worker_to_leave),
        (3, arm_worker),
        (1, flush_redis),
        (1, stop_redis),
        (1, fill_redis),
        (1, crash_postgres),
        (1, cut_connections),
    )
    service = ((1, pause_calls), (5, break_service))
    return Deck(chance, (0.7, 2.0), *machines), Deck(chance, (0.5, 2.5), *service)
