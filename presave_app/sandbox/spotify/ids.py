"""Spotify ids and URIs: 22 base-62 characters, and `spotify:<kind>:<id>`.

https://developer.spotify.com/documentation/web-api/concepts/spotify-uris-ids
"""

import re
import string
from dataclasses import dataclass

from presave_app.sandbox.kit.ids import made_up_text

ALPHABET = string.digits + string.ascii_letters
ID_LENGTH = 22
MOST_URIS = 40

ID_SHAPE = re.compile(rf"[0-9A-Za-z]{{{ID_LENGTH}}}")
USER_SHAPE = re.compile(r"[^\s:,]{1,64}")
KINDS = ("track", "album", "episode", "show", "audiobook", "artist", "user", "playlist")


class UriError(ValueError):
    """The text is not a Spotify URI."""


@dataclass(frozen=True, slots=True)
class Uri:
    kind: str
    id: str

    def __str__(self) -> str:
        return f"spotify:{self.kind}:{self.id}"


def is_id(text: str) -> bool:
    return ID_SHAPE.fullmatch(text) is not None


def parse_uri(text: str) -> Uri:
    scheme, _, rest = text.partition(":")
    kind, _, name = rest.partition(":")
    shape = USER_SHAPE if kind == "user" else ID_SHAPE
    if scheme != "spotify" or kind not in KINDS or not shape.fullmatch(name):
        raise UriError(text)
    return Uri(kind, name)


def made_up_id(seed: str) -> str:
    """The same seed always gives the same id, so that a fan or artist stays the same after a restart."""
    return made_up_text(seed, ALPHABET, ID_LENGTH)
