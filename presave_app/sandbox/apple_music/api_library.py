"""A fan's storefront and library. An add is accepted and done, or not, afterwards.

https://developer.apple.com/documentation/applemusicapi/add-a-resource-to-a-library
"""

import re

from flask import Blueprint, Response, jsonify, request

from presave_app.sandbox.kit.fans import SavedItem

from .catalogue import Catalogue
from .errors import bad_parameter
from .fans import AppleMusicFan
from .gate import require_fan, require_library
from .releases import AppleMusicRelease
from .shapes import Json, album_json, library_album_json, storefront_json
from .twin import current_twin

IDS_SHAPE = re.compile(r"ids\[([a-z-]+)\]")
ADDABLE = ("albums", "songs", "playlists", "music-videos")
USUAL_LIMIT, MOST_LIMIT = 25, 100


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/v1/me/storefront", view_func=fan_storefront, methods=["GET"])
    blueprint.add_url_rule("/v1/me/library", view_func=library_add, methods=["POST"])
    blueprint.add_url_rule("/v1/me/library/albums", view_func=library_albums, methods=["GET"])


def fan_storefront() -> Response:
    return jsonify({"data": [storefront_json(require_fan().storefront)]})


def library_add() -> Response:
    """202 for whatever was asked: an id that cannot be added is passed over without a word."""
    fan = require_library()
    wanted = _read_ids()
    twin = current_twin()
    catalogue = Catalogue(twin, fan.storefront)
    moves_date = twin.switches.repeated_add == "new_date"
    for kind, item_id in wanted:
        if catalogue.may_be_added(kind, item_id):
            twin.slow_fans.save_later(fan, item_id, twin.switches.longest_add_seconds, moves_date=moves_date)
    return Response(status=202)


def library_albums() -> Response:
    fan = require_library()
    limit = _read_whole("limit", USUAL_LIMIT, 1, MOST_LIMIT)
    offset = _read_whole("offset", 0, 0, None)
    held = _held_albums(fan)
    page: Json = {"data": held[offset : offset + limit], "meta": {"total": len(held)}}
    if offset + limit < len(held):
        page["next"] = f"/v1/me/library/albums?offset={offset + limit}"
    return jsonify(page)


def _held_albums(fan: AppleMusicFan) -> list[Json]:
    """What a fan has stays in the library, whether the storefront shows it or not."""
    by_id = {release.id_in(fan.storefront): release for release in current_twin().releases.list_all()}
    items = current_twin().fans.library_of(fan)
    return [_held_album(fan, item, by_id[item.ref]) for item in items if item.ref in by_id]


def _held_album(fan: AppleMusicFan, item: SavedItem, release: AppleMusicRelease) -> Json:
    now = current_twin().clock.now()
    shape = library_album_json(fan.name, item, release, fan.storefront, now)
    if "catalog" in request.args.get("include", "").split(","):
        shape["relationships"] = {"catalog": {"data": [album_json(release, fan.storefront, now)]}}
    return shape


def _read_ids() -> list[tuple[str, str]]:
    """Several kinds may come in one call; the body is not looked at."""
    wanted: list[tuple[str, str]] = []
    for name, text in request.args.items(multi=True):
        named = IDS_SHAPE.fullmatch(name)
        if named is None:
            continue
        if named[1] not in ADDABLE:
            raise bad_parameter(name, "Nothing of this kind can be added")
        wanted += [(named[1], item_id) for item_id in text.split(",") if item_id]
    if not wanted:
        raise bad_parameter("ids", "No ids supplied")
    return wanted


def _read_whole(name: str, usual: int, least: int, most: int | None) -> int:
    text = request.args.get(name, str(usual))
    if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
        raise bad_parameter(name, f"Not a number that {name} may be")
    return int(text)
