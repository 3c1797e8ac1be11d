"""A picture as a file of one kind, at the best quality that keeps it within so many bytes."""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from PIL import Image

# From the best downwards: the first is as good as any eye asks for, the last holds even noise.
QUALITIES: Mapping[str, Sequence[int]] = {
    "AVIF": (64, 54, 45, 37, 29, 21, 12, 5),
    "WEBP": (84, 72, 60, 48, 36, 24, 14, 6),
    "JPEG": (84, 72, 60, 48, 36, 24, 14, 6),
}
OPTIONS: Mapping[str, Mapping[str, object]] = {
    "AVIF": {"speed": 8},
    "WEBP": {"method": 4},
    "JPEG": {"optimize": True, "progressive": True},
}


def saved_within(picture: Image.Image, kind: str, most_bytes: int) -> bytes:
    """The file; at the worst quality it is taken whatever it weighs."""
    files: dict[int, bytes] = {}

    def fits(rung: int) -> bool:
        files[rung] = saved(picture, kind, QUALITIES[kind][rung])
        return len(files[rung]) <= most_bytes

    if fits(0):
        return files[0]
    last = len(QUALITIES[kind]) - 1
    best = bisect_left(range(1, last), True, key=fits) + 1
    return files.get(best) or saved(picture, kind, QUALITIES[kind][best])


def saved(picture: Image.Image, kind: str, quality: int) -> bytes:
    """The file of a picture, without anything that the picture says about itself."""
    out = io.BytesIO()
    picture.save(out, kind, quality=quality, **OPTIONS[kind])
    return out.getvalue()
