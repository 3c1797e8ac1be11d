"""Apple Music's catalogue: one for each storefront, which may know the same release by another id, or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from presave_app.lib import clock
from presave_app.lib.shapes import as_date, as_list, as_object, as_text
from presave_app.lib.upc import same_upc, written_forms
from presave_app.streaming.connector import Release
from presave_app.streaming.errors import NotYetAvailable, RetryLater

# Where a release is looked for with no fan behind it, in this order: a few that sell much and lie far apart.
_STOREFRONTS = ("us", "gb", "de", "jp", "br")
# All fans of a storefront share what it shows. That it shows nothing is soon outdated on release day.
_REMEMBERED_SECONDS = 600.0
_MISSING_REMEMBERED_SECONDS = 5.0
_MOST_REMEMBERED = 2000

# Asks the API for a path with a query, as nobody in particular.
Look = Callable[[str, Mapping[str, str]], dict[str, Any]]


@dataclass(frozen=True)
class Resource:
    """An album or song as one storefront names it."""

    kind: str
    id: str
    released_on: date | None

    @property
    def is_ahead(self) -> bool:
        """Whether its day is still to come. There is no other sign of it in the API."""
        return self.released_on is not None and self.released_on > clock.now().date()


class Catalogue:
    """Looks releases up, and remembers for a while what each storefront calls them."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._remembered: dict[tuple[str, str], tuple[float, Resource | None]] = {}

    def get(self, storefront: str, ref: str) -> Resource:
        """What a storefront calls the release; raises NotYetAvailable."""
        good_until, resource = self._remembered.get((storefront, ref), (0.0, None))
        if time.monotonic() >= good_until:
            resource = self._find(storefront, ref)
            self._remember(storefront, ref, resource)
        if resource is None:
            raise NotYetAvailable("not_in_catalogue")
        return resource

    def find_release(self, ref: str) -> Release | None:
        """The release in the first storefront that knows it by this very id."""
        kind, release_id = ref.split(":")
        for storefront in _STOREFRONTS:
            found = self._by_id(storefront, kind, release_id)
            if found:
                return _release_in(found, ref)
        return None

    def find_release_by_upc(self, upc: str) -> Release | None:
        """The album that carries this UPC in the first storefront that has it."""
        # Apple's own example has 14 digits, so these go first
        # (https://developer.apple.com/documentation/applemusicapi/get-multiple-catalog-albums-by-upc).
        for form in sorted(written_forms(upc), key=len, reverse=True):
            for storefront in _STOREFRONTS:
                for found in self._list(storefront, "album", {"filter[upc]": form}):
                    if same_upc(as_text(_attributes(found).get("upc")), upc):
                        return _release_in(found, f"album:{found['id']}")
        return None

    def _find(self, storefront: str, ref: str) -> Resource | None:
        kind, release_id = ref.split(":")
        found = self._by_id(storefront, kind, release_id)
        if not found:
            same = self._list(storefront, kind, {"filter[equivalents]": release_id})
            found = same[0] if same else None
        return Resource(kind, found["id"], as_date(_attributes(found).get("releaseDate"))) if found else None

    def _by_id(self, storefront: str, kind: str, release_id: str) -> dict[str, Any] | None:
        try:
            return first_in(self._look(path_of(storefront, kind, release_id), {}))
        except NotYetAvailable:
            return None

    def _list(self, storefront: str, kind: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        found = self._look(path_of(storefront, kind), query)
        if not isinstance(found.get("data"), list):
            raise RetryLater("answer_unreadable")
        return [item for item in map(as_object, as_list(found["data"])) if as_text(item.get("id"))]

    def _remember(self, storefront: str, ref: str, resource: Resource | None) -> None:
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        seconds = _REMEMBERED_SECONDS if resource else _MISSING_REMEMBERED_SECONDS
        self._remembered[storefront, ref] = (time.monotonic() + seconds, resource)


def path_of(storefront: str, kind: str, release_id: str = "") -> str:
    """Where a storefront has one release of a kind, or all of them."""
    return f"/v1/catalog/{storefront}/{kind}s" + (f"/{release_id}" if release_id else "")


def first_in(found: Mapping[str, Any]) -> dict[str, Any]:
    """The one resource of an answer, which must be there."""
    resource = as_object(next(iter(as_list(found.get("data"))), None))
    if not as_text(resource.get("id")):
        raise RetryLater("answer_unreadable")
    return resource


def is_in_library(found: Mapping[str, Any]) -> bool:
    """Whether a resource that was asked for with `relate=library` has a counterpart in the fan's library."""
    library = as_object(as_object(first_in(found).get("relationships")).get("library"))
    return bool(as_list(library.get("data")))


def _attributes(resource: Mapping[str, Any]) -> dict[str, Any]:
    return as_object(resource.get("attributes"))


def _release_in(resource: Mapping[str, Any], ref: str) -> Release:
    attributes = _attributes(resource)
    artists = as_object(as_object(resource.get("relationships")).get("artists"))
    artist = as_object(next(iter(as_list(artists.get("data"))), None))
    return Release(
        ref,
        as_text(attributes.get("upc")) or None,
        title=as_text(attributes.get("name")),
        artist=as_text(attributes.get("artistName")),
        artist_ref=as_text(artist.get("id")) or None,
        released_on=as_date(attributes.get("releaseDate")),
    )
