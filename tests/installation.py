"""A whole installation as its own processes: web, worker and clock, started, killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import requests
from local import guard, processes
from local.ports import next_free

ROOT = Path(__file__).resolve().parents[1]
FIRST_PORT = 21_000
READY_SECONDS = 30.0


class Installation:
    """Real processes on the test's own database, Valkey and twin; their output goes to files beside the test."""

    def __init__(self, environ: dict[str, str], folder: Path) -> None:
        self.port = next_free(FIRST_PORT + os.getpid() % 500 * 10)
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {**os.environ, **environ, "PUBLIC_URL": self.url, "PYTHONUNBUFFERED": "1"}
        self.folder = folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start_web(self, *, wait: bool = True, **extra: str) -> None:
        """Start the web server and, unless told otherwise, wait until it answers."""
        server = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)]
        self._start("web", *server, "--blocking-threads", "4", "wsgi:app", **extra)
        if wait:
            wait_until(self._web_answers, READY_SECONDS)

    def start_worker(self, name: str = "worker", **extra: str) -> None:
        """Start a worker; `extra` is for its environment alone."""
        self._start(name, "-m", "jobs.worker", **extra)

    def start_clock(self, name: str = "clock", **extra: str) -> None:
        """Start the clock; `extra` is for its environment alone."""
        self._start(name, "-m", "jobs.clock", **extra)

    def flask(self, *words: str) -> str:
        """Run a flask command; returns what it printed."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def kill(self, name: str) -> None:
        """SIGKILL to the process and all it has forked, as when a machine is pulled from under it."""
        # Stopped first, so that it forks nothing between the listing and the blow.
        _send(self.processes[name].pid, signal.SIGSTOP)
        self.signal(name, signal.SIGKILL)
        process = self.processes.pop(name)
        process.wait()
        guard.forget_process(process.pid)

    def signal(self, name: str, number: int) -> None:
        """A signal to the process and all it has forked."""
        for pid in _session_of(self.processes[name].pid):
            _send(pid, number)

    def stop(self) -> None:
        """End everything."""
        for name in list(self.processes):
            self.processes[name].terminate()
        for name in list(self.processes):
            self.kill(name)

    def log_of(self, name: str) -> str:
        """What a process has printed so far."""
        return (self.folder / f"{name}.log").read_text()

    def _start(self, name: str, *words: str, **extra: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = processes.start(
                [sys.executable, *words],
                cwd=ROOT,
                env={**self.environ, **extra},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _web_answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False


def wait_until(is_so: Callable[[], bool], seconds: float, every: float = 0.1) -> None:
    """Wait for something to come true; fails when it does not in time."""
    give_up_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up_at, f"still not so after {seconds} s"
        time.sleep(every)


def _session_of(leader: int) -> list[int]:
    """The process and all it has forked: a worker's horse runs in a group of its own, and outlives its worker."""
    listing = subprocess.run(["ps", "-eo", "pid="], capture_output=True, text=True, check=True).stdout
    return [pid for pid in map(int, listing.split()) if _is_in_session(pid, leader)]


def _is_in_session(pid: int, leader: int) -> bool:
    try:
        return os.getsid(pid) == leader
    except ProcessLookupError:
        return False


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
