"""One storm from beginning to end: seed, break, heal, count."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chaos.crowd import seed_crowd, set_moment
from chaos.faults import begin_bad_weather, make_decks
from chaos.healing import heal
from chaos.oracle import Findings, judge
from chaos.plan import Diary, Plan
from chaos.redis_dump import dump_redis
from chaos.stage import Stage
from chaos.storm import Storm
from chaos.table import histories_of, table_of
from chaos.watcher import GateWatcher

# The storm begins before the release does.
RELEASE_IN_SECONDS = 3.0
# RQ says so when a horse has left with 137, which is how a failpoint lets it die.
_HORSE_DIED = b"waitpid returned 35072"


@dataclass(frozen=True)
class Outcome:
    """What came of a storm."""

    diary: Diary
    found: Findings
    table: str


def run_storm(folder: Path, plan: Plan, say: Callable[[str], None]) -> Outcome:
    """Let a storm blow over a new installation and count what is left of it."""
    began = time.monotonic()
    diary = Diary()
    with Stage(folder, plan) as stage:
        say(f"{plan.fans} fans pre-save")
        crowd = seed_crowd(stage, plan)
        stage.start("web", wait=True)
        stage.start_all()
        set_moment(stage, plan, RELEASE_IN_SECONDS)
        with GateWatcher(stage.postgres.url, diary):
            say(f"the storm begins ({plan.command})")
            storm = Storm(stage, plan, crowd, diary)
            begin_bad_weather(storm)
            storm.blow(*make_decks(storm.chance))
            say(f"healing after {diary.kills} kills, {_progress(stage)}")
            is_over = heal(stage, crowd, diary)
        diary.redis_dumps.append(dump_redis(stage.redis))
        stage.installation.stop()
        _count_dead_horses(stage, diary)
        say("counting" if is_over else "counting, although not everything has come to its end")
        found = judge(stage, crowd, diary)
        table = table_of(plan, diary, found, time.monotonic() - began) + histories_of(stage, found)
    return Outcome(diary, found, table)


def _progress(stage: Stage) -> str:
    return ", ".join(
        f"{n} {state}" for state, n in stage.sql("SELECT state, count(*) FROM pre_save GROUP BY 1 ORDER BY 1")
    )


def _count_dead_horses(stage: Stage, diary: Diary) -> None:
    died = sum(log.count(_HORSE_DIED) for log in stage.logs().values())
    diary.kills += died
    if died:
        diary.injected["horse died at a failpoint"] = died
