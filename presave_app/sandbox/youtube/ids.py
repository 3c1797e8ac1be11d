"""YouTube's ids: 11 characters name a video, `UC` and 22 a channel, `PL` and 32 a playlist."""

import re
import string

from presave_app.sandbox.kit.ids import made_up_text

ALPHABET = string.ascii_letters + string.digits + "-_"
VIDEO_SHAPE = re.compile(r"[A-Za-z0-9_-]{11}")


class VideoIdError(ValueError):
    """The text is no id of a video."""


def check_video_id(text: str) -> None:
    """Raises VideoIdError."""
    if not VIDEO_SHAPE.fullmatch(text):
        raise VideoIdError(f"{text!r} is no YouTube video id: 11 letters, digits, dashes or underscores")


def channel_id(seed: str) -> str:
    return f"UC{made_up_text(seed, ALPHABET, 22)}"


def playlist_id(seed: str) -> str:
    return f"PL{made_up_text(seed, ALPHABET, 32)}"


def item_id(seed: str) -> str:
    return made_up_text(seed, ALPHABET, 40)
