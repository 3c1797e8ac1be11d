"""MusicBrainz: releases by barcode, with the links that people have entered (https://musicbrainz.org/doc/MusicBrainz_API).

New releases are often not there yet, and anybody may enter a link, so these are suggestions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from presave_app.lib.shapes import as_list, as_object, as_text
from presave_app.lib.upc import same_upc, written_forms
from presave_app.settings import ServiceOptions
from presave_app.streaming.errors import NotYetAvailable
from presave_app.streaming.http import Answer
from presave_app.streaming.lookups.contract import FoundLink, Lookup, Permit, found_link

OPTIONS = ServiceOptions(
    service="musicbrainz",
    credentials=(),
    urls={"MUSICBRAINZ_URL": "https://musicbrainz.org/ws/2"},
    # One request a second for each address (https://musicbrainz.org/doc/MusicBrainz_API/Rate_Limiting).
    calls_per_second=0.9,
)

_KINDS = ("free streaming", "paid streaming", "streaming", "purchase for download")
_MOST_RELEASES = 3


class MusicBrainz(Lookup):
    """The look-up. It wants to know who asks: a name, and where its people reach ours."""

    source = "musicbrainz"
    name = "MusicBrainz"

    def find(self, asked: str, permit: Permit) -> list[FoundLink]:
        for form in written_forms(asked):
            answer = self._get("/release", permit, {"query": f"barcode:{form}", "fmt": "json"}).json_object()
            releases = [as_object(release) for release in as_list(answer.get("releases"))]
            ours = [release for release in releases if same_upc(as_text(release.get("barcode")), asked)]
            if ours:
                found = (link for release in ours[:_MOST_RELEASES] for link in self._links_of(release, permit))
                return list(dict.fromkeys(found))
        return []

    def _links_of(self, release: Mapping[str, Any], permit: Permit) -> Iterator[FoundLink]:
        path = f"/release/{as_text(release.get('id'))}"
        try:
            whole = self._get(path, permit, {"inc": "url-rels", "fmt": "json"}).json_object()
        except NotYetAvailable:
            return
        for relation in map(as_object, as_list(whole.get("relations"))):
            if relation.get("type") in _KINDS and not relation.get("ended"):
                link = as_text(as_object(relation.get("url")).get("resource"))
                found = found_link(
                    link, title=as_text(release.get("title")), artist=_credit_of(release), upc_matches=True
                )
                yield from [found] if found else []

    def _get(self, path: str, permit: Permit, query: Mapping[str, str] | None = None) -> Answer:
        permit()
        headers = {"User-Agent": f"Presave/1.0 ( {self._contact} )"}
        return self._http.call("GET", self._url + path, query=query, headers=headers)


def _credit_of(release: Mapping[str, Any]) -> str:
    names = map(as_object, as_list(release.get("artist-credit")))
    return "".join(as_text(name.get("name")) + as_text(name.get("joinphrase")) for name in names)
