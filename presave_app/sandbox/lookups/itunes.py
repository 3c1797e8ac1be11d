"""The iTunes Search API's look-up, by UPC or id, for one country at a time.

https://performance-partners.apple.com/search-api
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from flask import Blueprint, Response, json, request

from presave_app.sandbox.kit.broken_answers import html_answer
from presave_app.sandbox.kit.clock import iso_second
from presave_app.sandbox.kit.fault_kinds import FaultKinds
from presave_app.sandbox.kit.ids import made_up_number
from presave_app.sandbox.kit.recording import CurrentCall, record_calls
from presave_app.sandbox.kit.releases import ALWAYS, Release
from presave_app.sandbox.kit.switches import Switches
from presave_app.sandbox.kit.twin import find_twin

from .lookup_twin import LookupTwin, is_same_upc

Json = dict[str, object]

USUAL_COUNTRY = "US"
USUAL_LIMIT, MOST_LIMIT = 50, 200
VARIANT_WORDS = "(Deluxe Edition)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ITunesSwitches(Switches):
    LABELS: ClassVar[Mapping[str, str]] = {
        "throttled": "What a call beyond the limit is answered",
        "variants": "A second album under the same UPC",
        "content_type": "What the answer calls itself",
    }

    # About twenty a minute, "subject to change"; 403 and 429 were both reported beyond it.
    calls: int | None = 20
    window_seconds: float = 60.0
    throttled: Literal["403", "429"] = "403"
    variants: Literal["none", "after", "before"] = "none"
    content_type: Literal["text/javascript", "application/json"] = "text/javascript"


@dataclass(frozen=True, slots=True, kw_only=True)
class ITunesAlbum(Release):
    """The id is the collection's. `countries` empty means that it is sold in all of them."""

    tracks: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    def is_in(self, country: str) -> bool:
        return not self.countries or country in {code.upper() for code in self.countries}

    def variant_id(self) -> str:
        return made_up_number(f"itunes variant {self.id}", digits=10)


def throttled(status: int, headers: Mapping[str, str] | None = None) -> Response:
    answer = html_answer(status, str(status))
    answer.headers.update(headers or {})
    return answer


class ITunesTwin(LookupTwin[ITunesSwitches, ITunesAlbum]):
    slug = "itunes"
    name = "iTunes look-up"
    save_call = ("GET", "/lookup")
    switches_type = ITunesSwitches
    release_type = ITunesAlbum
    fault_kinds = FaultKinds(
        server_error=lambda status: html_answer(status, "Server error"),
        answers={"403": lambda: throttled(403)},
        limits={"429": lambda headers: throttled(429, headers)},
    )


def create_api(twin: ITunesTwin) -> Blueprint:
    blueprint = Blueprint("itunes_api", __name__, url_prefix="/itunes")
    record_calls(blueprint, twin, "api", identify)
    blueprint.add_url_rule("/lookup", view_func=lookup, methods=["GET"])
    return blueprint


def identify(call: CurrentCall) -> None:
    call.refs = tuple(_listed("id") + _listed("upc"))


def lookup() -> Response:
    """What is not known is no error: then the list is empty."""
    twin = find_twin(ITunesTwin)
    if twin.seconds_to_wait() is not None:
        return throttled(int(twin.switches.throttled))
    country = request.args.get("country", USUAL_COUNTRY).upper()
    albums = _find_albums(twin, country)
    results = [row for album in albums for row in _rows(album, country)]
    variants = [_variant_json(album, country) for album in albums if _listed("upc")]
    if twin.switches.variants != "none":
        results = variants + results if twin.switches.variants == "before" else results + variants
    body = json.dumps({"resultCount": len(results), "results": results})
    return Response(body, content_type=f"{twin.switches.content_type}; charset=utf-8")


def _find_albums(twin: ITunesTwin, country: str) -> list[ITunesAlbum]:
    ids, upcs = _listed("id"), _listed("upc")
    now = twin.clock.now()
    return [
        album
        for album in twin.releases.list_all()
        if album.is_live(now)
        and album.is_in(country)
        and (album.id in ids or any(is_same_upc(album.upc, upc) for upc in upcs))
    ]


def _rows(album: ITunesAlbum, country: str) -> list[Json]:
    """The album, and with `entity=song` its tracks after it; `limit` is of these."""
    limit = request.args.get("limit", default=USUAL_LIMIT, type=int)
    songs = request.args.get("entity") == "song"
    shown = album.tracks[: min(limit, MOST_LIMIT)] if songs else ()
    tracks = [_track_json(album, name, number, country) for number, name in enumerate(shown, 1)]
    return [_collection_json(album, album.id, album.title, country), *tracks]


def _variant_json(album: ITunesAlbum, country: str) -> Json:
    """Another edition that was seen to come along under the same UPC."""
    return _collection_json(album, album.variant_id(), f"{album.title} {VARIANT_WORDS}", country)


def _collection_json(album: ITunesAlbum, collection_id: str, title: str, country: str) -> Json:
    return {
        "wrapperType": "collection",
        "collectionType": "Album",
        **_shared(album, collection_id, title, country),
        "collectionExplicitness": "notExplicit",
    }


def _track_json(album: ITunesAlbum, name: str, number: int, country: str) -> Json:
    track_id = int(made_up_number(f"itunes track {album.id} {number}", digits=10))
    shared = _shared(album, album.id, album.title, country)
    return {
        "wrapperType": "track",
        "kind": "song",
        **shared,
        "trackId": track_id,
        "trackName": name,
        "trackNumber": number,
        "trackViewUrl": f"{shared['collectionViewUrl']}&i={track_id}",
        "isStreamable": True,
    }


def _shared(album: ITunesAlbum, collection_id: str, title: str, country: str) -> Json:
    return {
        "artistId": int(album.artist_id or made_up_number(f"itunes artist {album.artist}")),
        "artistName": album.artist,
        "collectionId": int(collection_id),
        "collectionName": title,
        "collectionViewUrl": f"https://music.apple.com/{country.lower()}/album/{collection_id}?uo=4",
        "artworkUrl100": "https://is1-ssl.mzstatic.com/image/sandbox/100x100bb.jpg",
        "trackCount": len(album.tracks),
        "country": country,
        "releaseDate": iso_second(album.live_from or ALWAYS),
        "primaryGenreName": "Pop",
    }


def _listed(name: str) -> list[str]:
    return [text for text in request.args.get(name, "").split(",") if text]
