"""What the columns of other tools' tables mean, by their headings, whatever their order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from presave_app.streaming.directory import entries

# The first heading of a kind that a table has is taken; the words are without spaces and signs.
_KINDS = {
    "title": ("title", "releasetitle", "releasename", "release", "albumtitle", "album", "track", "tracktitle", "name"),
    "artist": ("artist", "artists", "artistname", "primaryartist", "mainartist", "performer", "albumartist"),
    "kind": ("kind", "type", "format", "releasetype", "producttype"),
    "upc": ("upc", "ean", "upcean", "eanupc", "barcode", "gtin", "upccode", "eancode"),
    "isrc": ("isrc", "isrccode", "isrcs"),
    "date": ("releasedate", "date", "streetdate", "golivedate", "livedate", "digitalreleasedate", "publishdate"),
    "time": ("releasetime", "time"),
    "zone": ("timezone", "zone", "tz"),
    "slug": ("slug", "shortlink", "smartlink", "shorturl", "vanity", "vanityurl", "path", "linkslug", "customurl"),
    "links": ("links", "link", "url", "urls", "storelinks", "otherlinks"),
}
_ENDINGS = re.compile(r"(?:url|link|uri|id|href)s?\Z")
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass
class Columns:
    """Where each thing stands in a row. `unknown` are headings that mean nothing here, as they were written."""

    places: dict[str, int] = field(default_factory=dict[str, int])
    services: dict[int, str] = field(default_factory=dict[int, str])
    unknown: list[str] = field(default_factory=list[str])


def read_headings(headings: Iterable[str]) -> Columns:
    """The meaning of each heading."""
    columns, services = Columns(), _service_words()
    wanted = {word: (kind, rank) for kind, words in _KINDS.items() for rank, word in enumerate(words)}
    ranks: dict[str, int] = {}
    for place, heading in enumerate(headings):
        word = _letters_of(heading)
        service = services.get(word) or services.get(_ENDINGS.sub("", word))
        kind, rank = wanted.get(word, ("", 0))
        if service:
            columns.services[place] = service
        elif kind and rank < ranks.get(kind, len(wanted)):
            columns.places[kind], ranks[kind] = place, rank
        elif heading.strip():
            columns.unknown.append(heading.strip()[:60])
    return columns


def _service_words() -> dict[str, str]:
    return {_letters_of(word): each.service for each in entries() for word in (each.service, each.name)}


def _letters_of(heading: str) -> str:
    return _NOT_LETTERS.sub("", heading.lower())
