"""Loaded by Python before anything else: shifts this process's wall clock, and that of all it forks."""

from __future__ import annotations

import itertools
import os
import threading
import time
from datetime import timedelta

import time_machine

_SHIFT = float(os.environ["WRONG_CLOCK_SECONDS"])
_JUMP_EVERY_SECONDS = 0.2


def _jump_for_ever(traveller: time_machine.Traveller) -> None:
    pause = threading.Event()
    for direction in itertools.cycle((-2, 2)):
        pause.wait(_JUMP_EVERY_SECONDS)
        traveller.shift(timedelta(seconds=direction * _SHIFT))


def _start_jumping(traveller: time_machine.Traveller) -> None:
    threading.Thread(target=_jump_for_ever, args=(traveller,), daemon=True).start()


_traveller = time_machine.travel(time.time() + _SHIFT, tick=True).start()
if os.environ.get("WRONG_CLOCK_JUMPS"):
    _start_jumping(_traveller)
    # Threads do not survive a fork, and a worker forks for each job.
    os.register_at_fork(after_in_child=lambda: _start_jumping(_traveller))
