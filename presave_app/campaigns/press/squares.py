"""Reading a picture that a stranger made: looked at first, then decoded into an upright square in sRGB."""

from __future__ import annotations

import contextlib
import io

from PIL import Image, ImageCms, ImageOps

MOST_PIXELS = 36_000_000
LEAST_SIDE = 600
LARGEST_SIDE = 1200
# A cover that was scanned or cut by hand is seldom an exact square.
MOST_UNEVEN = 1.25
FORMATS = ("JPEG", "PNG", "WEBP")


class RefusedPicture(Exception):
    """The code of a reason."""


def read_square(data: bytes) -> Image.Image:
    """The upload as an upright square in sRGB, in the largest size that is kept."""
    picture = open_checked(data)
    side = min(picture.size)
    if picture.format == "JPEG":
        # The decoder may leave out detail nobody will see, which saves most of the memory.
        picture.draft("RGB", (LARGEST_SIDE * 2, LARGEST_SIDE * 2))
        side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    whole = _with_plain_mode(picture)
    largest = min(side, LARGEST_SIDE)
    square = whole.resize(
        (largest, largest), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side), reducing_gap=3.0
    )
    square.info = {name: picture.info[name] for name in ("exif", "icc_profile") if name in picture.info}
    upright = ImageOps.exif_transpose(square)
    return _in_srgb(_on_white(upright), picture.info.get("icc_profile"))


def open_checked(data: bytes) -> Image.Image:
    """The picture, looked at but not decoded yet; raises RefusedPicture."""
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.UnidentifiedImageError:
        raise RefusedPicture("not_a_picture") from None
    if picture.format in ("PNG", "WEBP") and getattr(picture, "is_animated", False):
        raise RefusedPicture("animated")
    if picture.width * picture.height > MOST_PIXELS:
        raise RefusedPicture("too_many_pixels")
    if min(picture.size) < LEAST_SIDE:
        raise RefusedPicture("too_small")
    if max(picture.size) > min(picture.size) * MOST_UNEVEN:
        raise RefusedPicture("not_square")
    return picture


def _with_plain_mode(picture: Image.Image) -> Image.Image:
    """A mode that can be resized well: palettes and deep greys become RGBA or RGB."""
    if picture.mode in ("RGB", "RGBA", "L", "CMYK"):
        picture.load()
        return picture
    if picture.mode.startswith("I"):
        # Sixteen bits of grey, which Pillow would clip instead of scaling.
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    return Image.alpha_composite(ground, picture).convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        # A profile that can't be read or does not fit is no reason to refuse the picture.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            if converted is not None:
                picture = converted
    plain = picture.convert("RGB")
    plain.info = {}
    return plain
