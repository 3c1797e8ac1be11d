"""Turning an upload into clean files, which is done in a process of its own."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from presave_app.campaigns import picture_process
from presave_app.lib.palette import RGB, Palette, palette_of

MOST_BYTES = 10 * 1024 * 1024

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
    try:
        answer = picture_process.run("cover", upload)
    except picture_process.PictureProcessBroke:
        raise BadArtwork(_WORDS["broken"]) from None
    if "refused" in answer:
        raise BadArtwork(_WORDS[answer["refused"]])
    files = tuple(
        PressedFile(file["content_type"], file["width"], base64.b64decode(file["body"])) for file in answer["files"]
    )
    return Pressed(files, answer["placeholder"], palette_of(_pixels(base64.b64decode(answer["sample"]))))


def _pixels(sample: bytes) -> list[RGB]:
    return [(sample[at], sample[at + 1], sample[at + 2]) for at in range(0, len(sample) - 2, 3)]
