"""The virtual environment in .venv: made once, extended when the pins change, entered by every start."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import LaunchError
from .say import say

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MARKER = VENV / "installed.json"
VAR = ROOT / "var"
# Each file with the smaller ones it contains: the pins are the same, so those are installed by it too.
CONTAINS = {
    "requirements-test.txt": ("requirements-test.txt", "requirements-local.txt", "requirements.txt"),
    "requirements-local.txt": ("requirements-local.txt", "requirements.txt"),
    "requirements.txt": ("requirements.txt",),
}
# Where pip would put things elsewhere than into .venv. Its other settings, such as the index, stay.
MISLEADING_PIP = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PIP_PYTHON"}


def enter(requirements: str) -> None:
    """Return inside a .venv that has these requirements; on the way there, start this program anew in it."""
    if not _is_installed(requirements):
        VAR.mkdir(exist_ok=True)
        with _one_at_a_time():
            if not _is_installed(requirements):
                _prepare(requirements)
    elif Path(sys.prefix) == VENV and not any(map(_is_misleading, os.environ)):
        return
    os.execve(PYTHON, [str(PYTHON), *sys.argv], own_environment())  # noqa: S606 - no shell is wanted


def own_environment() -> dict[str, str]:
    """This environment without another virtual environment, without PYTHON* and with .venv first on PATH."""
    kept = {name: value for name, value in os.environ.items() if not _is_misleading(name)}
    foreign = os.path.join(os.environ.get("VIRTUAL_ENV") or "/nowhere", "bin")
    path = [part for part in os.environ.get("PATH", os.defpath).split(os.pathsep) if part != foreign]
    mine = str(VENV / "bin")
    return {
        **kept,
        "VIRTUAL_ENV": str(VENV),
        "PATH": os.pathsep.join([mine, *(p for p in path if p != mine)]),
    }


def _is_misleading(name: str) -> bool:
    return name.startswith(("PYTHON", "__PYVENV")) or name in MISLEADING_PIP


def _is_installed(requirements: str) -> bool:
    try:
        marker = json.loads(MARKER.read_text())
    except (OSError, ValueError):
        return False
    return (
        marker.get("root") == str(ROOT)
        and marker.get("files", {}).get(requirements) == _digest(requirements)
        and _runs([str(PYTHON), "-c", ""])
    )


def _prepare(requirements: str) -> None:
    if not _is_sound():
        _make_venv()
    _install(requirements)
    files = {name: _digest(name) for name in CONTAINS[requirements]}
    MARKER.write_text(json.dumps({"root": str(ROOT), "files": files}, indent=1))


def _is_sound() -> bool:
    """Whether a .venv is there, was made at this place, and its Python and pip still work."""
    config = VENV / "pyvenv.cfg"
    made_here = config.is_file() and str(VENV) in config.read_text()
    return made_here and _runs([str(PYTHON), "-I", "-c", "import sys, pip; assert sys.version_info >= (3, 11)"])


def _make_venv() -> None:
    try:
        import ensurepip

        ensurepip.version()
    except (ImportError, AttributeError, OSError):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise LaunchError(
            "This Python cannot make virtual environments. Debian and Ubuntu keep that in a package: "
            f"apt-get install python3-venv (or python{version}-venv)"
        ) from None
    say("Making a virtual environment in .venv")
    _run_quietly([sys.executable, "-I", "-m", "venv", "--clear", str(VENV)], "The virtual environment failed.")


def _install(requirements: str) -> None:
    pins = (ROOT / requirements).read_text().splitlines()
    count = sum(line[:1].isalnum() for line in pins)
    say(f"Installing {requirements} with {count} packages (about half a minute the first time)")
    started = time.monotonic()
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    _run_quietly([*command, "--require-hashes", "-r", str(ROOT / requirements)], "pip failed.")
    say(f"Installed in {time.monotonic() - started:.0f} s")


def _run_quietly(command: list[str], complaint: str) -> None:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=own_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode != 0:
        raise LaunchError(f"{done.stdout.decode(errors='replace').rstrip()}\n{complaint}")


def _runs(command: list[str]) -> bool:
    try:
        done = subprocess.run(command, env=own_environment(), capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def _digest(requirements: str) -> str:
    return hashlib.sha256((ROOT / requirements).read_bytes()).hexdigest()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """bin/demo and bin/test may be started together on a fresh copy."""
    with (VAR / "install.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is installing, waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
