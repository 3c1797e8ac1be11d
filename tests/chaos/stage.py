"""The installation under attack: a PostgreSQL, a Valkey and a twin of its own, web, workers and clocks."""

from __future__ import annotations

import base64
import itertools
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self, cast

import psycopg
import redis
import requests
from flask import Flask
from flask_migrate import upgrade
from installation import ROOT, Installation, wait_until
from local import processes
from local.ports import free_port
from local.servers import Server, start_own_postgres, start_own_valkey
from second_app import second_app
from twin_client import ALBUM, CLIENT_ID, SECRET, TwinClient

from chaos.plan import Plan

# Who holds a claim is of no interest to the app, but a storm has to know whose claims died with their owner.
NOTE_OWNERS = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.claim_owner (pre_save_id uuid PRIMARY KEY, claim_no int NOT NULL, owner text NOT NULL);
CREATE FUNCTION chaos.note_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO chaos.claim_owner VALUES (NEW.id, NEW.claim_no, current_setting('application_name'))
  ON CONFLICT (pre_save_id) DO UPDATE SET claim_no = excluded.claim_no, owner = excluded.owner;
  RETURN NULL;
END $$;
CREATE TRIGGER note_owner AFTER UPDATE OF claim_no ON pre_save
  FOR EACH ROW WHEN (NEW.state = 'claimed') EXECUTE FUNCTION chaos.note_owner();
"""
# The second campaign's release.
LATER_ALBUM = "5rV0dGnTqYVWQPlBdC2xJk"
LATER_UPC = "00602445868179"
ALBUMS = {"night-drive": ALBUM, "first-light": LATER_ALBUM}
WORKERS = ("worker-1", "worker-2", "worker-3")
CLOCKS = ("clock-1", "clock-2")


class Stage:
    """Everything a storm blows over. Leaving it ends every process it has started."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        with ExitStack() as stack:
            self.postgres = stack.enter_context(start_own_postgres(folder / "postgres"))
            self.valkey = stack.enter_context(start_own_valkey(folder / "valkey"))
            twin_server = stack.enter_context(_start_twin(folder / "twin.log"))
            session = stack.enter_context(requests.Session())
            session.trust_env = False
            self.twin = TwinClient(twin_server.url, session)
            environ = self._environ(twin_server.url, plan.calls_per_second)
            (folder / "logs").mkdir()
            self.installation = Installation(environ, folder / "logs")
            stack.callback(self.installation.stop)
            self.app = stack.enter_context(_migrated_app(self.installation.environ))
            self.redis = stack.enter_context(redis.Redis.from_url(self.valkey.url, socket_timeout=5))
            self._stack = stack.pop_all()
        self.sql(NOTE_OWNERS)
        # The name each process has at the database, a new one with every start.
        self.owners: dict[str, str] = {}
        self.started_at: dict[str, float] = {}
        self._starts = itertools.count()
        self.twin.album()
        self.twin.album(LATER_ALBUM, name="First Light", upc=LATER_UPC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(self, name: str, *, failpoint: str = "", wait: bool = False) -> None:
        """Start one process by its name. Only the web server can be waited for."""
        self.owners[name] = f"{name} start {next(self._starts)}"
        self.started_at[name] = time.monotonic()
        extra = {"PGAPPNAME": self.owners[name], "FAILPOINT": failpoint}
        match name.split("-")[0]:
            case "worker":
                self.installation.start_worker(name, **extra)
            case "clock":
                self.installation.start_clock(name, **extra)
            case _:
                self.installation.start_web(wait=wait, **extra)

    def start_all(self, workers: int = len(WORKERS), clocks: int = len(CLOCKS)) -> None:
        """Start the workers and clocks."""
        for name in (*WORKERS[:workers], *CLOCKS[:clocks]):
            self.start(name)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """One statement in a connection of its own; what it returns, if anything."""
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            cursor = connection.execute(cast(Any, statement), values or None)
            return cursor.fetchall() if cursor.description else []

    def kill_connections(self) -> int:
        """End every connection to the database but our own; returns how many."""
        ended = self.sql("""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
        """)
        return len(ended)

    def logs(self) -> dict[str, bytes]:
        """What every process has written, by file; the twin's own words are no part of the app."""
        found = [*(self.folder / "logs").glob("*.log"), *self.folder.glob("*/*.log")]
        return {path.name: path.read_bytes() for path in found}

    def _environ(self, twin_url: str, calls_per_second: float) -> dict[str, str]:
        return {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "SECRET_KEY": "0123456789abcdef" * 4,
            "TOKEN_KEYS": "k1:" + base64.b64encode(bytes(range(32))).decode(),
            "ACCOUNT_PEPPER": "fedcba9876543210" * 4,
            "SPOTIFY_CLIENT_ID": CLIENT_ID,
            "SPOTIFY_CLIENT_SECRET": SECRET,
            "SPOTIFY_ACCOUNTS_URL": f"{twin_url}/spotify/accounts",
            "SPOTIFY_API_URL": f"{twin_url}/spotify/api/v1",
            "SPOTIFY_MODE": "extended",
            "SPOTIFY_CALLS_PER_SECOND": f"{calls_per_second:g}",
            # Nothing listens there: no storm reaches a catalogue out there.
            **dict.fromkeys(("DEEZER_LOOKUP_URL", "ITUNES_URL", "ODESLI_URL", "MUSICBRAINZ_URL"), "http://127.0.0.1:1"),
        }


def _start_twin(log: Path) -> Server:
    """The sandbox in a process of its own: its answers must not wait for ours."""
    port = free_port()
    command = [sys.executable, "-m", "presave_app.sandbox", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--client-id", CLIENT_ID, "--client-secret", SECRET]
    with log.open("wb") as output:
        process = processes.start(command, cwd=ROOT, stdout=output, stderr=output)
    server = Server("Sandbox", f"http://127.0.0.1:{port}", process)
    try:
        wait_until(lambda: _answers(server.url), 30)
    except BaseException:
        server.stop()
        raise
    return server


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/spotify/control/state", timeout=2).ok
    except requests.RequestException:
        return False


@contextmanager
def _migrated_app(environ: dict[str, str]) -> Iterator[Flask]:
    """The app in our own process too, inside its context, on a migrated database: it seeds and it counts."""
    with second_app(environ) as app:
        upgrade()
        yield app
