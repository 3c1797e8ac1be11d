"""Tracks and playlists, as SoundCloud has them: private until their start, then public.

https://developers.soundcloud.com/docs/api/explorer/open-api
"""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from presave_app.sandbox.kit.ids import made_up_number
from presave_app.sandbox.kit.releases import Release

from .urns import kind_of

HOSTS = ("soundcloud.com", "www.soundcloud.com", "m.soundcloud.com", "on.soundcloud.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound(Release):
    """One track or playlist; the id is its URN, `artist_id` the URN of who put it up.

    `tracks` are the URNs of a playlist's tracks. With `secret_token` a private sound can be read before its start.
    """

    permalink_url: str = ""
    short_url: str = ""
    secret_token: str = ""
    access: Literal["playable", "preview", "blocked"] = "playable"
    tracks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises UrnError for an id that SoundCloud would not give."""
        kind_of(self.id)

    @property
    def kind(self) -> str:
        return kind_of(self.id)

    @property
    def artist_urn(self) -> str:
        return self.artist_id or f"soundcloud:users:{made_up_number(f'artist {self.artist}')}"

    @property
    def artist_permalink(self) -> str:
        return slug_of(self.artist)

    @property
    def page(self) -> str:
        """The address for people, made up of the names where none was given."""
        if self.permalink_url:
            return self.permalink_url
        folder = "sets/" if self.kind == "playlists" else ""
        return f"https://soundcloud.com/{self.artist_permalink}/{folder}{slug_of(self.title)}"

    def is_at(self, address: str) -> bool:
        wanted = page_key(address)
        return wanted is not None and wanted in (page_key(self.page), page_key(self.short_url))


def slug_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "untitled"


def page_key(address: str) -> str | None:
    """Of an address what tells one page from another; None where it is not one of SoundCloud's.

    What an app hangs on when somebody shares a page (`?si=...`) does not matter.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or parts.hostname not in HOSTS:
        return None
    is_short = parts.hostname == "on.soundcloud.com"
    path = parts.path.rstrip("/")
    return f"on.soundcloud.com{path}" if is_short else f"soundcloud.com{path.lower()}"
