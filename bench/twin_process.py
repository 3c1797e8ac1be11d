"""The fast twin as a process of its own, and what it reports."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local import http, processes
from local.environment import PYTHON, ROOT
from local.errors import LaunchError


@dataclass(frozen=True)
class Limits:
    """What the twin allows and how long it takes."""

    calls_per_second: float
    latency_seconds: float
    window_seconds: float = 1.0


@dataclass(frozen=True)
class Add:
    """One add as the twin saw it arrive, in seconds since the epoch."""

    fan: int
    at: float


@dataclass(frozen=True)
class Report:
    """What the twin has seen. Calls count those refused as too many, adds don't."""

    calls: Mapping[str, int]
    too_many: int
    adds: tuple[Add, ...]

    @property
    def all_calls(self) -> int:
        return sum(self.calls.values())


@dataclass(frozen=True)
class TwinProcess:
    """A running twin."""

    url: str

    def count_fans(self) -> int:
        """How many fans have the release by now."""
        return self._get("/progress")["fans"]

    def report(self) -> Report:
        content = self._get("/report")
        adds = sorted((Add(fan, at) for fan, at in content["adds"]), key=lambda add: add.at)
        return Report(content["calls"], content["too_many"], tuple(adds))

    def _get(self, path: str) -> dict[str, Any]:
        content = http.get_json(self.url + path)
        if content is None:
            raise LaunchError(f"The twin does not answer at {self.url}.")
        return content


@contextmanager
def running_twin(limits: Limits) -> Iterator[TwinProcess]:
    """A twin that has seen nothing yet."""
    command = [PYTHON, "-m", "bench.fast_twin", "--rate", str(limits.calls_per_second)]
    command += ["--latency-ms", str(limits.latency_seconds * 1000), "--window", str(limits.window_seconds)]
    process = processes.start(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        with process.stdout as output:
            port = output.readline().decode().strip()
        if not port:
            raise LaunchError("The twin did not start.")
        yield TwinProcess(f"http://127.0.0.1:{port}")
    finally:
        processes.end(process)
