"""Deezer's public catalogue: an album by its UPC, without credentials (https://developers.deezer.com/api/album)."""

from __future__ import annotations

from presave_app.lib.shapes import as_object, as_text
from presave_app.lib.upc import same_upc, written_forms
from presave_app.settings import ServiceOptions
from presave_app.streaming.errors import Refused, RetryLater
from presave_app.streaming.lookups.contract import FoundLink, Lookup, Permit, found_link

OPTIONS = ServiceOptions(
    service="deezer-lookup",
    credentials=(),
    urls={"DEEZER_LOOKUP_URL": "https://api.deezer.com"},
    # "Limited to 50 requests / 5 seconds" (https://developers.deezer.com/api), and others may share our address.
    calls_per_second=4.0,
    rate_window_seconds=5.0,
)

# Errors come inside a 200 (https://developers.deezer.com/api/errors).
_QUOTA, _BUSY, _NO_DATA = 4, 700, 800
_QUOTA_PAUSE_SECONDS = 5.0


class DeezerAlbums(Lookup):
    """The look-up."""

    source = "deezer-lookup"
    name = "Deezer's catalogue"
    is_exact = True

    def find(self, asked: str, permit: Permit) -> list[FoundLink]:
        for form in written_forms(asked):
            album = self._get(f"/album/upc:{form}", permit).json_object()
            error = as_object(album.get("error"))
            if not error:
                found = _link_in(album, asked)
                return [found] if found else []
            _raise_unless_missing(error.get("code"))
        return []


def _raise_unless_missing(code: object) -> None:
    if code == _QUOTA:
        raise RetryLater("rate_limited", _QUOTA_PAUSE_SECONDS)
    if code == _BUSY:
        raise RetryLater("busy")
    if code != _NO_DATA:
        raise Refused(f"error_{code}"[:60])


def _link_in(album: dict[str, object], upc: str) -> FoundLink | None:
    return found_link(
        as_text(album.get("link")),
        title=as_text(album.get("title")),
        artist=as_text(as_object(album.get("artist")).get("name")),
        upc_matches=same_upc(as_text(album.get("upc")), upc),
    )
