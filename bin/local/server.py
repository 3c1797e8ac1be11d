"""A running server, ours or somebody else's."""

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from . import processes
from .errors import LaunchError

START_SECONDS = 60.0
# PostgreSQL kills by itself what has not ended five seconds after an immediate shutdown.
CRASH_SECONDS = 15.0


@dataclass
class Server:
    """`url` fits DATABASE_URL or REDIS_URL. Stopping twice is harmless; a given server is not stopped."""

    name: str
    url: str
    process: subprocess.Popen[bytes] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    clean_up: Callable[[], None] = field(default=lambda: None, repr=False)
    crash_signal: signal.Signals = signal.SIGKILL
    starter: Callable[[], subprocess.Popen[bytes]] | None = field(default=None, repr=False)
    _is_stopped: bool = field(default=False, init=False, repr=False)

    @property
    def is_ours(self) -> bool:
        return self.process is not None

    def stop(self) -> None:
        if self.process and not self._is_stopped:
            self._is_stopped = True
            processes.end(self.process, self.stop_signal)
            self.clean_up()

    def crash(self) -> None:
        """End it as a power cut would: nothing is tidied up, clients are cut off. For tests, on our own servers."""
        assert self.process
        processes.end(self.process, self.crash_signal, CRASH_SECONDS)

    def start_again(self) -> None:
        """Start it after a crash, at the same address and, where it keeps any, on the same data."""
        assert self.starter
        self.process = self.starter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def wait_until_ready(process: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path) -> None:
    """Return once the server answers; a server that dies instead is shown with the end of its log."""
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            last_words = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise LaunchError(f"{log.stem} did not start. The end of {log}:\n{last_words}")
        time.sleep(0.02)
