"""Odesli, also known as Songlink: from one link to the same release elsewhere (https://odesli.co).

Its API is an alpha; without a key it allows ten requests a minute. It matches by text too, so its links are
suggestions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from presave_app.lib.shapes import as_object, as_text
from presave_app.settings import ServiceOptions
from presave_app.streaming.errors import NotYetAvailable
from presave_app.streaming.lookups.contract import FoundLink, Lookup, Permit, found_link

OPTIONS = ServiceOptions(
    service="odesli",
    credentials=(),
    urls={"ODESLI_URL": "https://api.song.link/v1-alpha.1"},
    calls_per_second=0.15,
    rate_window_seconds=60.0,
)


class Odesli(Lookup):
    """The look-up."""

    source = "odesli"
    name = "Songlink"
    asks_by_upc = False

    def find(self, asked: str, permit: Permit) -> list[FoundLink]:
        query = {"url": asked, "userCountry": "US", "songIfSingle": "true"}
        try:
            answer = self._get("/links", permit, query).json_object()
        except NotYetAvailable:
            return []
        entities = as_object(answer.get("entitiesByUniqueId"))
        links = [_link_in(as_object(link), entities) for link in as_object(answer.get("linksByPlatform")).values()]
        # A host instead of a service: shops for single tracks, and services that are gone.
        return list(dict.fromkeys(link for link in links if link and "." not in link.service))


def _link_in(link: Mapping[str, Any], entities: Mapping[str, Any]) -> FoundLink | None:
    entity = as_object(entities.get(as_text(link.get("entityUniqueId"))))
    return found_link(
        as_text(link.get("url")),
        title=as_text(entity.get("title")),
        artist=as_text(entity.get("artistName")),
        upc_matches=False,
    )
