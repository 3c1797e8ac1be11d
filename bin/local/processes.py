"""Children of the launcher: each in a session of its own, known to the guard, ended as a group."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import guard


def start(command: Sequence[str | Path], stop_signal: int = signal.SIGTERM, **options: Any) -> subprocess.Popen[bytes]:
    """Start a program out of reach of the terminal's Ctrl-C: the launcher hears it and stops all in order."""
    process = subprocess.Popen[bytes]([str(part) for part in command], start_new_session=True, **options)
    guard.watch_process(process.pid, stop_signal)
    return process


def end(process: subprocess.Popen[bytes], stop_signal: int = signal.SIGTERM, seconds: float = 5) -> None:
    """Ask, wait, then kill what is left of the group: a worker killed from outside leaves its children."""
    process.send_signal(stop_signal)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    guard.forget_process(process.pid)
