"""iTunes' look-up: a collection by its UPC, without credentials (https://performance-partners.apple.com/search-api)."""

from __future__ import annotations

from presave_app.lib.shapes import as_list, as_object, as_text
from presave_app.lib.upc import written_forms
from presave_app.settings import ServiceOptions
from presave_app.streaming.lookups.contract import FoundLink, Lookup, Permit, found_link

OPTIONS = ServiceOptions(
    service="itunes",
    credentials=(),
    urls={"ITUNES_URL": "https://itunes.apple.com"},
    # "Approximately 20 calls per minute (subject to change)".
    calls_per_second=0.3,
    rate_window_seconds=60.0,
)


class ITunes(Lookup):
    """The look-up, in the store that it asks when none is named."""

    source = "itunes"
    name = "iTunes"
    is_exact = True

    def find(self, asked: str, permit: Permit) -> list[FoundLink]:
        for form in written_forms(asked):
            answer = self._get("/lookup", permit, {"upc": form, "country": "us"}).json_object()
            results = [as_object(result) for result in as_list(answer.get("results"))]
            albums = [result for result in results if result.get("wrapperType") == "collection"]
            found = [_link_in(album, is_only=len(albums) == 1) for album in albums]
            if any(found):
                return [link for link in found if link]
        return []


def _link_in(album: dict[str, object], *, is_only: bool) -> FoundLink | None:
    """The answer does not repeat the UPC and may hold variants: only a single one is surely the one asked for."""
    return found_link(
        as_text(album.get("collectionViewUrl")),
        title=as_text(album.get("collectionName")),
        artist=as_text(album.get("artistName")),
        upc_matches=is_only,
    )
