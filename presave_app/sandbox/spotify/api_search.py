"""Search, with its traps: a UPC has to be padded as it was delivered, results lag, and a hit may be null.

https://developer.spotify.com/documentation/web-api/reference/search
"""

import re
from collections.abc import Iterator

from flask import Blueprint, Response, jsonify, request

from .api_catalogue import is_live
from .api_gate import current_app_of_call
from .api_paging import Page, read_page
from .api_shapes import Json, artist_json, page_json, short_album_json, track_json
from .catalogue import Album, Artist, Track
from .errors import ApiError
from .twin import current_twin

FILTER = re.compile(r'\b(upc|isrc|album|artist|track):(?:"([^"]*)"|(\S+))', re.IGNORECASE)
KINDS = ("album", "artist", "playlist", "track", "show", "episode", "audiobook")
FARTHEST = 1000


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/search", view_func=search, methods=["GET"])


def search() -> Response:
    query = request.args.get("q", "").strip()
    if not query:
        raise ApiError(400, "No search query")
    kinds = [kind for kind in request.args.get("type", "").split(",") if kind]
    if not kinds:
        raise ApiError(400, "Missing parameter type")
    if not set(kinds) <= set(KINDS):
        raise ApiError(400, "Bad search type field")
    page = _read_search_page()
    wanted = Wanted(query)
    return jsonify({f"{kind}s": _results(kind, wanted, page, query) for kind in kinds})


class Wanted:
    """A query taken apart into its field filters and the free words."""

    def __init__(self, query: str) -> None:
        self.fields = {name.lower(): quoted or bare for name, quoted, bare in FILTER.findall(query)}
        self.words = FILTER.sub(" ", query).casefold().split()

    def fits_album(self, album: Album) -> bool:
        return (
            not self.fields.keys() & {"isrc", "track"}
            and self.fields.get("upc", album.upc) == album.upc
            and self._names_fit(album)
            and self._words_in(album.name, album.artist.name)
        )

    def fits_track(self, album: Album, track: Track) -> bool:
        return (
            "upc" not in self.fields
            and self.fields.get("isrc", track.isrc).upper() == track.isrc.upper()
            and self._contains("track", track.name)
            and self._names_fit(album)
            and self._words_in(track.name, album.name, album.artist.name)
        )

    def fits_artist(self, artist: Artist) -> bool:
        return (
            self.fields.keys() <= {"artist"} and self._contains("artist", artist.name) and self._words_in(artist.name)
        )

    def _names_fit(self, album: Album) -> bool:
        return self._contains("album", album.name) and self._contains("artist", album.artist.name)

    def _contains(self, field: str, name: str) -> bool:
        return self.fields.get(field, "").casefold() in name.casefold()

    def _words_in(self, *names: str) -> bool:
        text = " ".join(names).casefold()
        return all(word in text for word in self.words)


def _read_search_page() -> Page:
    """Development mode has ten results at most since February 2026; older apps kept fifty."""
    is_small = current_app_of_call().switches.in_development
    return read_page(usual=5 if is_small else 20, most=10 if is_small else 50, farthest=FARTHEST)


def _results(kind: str, wanted: Wanted, page: Page, query: str) -> Json:
    items: list[Json | None] = []
    if kind == "album":
        items = list(_albums(wanted))
    elif kind == "track":
        items = list(_tracks(wanted))
    elif kind == "artist":
        items = list(_artists(wanted))
    return page_json(items, limit=page.limit, offset=page.offset, path="/search", query={"query": query, "type": kind})


def _albums(wanted: Wanted) -> Iterator[Json | None]:
    twin = current_twin()
    switches = current_app_of_call().switches
    for album in twin.catalogue.albums():
        if wanted.fits_album(album):
            if is_live(album, switches.search_lag_seconds):
                yield short_album_json(album, switches, twin.clock.now(), is_live=True)
            elif switches.search_before_live == "null":
                yield None


def _tracks(wanted: Wanted) -> Iterator[Json | None]:
    twin = current_twin()
    switches = current_app_of_call().switches
    for album in twin.catalogue.albums():
        live = is_live(album, switches.search_lag_seconds)
        for track in album.tracks:
            if wanted.fits_track(album, track):
                if live:
                    yield track_json(album, track, switches, twin.clock.now(), is_live=True)
                elif switches.search_before_live == "null":
                    yield None


def _artists(wanted: Wanted) -> Iterator[Json]:
    switches = current_app_of_call().switches
    artists = {album.artist.id: album.artist for album in current_twin().catalogue.albums()}
    return (artist_json(artist, switches) for artist in artists.values() if wanted.fits_artist(artist))
