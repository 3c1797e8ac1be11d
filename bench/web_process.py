"""A web server as the Procfile starts it, with one worker, on a port of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import processes
from local.environment import PYTHON, ROOT

from bench.asking import ask_once
from bench.waiting import wait_until

_START_SECONDS = 60.0


@dataclass(frozen=True)
class WebProcess:
    """A running server: where it answers, and its process id."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running_web(target: str, port: int, environ: Mapping[str, str], log: Path) -> Iterator[WebProcess]:
    """Serve `target` until the block ends."""
    line = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web: "))
    words = line.removeprefix("web: granian ").replace("${WEB_CONCURRENCY:-1}", "1").replace("$PORT", str(port))
    command = [PYTHON, "-m", "granian", *words.replace("0.0.0.0", "127.0.0.1").replace("wsgi:app", target).split()]  # noqa: S104
    with log.open("ab") as output:
        process = processes.start(command, cwd=ROOT, env=dict(environ), stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: _answers(port), _START_SECONDS)
            yield WebProcess(port, process.pid)
        finally:
            processes.end(process)


def _answers(port: int) -> bool:
    try:
        return ask_once(port, "/healthz").startswith(b"HTTP/1.1 20")
    except OSError:
        return False
