"""Albums, tracks and artists: one of them, those that a filter finds, and what they are related to.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import Blueprint, Response

from .albums import Album, Track, barcode_of, is_barcode
from .api_gate import check_filter_scope, current_token, read_country
from .api_paging import read_filter, refuse_sort, sort_by, take_page
from .documents import Document, read_include
from .errors import ApiError, api_answer, bad_parameter
from .relationships import related
from .twin import current_twin
from .view import View

Found = TypeVar("Found", Album, Track)

SORTED_AS: dict[str, Callable[[Any], Any]] = {
    "createdAt": lambda one: one.id,
    "title": lambda one: one.title.casefold(),
}


def register(blueprint: Blueprint) -> None:
    kinds = "<any(albums, tracks, artists):kind>"
    blueprint.add_url_rule("/albums", view_func=albums, methods=["GET"])
    blueprint.add_url_rule("/tracks", view_func=tracks, methods=["GET"])
    blueprint.add_url_rule("/artists", view_func=artists, methods=["GET"])
    blueprint.add_url_rule(f"/{kinds}/<item_id>", view_func=one_resource, methods=["GET"])
    blueprint.add_url_rule(
        f"/{kinds}/<item_id>/relationships/<any(albums, artists, items, tracks):name>",
        view_func=relationship,
        methods=["GET"],
    )


def catalogue_view() -> View:
    """The country is the query's, else the fan's."""
    twin, fan = current_twin(), current_token().fan
    return View(twin, twin.fans.welcome(fan) if fan else None, read_country(), twin.clock.now())


def list_answer(view: View, kind: str, ids: list[str]) -> Response:
    tree, document = read_include(kind), Document(view)
    page, links = take_page(ids, f"/{kind}")
    return api_answer(document.json([document.resource(kind, one, tree) for one in page], links))


def relationship_answer(view: View, kind: str, item_id: str, name: str, found: list[dict[str, object]]) -> Response:
    """The identifiers of one page; `include` can only ask for what they name."""
    tree, document, path = read_include(kind), Document(view), f"/{kind}/{item_id}/relationships/{name}"
    if tree.keys() - {name}:
        raise bad_parameter("include", f"Available options: {name}")
    page, links = take_page(found, path)
    if name in tree:
        document.include(page, tree[name])
    return api_answer(document.json(page, links))


def albums() -> Response:
    view, wanted = _filtered("barcodeId", "id", "owners.id")
    barcodes = wanted.get("barcodeId")
    found = view.albums() if "owners.id" not in wanted else []
    if barcodes is not None:
        found = _of_each(barcodes, found, _has_barcode)
    return list_answer(view, "albums", _sorted_ids(found, wanted.get("id")))


def tracks() -> Response:
    view, wanted = _filtered("id", "isrc", "owners.id")
    codes = wanted.get("isrc")
    found = view.tracks() if "owners.id" not in wanted else []
    if codes is not None:
        found = _of_each(codes, found, lambda track, code: track.isrc == code)
    return list_answer(view, "tracks", _sorted_ids(found, wanted.get("id")))


def artists() -> Response:
    view, wanted = _filtered("handle", "id", "owners.id")
    refuse_sort()
    known = [one for one in wanted.get("id", []) if view.artist(one)]
    return list_answer(view, "artists", [] if wanted.keys() - {"id"} else known)


def one_resource(kind: str, item_id: str) -> Response:
    view = catalogue_view()
    tree, document = read_include(kind), Document(view)
    data = document.resource(kind, item_id, tree)
    return api_answer(document.json(data, {"self": f"/{kind}/{item_id}"}))


def relationship(kind: str, item_id: str, name: str) -> Response:
    view = catalogue_view()
    refuse_sort()
    is_known = {"albums": view.album, "tracks": view.track, "artists": view.artist}[kind](item_id)
    has_it = name in {"albums": ("artists", "items"), "tracks": ("albums", "artists")}.get(kind, ("albums", "tracks"))
    if is_known is None or not has_it:
        raise ApiError(404)
    return relationship_answer(view, kind, item_id, name, related(view, kind, item_id, name))


def _filtered(*known: str) -> tuple[View, dict[str, list[str]]]:
    check_filter_scope()
    return catalogue_view(), read_filter(known)


def _of_each(values: list[str], found: list[Found], fits: Callable[[Found, str], bool]) -> list[Found]:
    """All that fit a single value, but only one for each of several."""
    if len(values) == 1:
        return [one for one in found if fits(one, values[0])]
    firsts = (next((one for one in found if fits(one, value)), None) for value in values)
    return [one for one in firsts if one is not None]


def _has_barcode(album: Album, barcode: str) -> bool:
    switches = current_twin().switches
    if not is_barcode(barcode):
        if switches.odd_barcode == "400":
            raise bad_parameter("filter[barcodeId]", f"{barcode} is neither UPC-A nor EAN-13")
        return False
    held = barcode_of(album.upc, switches.barcode_form)
    return held == barcode if switches.barcode_match == "exact" else int(held or -1) == int(barcode)


def _sorted_ids(found: Iterable[Found], ids: list[str] | None) -> list[str]:
    unique = {one.id: one for one in found if ids is None or one.id in ids}
    return [one.id for one in sort_by(list(unique.values()), SORTED_AS, "-createdAt")]
