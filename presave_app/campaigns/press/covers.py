"""A cover in all the sizes and kinds that a page needs, the placeholder, and a sample for its colours."""

from __future__ import annotations

import base64

from encoding import saved, saved_within
from PIL import Image, ImageFilter
from squares import read_square

# (kind, side, most bytes): together at most 400 KB. A phone of 360 CSS pixels shows the cover 295 of them wide,
# and takes the AVIF of 640 or 960 pixels; one that knows no AVIF takes 640 and never more.
SIZES = (
    ("AVIF", 320, 20_000),
    ("AVIF", 640, 40_000),
    ("AVIF", 960, 60_000),
    ("WEBP", 320, 20_000),
    ("WEBP", 640, 60_000),
    ("JPEG", 640, 60_000),
    ("JPEG", 1200, 140_000),
)
PLACEHOLDER_SIDE = 24
SAMPLE_SIDE = 40


def press_cover(data: bytes) -> dict[str, object]:
    """Everything a page needs of the picture; raises RefusedPicture."""
    picture = read_square(data)
    small = picture.resize((SAMPLE_SIDE, SAMPLE_SIDE), Image.Resampling.BOX)
    return {
        "files": [
            {"content_type": f"image/{kind.lower()}", "width": side, "body": text(file_of(picture, kind, side, most))}
            for (kind, side), most in sizes_of(picture).items()
        ],
        "placeholder": f"data:image/webp;base64,{text(placeholder_of(picture))}",
        "sample": text(small.tobytes()),
    }


def sizes_of(picture: Image.Image) -> dict[tuple[str, int], int]:
    """The kinds and sides to make, and the most bytes of each: none is larger than the picture."""
    return {(kind, min(side, picture.width)): most for kind, side, most in SIZES}


def file_of(picture: Image.Image, kind: str, side: int, most_bytes: int) -> bytes:
    """The picture as one file of that kind and side."""
    return saved_within(picture.resize((side, side), Image.Resampling.LANCZOS), kind, most_bytes)


def placeholder_of(picture: Image.Image) -> bytes:
    """A tiny, soft copy to show until the picture is there."""
    tiny = picture.resize((PLACEHOLDER_SIDE, PLACEHOLDER_SIDE), Image.Resampling.BOX)
    return saved(tiny.filter(ImageFilter.GaussianBlur(1)), "WEBP", 30)


def text(data: bytes) -> str:
    """Bytes as JSON can hold them."""
    return base64.b64encode(data).decode()
