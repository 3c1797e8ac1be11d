"""After the storm: everything works again, waits are moved in the data, and the engine shall finish."""

from __future__ import annotations

import signal
import time

from installation import wait_until

from chaos.crowd import cancel
from chaos.plan import QUIET_SECONDS, Crowd, Diary
from chaos.stage import CLOCKS, WORKERS, Stage
from chaos.storm import LEAVING_SECONDS
from chaos.waits import end_all_leases, hurry, look_now, open_gate
from presave_app.lib import clock

HEAL_SECONDS = 150.0
# The storm is over: nothing has to last any more.
_CALLS_PER_SECOND = "500"


def heal(stage: Stage, crowd: Crowd, diary: Diary) -> bool:
    """Mend all, let the fans who could not cancel so far do it, and wait for the end; False when it does not come."""
    _count_faults_of_the_twin(stage, diary)
    stage.twin.control("DELETE", "faults")
    _end_all_processes(stage, diary)
    time.sleep(QUIET_SECONDS)
    end_all_leases(stage)
    diary.healed_at = clock.now()
    open_gate(stage)
    stage.installation.environ["SPOTIFY_CALLS_PER_SECOND"] = _CALLS_PER_SECOND
    stage.start("web", wait=True)
    stage.start_all(workers=2, clocks=1)
    for name in crowd.leaving:
        if name not in diary.told_cancelled:
            wait_until(lambda name=name: cancel(stage, crowd, diary, name), HEAL_SECONDS)
    return _wait_for_the_end(stage) and _wait_for_the_proof(stage)


def _count_faults_of_the_twin(stage: Stage, diary: Diary) -> None:
    for fault in stage.twin.control("GET", "faults")["faults"]:
        if fault["hits"]:
            diary.injected[f"service: {fault['kind']}"] += fault["hits"]


def _end_all_processes(stage: Stage, diary: Diary) -> None:
    """All are told to leave, twice, and have to be gone in time."""
    names = [name for name in (*WORKERS, *CLOCKS, "web") if name in stage.installation.processes]
    for number in (signal.SIGCONT, signal.SIGTERM, signal.SIGTERM):
        for name in names:
            stage.installation.signal(name, number)
    give_up_at = time.monotonic() + LEAVING_SECONDS
    while time.monotonic() < give_up_at and any(stage.installation.processes[n].poll() is None for n in names):
        time.sleep(0.1)
    for name in names:
        if stage.installation.processes[name].poll() is None:
            diary.injected[f"{name.split('-')[0]} killed for leaving too late"] += 1
        stage.installation.kill(name)


def _wait_for_the_end(stage: Stage) -> bool:
    """Until no pre-save is armed or claimed."""
    give_up_at = time.monotonic() + HEAL_SECONDS
    while time.monotonic() < give_up_at:
        hurry(stage)
        if stage.sql("SELECT count(*) FROM pre_save WHERE state IN ('armed', 'claimed')") == [(0,)]:
            return True
        open_gate(stage)
        time.sleep(1.0)
    return False


def _wait_for_the_proof(stage: Stage) -> bool:
    """Until every add was read back from the library."""
    give_up_at = time.monotonic() + HEAL_SECONDS
    while time.monotonic() < give_up_at:
        look_now(stage)
        # Longer than a look takes, so that none is taken twice all the time.
        for _ in range(20):
            if stage.sql("SELECT count(*) FROM pre_save WHERE state = 'done' AND verified_at IS NULL") == [(0,)]:
                return True
            time.sleep(0.5)
    return False
