"""Reads a picture that a stranger made and prints clean ones. Runs alone, in a process that may break.

Started by `campaigns.artwork_press` as a program of its own, so it imports nothing of the app. The upload comes
on standard input, one JSON object goes to standard output: the files, or a code for why it was refused.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import resource
import sys
import warnings

from PIL import Image, ImageCms, ImageFilter, ImageOps

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 20
MOST_PIXELS = 36_000_000
LEAST_SIDE = 600
# A cover that was scanned or cut by hand is seldom an exact square.
MOST_UNEVEN = 1.25
FORMATS = ("JPEG", "PNG", "WEBP")
# (format, side): what a page and a link card need.
SIZES = (("WEBP", 320), ("WEBP", 640), ("WEBP", 1200), ("JPEG", 640), ("JPEG", 1200))
BUDGET_BYTES = 400_000
BEST_QUALITY, WORST_QUALITY = 84, 6
PLACEHOLDER_SIDE = 24
SAMPLE_SIDE = 40


class RefusedPicture(Exception):
    """The code of a reason."""


def main() -> None:
    """Press the picture on standard input."""
    limit_this_process()
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        answer = press(sys.stdin.buffer.read())
    except RefusedPicture as fault:
        answer = {"refused": str(fault)}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        answer = {"refused": "too_many_pixels"}
    except (OSError, SyntaxError, ValueError, EOFError):
        # Pillow has no exception of its own for a file that breaks off or contradicts itself.
        answer = {"refused": "broken"}
    sys.stdout.write(json.dumps(answer))


def limit_this_process() -> None:
    """Give this process no more memory and time than an honest picture needs."""
    limits = ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_FSIZE, 0))
    for kind, amount in limits:
        # macOS knows some of these limits by name only.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (amount, amount))


def press(data: bytes) -> dict[str, object]:
    """Everything a page needs of the picture; raises RefusedPicture."""
    picture = read_square(data)
    sizes = sizes_of(picture)
    files = press_within_budget(picture, sizes)
    small = picture.resize((SAMPLE_SIDE, SAMPLE_SIDE), Image.Resampling.BOX)
    return {
        "files": [
            {"content_type": f"image/{kind.lower()}", "width": side, "body": _text(body)}
            for (kind, side), body in zip(sizes, files, strict=True)
        ],
        "placeholder": f"data:image/webp;base64,{_text(placeholder_of(picture))}",
        "sample": _text(small.tobytes()),
    }


def read_square(data: bytes) -> Image.Image:
    """The upload as an upright square in sRGB, in the largest size that is kept."""
    picture = open_checked(data)
    side = min(picture.size)
    if picture.format == "JPEG":
        # The decoder may leave out detail nobody will see, which saves most of the memory.
        picture.draft("RGB", (SIZES[-1][1] * 2, SIZES[-1][1] * 2))
        side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    whole = _with_plain_mode(picture)
    largest = min(side, max(side for _, side in SIZES))
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


def sizes_of(picture: Image.Image) -> list[tuple[str, int]]:
    """The sizes to make: none is larger than the picture."""
    return list(dict.fromkeys((kind, min(side, picture.width)) for kind, side in SIZES))


def press_within_budget(picture: Image.Image, sizes: list[tuple[str, int]]) -> list[bytes]:
    """The files of all sizes at the best quality that keeps them within the budget together."""
    files = press_files(picture, sizes, BEST_QUALITY)
    if _size(files) <= BUDGET_BYTES:
        return files
    good, bad = WORST_QUALITY, BEST_QUALITY
    files = press_files(picture, sizes, good)
    while _size(files) > BUDGET_BYTES:
        # Only noise gets here; nobody misses the finest grain of noise.
        picture = picture.filter(ImageFilter.GaussianBlur(2))
        files = press_files(picture, sizes, good)
    while bad - good > 4:
        quality = (good + bad) // 2
        better = press_files(picture, sizes, quality)
        if _size(better) <= BUDGET_BYTES:
            good, files = quality, better
        else:
            bad = quality
    return files


def press_files(picture: Image.Image, sizes: list[tuple[str, int]], quality: int) -> list[bytes]:
    """One file for each of the sizes."""
    return [_saved(picture.resize((side, side), Image.Resampling.LANCZOS), kind, quality) for kind, side in sizes]


def placeholder_of(picture: Image.Image) -> bytes:
    """A tiny, soft copy to show until the picture is there."""
    tiny = picture.resize((PLACEHOLDER_SIDE, PLACEHOLDER_SIDE), Image.Resampling.BOX)
    return _saved(tiny.filter(ImageFilter.GaussianBlur(1)), "WEBP", 30)


def _saved(picture: Image.Image, kind: str, quality: int) -> bytes:
    options: dict[str, object] = {"method": 4} if kind == "WEBP" else {"optimize": True, "progressive": True}
    out = io.BytesIO()
    picture.save(out, kind, quality=quality, **options)
    return out.getvalue()


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


def _size(files: list[bytes]) -> int:
    return sum(len(body) for body in files)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


if __name__ == "__main__":
    main()
