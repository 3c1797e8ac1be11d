"""SoundCloud's ids: `soundcloud:<kind>:<number>`; a bare number is the older form.

https://github.com/soundcloud/api
"""

import re

KINDS = ("tracks", "playlists", "users")
SHAPE = re.compile(r"soundcloud:(tracks|playlists|users):([1-9][0-9]{0,18})")
NUMBER = re.compile(r"[1-9][0-9]{0,18}")


class UrnError(ValueError):
    """The text is no URN of the kind that was asked for."""


def kind_of(urn: str) -> str:
    """`tracks`, `playlists` or `users`. Raises UrnError."""
    found = SHAPE.fullmatch(urn)
    if found is None:
        raise UrnError(f"{urn!r} is no SoundCloud URN, as soundcloud:tracks:1")
    return found[1]


def read_urn(kind: str, text: str, *, numbers_work: bool) -> str:
    """The URN of that kind in a path. Raises UrnError."""
    if numbers_work and NUMBER.fullmatch(text):
        return f"soundcloud:{kind}:{text}"
    if kind_of(text) != kind:
        raise UrnError(f"{text!r} is not of the kind {kind}")
    return text
