"""A small process that outlives the launcher and ends its children, should the launcher be killed outright.

PR_SET_PDEATHSIG would be shorter, but it is Linux only, fires when the starting *thread* ends, and reaches
one process where a worker has children of its own. The guard is told by a pipe what to end; the pipe's own
end is the signal.
"""

import atexit
import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

GRACE_SECONDS = 5.0
_guard: subprocess.Popen[bytes] | None = None


def watch_process(pid: int, stop_signal: int = signal.SIGTERM) -> None:
    """End this process, the leader of its group, when the launcher is gone."""
    _tell(f"+process {pid} {int(stop_signal)}")


def forget_process(pid: int) -> None:
    _tell(f"-process {pid}")


def watch_folder(path: Path) -> None:
    """Remove this folder when the launcher is gone."""
    _tell(f"+folder {path}")


def forget_folder(path: Path) -> None:
    _tell(f"-folder {path}")


def _tell(line: str) -> None:
    guard = _running_guard()
    assert guard.stdin
    with contextlib.suppress(BrokenPipeError):
        guard.stdin.write(f"{line}\n".encode())
        guard.stdin.flush()


def _running_guard() -> subprocess.Popen[bytes]:
    """One per launcher, started with its first child."""
    global _guard
    if _guard is None:
        command = [sys.executable, "-I", str(Path(__file__).resolve())]
        quiet = subprocess.DEVNULL
        _guard = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, cwd="/", start_new_session=True
        )
        atexit.register(_dismiss, _guard, os.getpid())
    return _guard


def _dismiss(guard: subprocess.Popen[bytes], owner: int) -> None:
    if os.getpid() == owner and guard.stdin:
        guard.stdin.close()
        guard.wait(GRACE_SECONDS * 2)


def _lines_while_launcher_lives() -> Iterator[str]:
    """A forked grandchild may hold the pipe open, so a changed parent counts as the end too."""
    launcher, rest = os.getppid(), b""
    while os.getppid() == launcher:
        if not select.select([0], [], [], 1.0)[0]:
            continue
        piece = os.read(0, 65536)
        if not piece:
            return
        *lines, rest = (rest + piece).split(b"\n")
        yield from (line.decode() for line in lines)


def _group_lives(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _signal_groups(signals: dict[int, int]) -> None:
    for pid, number in signals.items():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)


def _end_processes(signals: dict[int, int]) -> None:
    _signal_groups(signals)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(map(_group_lives, signals)) and time.monotonic() < deadline:
        time.sleep(0.05)
    _signal_groups(dict.fromkeys(signals, signal.SIGKILL))


def _remove(folder: str) -> None:
    """A server's helpers have groups of their own and may still be writing for a moment."""
    deadline = time.monotonic() + GRACE_SECONDS
    while os.path.exists(folder) and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.05)


def main() -> None:
    processes: dict[int, int] = {}
    folders: set[str] = set()
    for line in _lines_while_launcher_lives():
        match line.split(" ", 1):
            case ["+process", value]:
                pid, number = value.split()
                processes[int(pid)] = int(number)
            case ["-process", value]:
                processes.pop(int(value), None)
            case ["+folder", value]:
                folders.add(value)
            case ["-folder", value]:
                folders.discard(value)
    _end_processes(processes)
    for folder in folders:
        _remove(folder)


if __name__ == "__main__":
    main()
