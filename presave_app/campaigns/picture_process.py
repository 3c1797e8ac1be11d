"""Work on pictures in a process of its own, with little memory, little time and no secrets: see `campaigns.press`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

_PROGRAM = Path(__file__).with_name("press")
_SECONDS = 25
# Where an interpreter that was built somewhere else finds its own libraries.
_LOADER_NAMES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# One at a time in each process, so that uploads at once can't fill a small machine's memory.
_press_is_free = threading.Lock()


class PictureProcessBroke(RuntimeError):
    """The process died, took too long, or answered nothing that can be read."""


def run(task: str, data: bytes) -> dict[str, Any]:
    """The program's answer to a task of `campaigns.press`; raises PictureProcessBroke."""
    try:
        with _press_is_free:
            # Almost no environment: whatever a picture may make the decoder do, there is no secret to find.
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-I", str(_PROGRAM), task],
                input=data,
                capture_output=True,
                env={name: os.environ[name] for name in _LOADER_NAMES if name in os.environ},
                cwd="/",
                timeout=_SECONDS,
                check=True,
            )
        return json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as fault:
        raise PictureProcessBroke(task) from fault
