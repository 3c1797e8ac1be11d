"""An installation to measure: servers of its own, the app in this process, workers and a clock as processes."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from flask_migrate import upgrade
from local import processes
from local.demo_environment import demo_environment
from local.demo_services import TWINS
from local.environment import PYTHON, ROOT
from local.errors import LaunchError
from local.servers import start_postgres, start_valkey
from rq import Worker
from sqlalchemy import text

from bench.fans import SERVICE
from bench.proc import descendants
from bench.twin_process import Limits, TwinProcess
from bench.waiting import wait_until
from presave_app import create_app
from presave_app.counts.tally import forget_counts
from presave_app.extensions import db, redis_connection

START_SECONDS = 60.0

Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Installation:
    """The app, inside whose context everything here runs, and the settings of its processes."""

    app: Flask
    environ: Mapping[str, str]
    folder: Path

    def empty(self) -> None:
        """A new installation again: no campaign, no fan, no job."""
        names = ", ".join(table.name for table in db.metadata.sorted_tables)
        forget_counts()
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        redis_connection().flushdb()

    @contextmanager
    def running(self, workers: int, twin: TwinProcess, limits: Limits) -> Iterator[list[int]]:
        """Workers and a clock that are up and have nothing to do yet; yields the workers' process ids."""
        environ = {**self.environ, **_spotify(twin, limits)}
        with ExitStack() as stack:
            names = [f"worker-{number}" for number in range(1, workers + 1)]
            crew = [stack.enter_context(self._process(name, "jobs.worker", environ)) for name in names]
            clock = stack.enter_context(self._process("clock", "jobs.clock", environ))
            wait_until(lambda: _are_up(crew, clock), START_SECONDS)
            yield [worker.pid for worker in crew]

    @contextmanager
    def _process(self, name: str, module: str, environ: Mapping[str, str]) -> Iterator[Process]:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = processes.start([PYTHON, "-m", module], cwd=ROOT, env=environ, stdout=log, stderr=log)
            try:
                yield process
            finally:
                _kill(process)


@contextmanager
def open_installation(folder: Path) -> Iterator[Installation]:
    """A fresh installation on servers of its own, whatever servers the environment names.

    Somebody's database is no place for a hundred thousand made-up fans.
    """
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    for log in folder.glob("*.log"):
        log.unlink()
    with _own_servers(folder) as (database_url, redis_url):
        # No page is opened and no sandbox asked: these two addresses only have to be there.
        nowhere = "http://127.0.0.1:9"
        environ = demo_environment(
            database_url=database_url,
            redis_url=redis_url,
            public_url=nowhere,
            sandbox_url=nowhere,
            twins=[twin for twin in TWINS if twin.slug == SERVICE],
        )
        app = create_app(environ)
        logging.getLogger().setLevel(logging.WARNING)
        with app.app_context():
            upgrade()
            yield Installation(app, environ, folder)
            db.session.remove()
            db.engine.dispose()
            redis_connection().close()


@contextmanager
def _own_servers(folder: Path) -> Iterator[tuple[str, str]]:
    """Their data goes with them; only the logs of our own processes stay."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory(dir=folder) as data,
        start_postgres(Path(data)) as postgres,
        start_valkey(Path(data)) as valkey,
    ):
        yield postgres.url, valkey.url


def _spotify(twin: TwinProcess, limits: Limits) -> dict[str, str]:
    return {
        "SPOTIFY_ACCOUNTS_URL": f"{twin.url}/accounts",
        "SPOTIFY_API_URL": f"{twin.url}/api/v1",
        "SPOTIFY_CALLS_PER_SECOND": str(limits.calls_per_second),
        # Nothing listens there: a measurement asks no catalogue out there.
        **dict.fromkeys(("DEEZER_LOOKUP_URL", "ITUNES_URL", "ODESLI_URL", "MUSICBRAINZ_URL"), "http://127.0.0.1:1"),
    }


def _are_up(workers: list[Process], clock: Process) -> bool:
    """Workers tell Redis that they are there, the clock tells the database."""
    if any(process.poll() is not None for process in (*workers, clock)):
        raise LaunchError("A worker or the clock ended while starting: see its log.")
    db.session.rollback()
    has_ticked = db.session.execute(text("SELECT count(*) FROM heartbeat WHERE name = 'clock'")).scalar_one()
    db.session.rollback()
    return bool(has_ticked) and Worker.count(connection=redis_connection()) >= len(workers)


def _kill(process: Process) -> None:
    """The process and all it has forked. It is stopped first, so that it forks no more meanwhile."""
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGSTOP)
    forked = descendants(process.pid)
    processes.end(process, signal.SIGKILL)
    for pid in forked:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
