"""Postgres refuses to run as root, so root starts it as `nobody`, in folders that `nobody` can reach."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from . import guard
from .errors import LaunchError


def popen_user() -> dict[str, Any]:
    """Arguments for Popen: none for an ordinary user."""
    if os.geteuid() != 0:
        return {}
    account = _nobody()
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _nobody() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise LaunchError("Postgres will not run as root, and there is no user `nobody`: set DATABASE_URL.") from None


def short_folder() -> Path:
    """A private folder in the temporary directory, its path as short as it gets, for Postgres's user."""
    place = tempfile.gettempdir()
    if os.geteuid() == 0 and not _nobody_reaches(place):
        place = "/tmp"  # noqa: S108 - mkdtemp makes the name and the mode private
    folder = Path(tempfile.mkdtemp(prefix="presave-", dir=place))
    guard.watch_folder(folder)
    give_to_postgres(folder)
    return folder


def remove_folder(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    guard.forget_folder(folder)


def give_to_postgres(folder: Path) -> None:
    if os.geteuid() == 0:
        account = _nobody()
        os.chown(folder, account.pw_uid, account.pw_gid)


def _nobody_reaches(path: str) -> bool:
    return can_run(["/usr/bin/test", "-x", path])


def can_run(command: list[str]) -> bool:
    """Whether Postgres's user can start this program here, its libraries included."""
    try:
        done = subprocess.run(command, cwd="/", capture_output=True, timeout=20, check=False, **popen_user())
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
