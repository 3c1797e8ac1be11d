"""One demo at a time in one folder: a second one would answer from the first one's ports."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .errors import LaunchError


@contextmanager
def only_one(path: Path) -> Iterator[Callable[[str], None]]:
    """Hold the lock; what is yielded notes the address for a second start to name.

    The kernel drops the lock with the process, however it ends, so there is never a stale one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LaunchError(_who_holds_it(file)) from None
        _note(file, "")
        try:
            yield lambda address: _note(file, address)
        finally:
            file.truncate(0)


def _note(file: IO[str], address: str) -> None:
    file.truncate(0)
    file.write(json.dumps({"pid": os.getpid(), "address": address}))
    file.flush()


def _who_holds_it(file: IO[str]) -> str:
    file.seek(0)
    try:
        holder = json.loads(file.read())
    except ValueError:
        return "A demo is already starting here."
    place = f"at {holder['address']}" if holder["address"] else "and still starting"
    return f"A demo is already running here {place} (pid {holder['pid']}). Stop that one first."
