"""Turning an upload into clean files, in a process of its own with little memory, little time and no secrets."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from presave_app.lib.palette import RGB, Palette, palette_of

MOST_BYTES = 10 * 1024 * 1024

_SCRIPT = Path(__file__).with_name("press_script.py")
_SECONDS = 25
# Where an interpreter that was built somewhere else finds its own libraries.
_LOADER_NAMES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# One at a time in each process, so that uploads at once can't fill a small machine's memory.
_press_is_free = threading.Lock()

_TOO_LARGE = "That file is larger than 10 MB. Save the picture as a JPEG of 3000 by 3000 pixels and try again."
_WORDS = {
    "not_a_picture": "That is not a JPEG, PNG or WebP picture.",
    "animated": "That picture moves. Choose a still one.",
    "too_many_pixels": "That picture has more pixels than any page needs. 3000 by 3000 is plenty.",
    "too_small": "That picture is too small. It needs at least 600 by 600 pixels.",
    "not_square": "A cover is square, and that picture is far from it. Crop it first.",
    "broken": "That picture is damaged or incomplete. Export it again and try once more.",
}


class BadArtwork(ValueError):
    """The upload can't be a cover; the message says why, in words for the person who chose it."""


@dataclass(frozen=True)
class PressedFile:
    """One clean file."""

    content_type: str
    width: int
    body: bytes


@dataclass(frozen=True)
class Pressed:
    """A picture after re-encoding: nothing of the uploaded bytes is left in it."""

    files: tuple[PressedFile, ...]
    placeholder: str
    palette: Palette


def press(upload: bytes) -> Pressed:
    """Read the picture and make it anew in all sizes; raises BadArtwork."""
    if not upload:
        raise BadArtwork("Choose a picture first.")
    if len(upload) > MOST_BYTES:
        raise BadArtwork(_TOO_LARGE)
    answer = _run(upload)
    if "refused" in answer:
        raise BadArtwork(_WORDS[answer["refused"]])
    files = tuple(
        PressedFile(file["content_type"], file["width"], base64.b64decode(file["body"])) for file in answer["files"]
    )
    return Pressed(files, answer["placeholder"], palette_of(_pixels(base64.b64decode(answer["sample"]))))


def _run(upload: bytes) -> dict[str, Any]:
    try:
        with _press_is_free:
            # Almost no environment: whatever a picture may make the decoder do, there is no secret to find.
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-I", str(_SCRIPT)],
                input=upload,
                capture_output=True,
                env={name: os.environ[name] for name in _LOADER_NAMES if name in os.environ},
                cwd="/",
                timeout=_SECONDS,
                check=True,
            )
        return json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        raise BadArtwork(_WORDS["broken"]) from None


def _pixels(sample: bytes) -> list[RGB]:
    return [(sample[at], sample[at + 1], sample[at + 2]) for at in range(0, len(sample) - 2, 3)]
