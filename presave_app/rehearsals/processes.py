"""The two processes of a play: the twins, and the engine. Both end with the one that started them, however it ends.

They are told nothing of this process's environment: neither its database nor its keys.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

ROOT = Path(__file__).resolve().parents[2]
TWINS = ROOT / "presave_app" / "sandbox" / "alone.py"
# Of the entry points, which the app does not import.
ENGINE = "jobs.rehearsal_engine"
# Where an interpreter that was built somewhere else finds its own libraries, and where there is room for files.
_KEPT_NAMES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "LANG", "TZ")
_END_SECONDS = 3
_MOST_LOG = 4000


class Child:
    """A process that lives no longer than the other end of its standard input, and says lines."""

    def __init__(self, command: list[str], environ: Mapping[str, str]) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        kept = {name: os.environ[name] for name in _KEPT_NAMES if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - our own programs
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**kept, **environ},
            cwd=ROOT,
            # What a terminal or a platform says to a whole group is for the one who started it to judge.
            start_new_session=True,
        )
        self._lines: deque[str] = deque()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def tell(self, value: object) -> None:
        """Say something to it, in one line. One that has died in the meantime hears nothing."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(value).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return

    def lines(self) -> list[str]:
        """What it has said since the last time. Of one that has ended this is all."""
        if not self.is_alive:
            self._reader.join(_END_SECONDS)
        return [self._lines.popleft() for _ in range(len(self._lines))]

    def log(self) -> str:
        """The end of what it said besides."""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - _MOST_LOG))
        return self._log.read().decode(errors="replace")

    def end(self) -> None:
        """Have it end now."""
        self._process.kill()
        self._process.wait(_END_SECONDS)
        self._reader.join(_END_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            _close(pipe)

    def _read(self) -> None:
        for line in cast("IO[bytes]", self._process.stdout):
            self._lines.append(line.decode(errors="replace").strip())


@contextmanager
def running(command: list[str], environ: Mapping[str, str] | None = None) -> Generator[Child]:
    """A child for as long as the block lasts."""
    child = Child(command, environ or {})
    try:
        yield child
    finally:
        child.end()


def twins_command(public_url: str) -> list[str]:
    """The twins on a free port, which they say."""
    where = ["--host", "127.0.0.1", "--port", "0", "--public-url", public_url]
    return [sys.executable, "-I", str(TWINS), *where, "--with-parent"]


def engine_command() -> list[str]:
    """The engine, which is told its playbill on its standard input."""
    return [sys.executable, "-m", ENGINE]


def _close(pipe: IO[Any] | None) -> None:
    """What was not read or written by the time of the end is of no use."""
    if pipe is not None:
        try:
            pipe.close()
        except BrokenPipeError:
            return
