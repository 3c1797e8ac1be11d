"""The servers from wheels: private, usable, and gone with whoever started them."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from local.environment import ROOT
from local.servers import (
    Server,
    create_database,
    drop_database,
    start_own_postgres,
    start_own_valkey,
    start_postgres,
    start_valkey,
)
from sqlalchemy import create_engine, text

START_AND_WAIT = """
import sys, time
from pathlib import Path
from local.servers import start_postgres, start_valkey
folder = Path(sys.argv[1])
servers = [start_postgres(folder, durable=False), start_valkey(folder)]
print(*(server.process.pid for server in servers), servers[0].url, flush=True)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "PG_BIN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("PG_BIN", raising=False)
        with start_postgres(tmp_path_factory.mktemp("own"), durable=False) as server:
            yield server


def ask(url: str, question: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row
    return str(row[0])


def test_postgres_listens_on_a_private_socket_only(postgres: Server) -> None:
    folder = Path(ask(postgres.url, "SHOW unix_socket_directories"))
    assert ask(postgres.url, "SHOW listen_addresses") == ""
    assert folder.stat().st_mode & 0o077 == 0


def test_sqlalchemy_takes_the_socket_address(postgres: Server) -> None:
    engine = create_engine(postgres.url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT current_database()")).scalar_one() == "presave"
    engine.dispose()


def test_letters_beyond_ascii_are_letters(postgres: Server) -> None:
    assert ask(postgres.url, "SELECT upper('é')") == "É"


def test_a_further_database_is_a_copy_of_its_template(postgres: Server) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE song AS SELECT 'Night Drive' AS title")
    url = create_database(postgres.url, "copy", template="presave")
    assert ask(url, "SELECT title FROM song") == "Night Drive"
    drop_database(postgres.url, "copy")
    assert ask(postgres.url, "SELECT count(*) FROM pg_database WHERE datname = 'copy'") == "0"


def test_a_too_long_socket_path_falls_back_to_tcp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = Path(tempfile.mkdtemp(prefix="x" * 90))
    long.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with start_postgres(tmp_path, durable=False) as server:
        assert "@127.0.0.1:" in server.url
        assert ask(server.url, "SHOW unix_socket_directories") == ""
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.url.replace("postgres:", "postgres:wrong"))
    assert not any(long.iterdir())
    long.rmdir()


def test_valkey_wants_its_password_and_stays_on_loopback(tmp_path: Path) -> None:
    with start_valkey(tmp_path) as server:
        client = redis.from_url(server.url)
        assert client.config_get("bind") == {"bind": "127.0.0.1"}
        client.close()
        stranger = redis.from_url("redis://127.0.0.1:" + server.url.rpartition(":")[2])
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()
        stranger.close()


def test_stopping_twice_is_harmless_and_leaves_no_folder(tmp_path: Path) -> None:
    server = start_postgres(tmp_path, durable=True)
    folder = Path(ask(server.url, "SHOW unix_socket_directories"))
    server.stop()
    server.stop()
    assert not folder.exists()


def test_a_crashed_postgres_has_what_was_committed(tmp_path: Path) -> None:
    with start_own_postgres(tmp_path, durable=True) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE song AS SELECT 'Night Drive' AS title")
        with psycopg.connect(server.url, autocommit=True) as idle:
            server.crash()
            server.start_again()
            with pytest.raises(psycopg.OperationalError):
                idle.execute("SELECT 1")
        assert ask(server.url, "SELECT title FROM song") == "Night Drive"


def test_a_crashed_valkey_comes_back_empty_at_its_address(tmp_path: Path) -> None:
    with start_own_valkey(tmp_path) as server, redis.from_url(server.url) as client:
        client.set("bell", "rung")
        server.crash()
        server.start_again()
        assert client.get("bell") is None


def test_servers_die_with_a_killed_launcher(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bin")}
    command = [sys.executable, "-c", START_AND_WAIT, str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout
        postgres, valkey, url = launcher.stdout.readline().split()
        assert is_running(int(postgres))
        launcher.send_signal(signal.SIGKILL)
    folder = Path(url.partition("?host=")[2])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and (folder.exists() or any(map(is_running, (int(postgres), int(valkey))))):
        time.sleep(0.05)
    assert not is_running(int(postgres))
    assert not is_running(int(valkey))
    assert not folder.exists()


def is_running(pid: int) -> bool:
    """A zombie that nobody reaps, as in a container without an init, is dead enough."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip()) and not done.stdout.strip().startswith("Z")
