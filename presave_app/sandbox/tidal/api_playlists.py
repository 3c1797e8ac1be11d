"""The fan's playlists, and the tracks in them. A track may stand in one more than once.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from flask import Blueprint, Response

from presave_app.sandbox.kit.clock import iso_second
from presave_app.sandbox.kit.fans import PlaylistItem

from .albums import TRACK_MINUTES
from .api_body import BodyItem, read_body, read_items, read_moment, read_object, read_text
from .api_catalogue import catalogue_view, list_answer, relationship_answer
from .api_collection import view_of
from .api_gate import current_token, get_fan
from .api_once import once
from .api_paging import read_filter, sort_by
from .documents import Document, read_include
from .errors import ApiError, api_answer, bad_value
from .fans import Fan, Playlist
from .relationships import identifier
from .scopes import PLAYLISTS_READ, PLAYLISTS_WRITE
from .twin import current_twin
from .view import View

ITEM_KINDS = ("tracks", "videos")
SORTED_AS: Mapping[str, Callable[[Playlist], Any]] = {
    "createdAt": lambda one: one.created_at,
    "lastModifiedAt": lambda one: one.changed_at,
    "name": lambda one: one.title.casefold(),
}


def register(blueprint: Blueprint) -> None:
    one, items = "/playlists/<playlist_id>", "/playlists/<playlist_id>/relationships/items"
    blueprint.add_url_rule("/playlists", view_func=playlists_list, methods=["GET"])
    blueprint.add_url_rule("/playlists", view_func=playlist_create, methods=["POST"])
    blueprint.add_url_rule(one, view_func=playlist_show, methods=["GET"])
    blueprint.add_url_rule(one, view_func=playlist_delete, methods=["DELETE"])
    blueprint.add_url_rule(items, view_func=items_list, methods=["GET"])
    blueprint.add_url_rule(items, view_func=items_add, methods=["POST"])
    blueprint.add_url_rule(items, view_func=items_remove, methods=["DELETE"])


def playlists_list() -> Response:
    """An app's own token owns none, and may only ask for them by id."""
    fan = get_fan(PLAYLISTS_READ) if current_token().fan else None
    view, wanted = catalogue_view(), read_filter(("collaborators.id", "id", "owners.id"))
    found = _wanted(view, fan, wanted)
    return list_answer(view, "playlists", [one.id for one in sort_by(found, SORTED_AS, "-createdAt")])


def playlist_create() -> Response:
    fan = get_fan(PLAYLISTS_WRITE)
    return once(lambda: _create(fan))


def playlist_show(playlist_id: str) -> Response:
    document = Document(catalogue_view())
    data = document.resource("playlists", playlist_id, read_include("playlists"))
    return api_answer(document.json(data, {"self": f"/playlists/{playlist_id}"}))


def playlist_delete(playlist_id: str) -> Response:
    fan = get_fan(PLAYLISTS_WRITE)

    def work() -> Response:
        del fan.playlists[_get_own(fan, playlist_id).id]
        return api_answer({"links": {"self": f"/playlists/{playlist_id}"}})

    return once(work)


def items_list(playlist_id: str) -> Response:
    view = catalogue_view()
    playlist = view.playlist(playlist_id)
    if playlist is None:
        raise ApiError(404)
    read_filter(("query",), needed=False)
    ordered = sort_by(list(enumerate(playlist.items)), _item_keys(view), "itemIndex")
    return relationship_answer(view, "playlists", playlist_id, "items", [_item_json(item) for _, item in ordered])


def items_add(playlist_id: str) -> Response:
    fan = get_fan(PLAYLISTS_WRITE)
    return once(lambda: _add(fan, playlist_id))


def items_remove(playlist_id: str) -> Response:
    """Each place in a playlist has an id of its own, which has to be named beside the track's."""
    fan = get_fan(PLAYLISTS_WRITE)

    def work() -> Response:
        playlist, wanted = _get_own(fan, playlist_id), read_items(ITEM_KINDS)
        places = {(_item_id(index, item), item.id) for index, item in enumerate(wanted)}
        with current_twin().lock:
            playlist.items = [item for item in playlist.items if (item.id, item.ref) not in places]
        return api_answer({"links": {"self": f"/playlists/{playlist_id}/relationships/items"}})

    return once(work)


def _wanted(view: View, fan: Fan | None, wanted: dict[str, list[str]]) -> list[Playlist]:
    if "collaborators.id" in wanted:
        return []
    if "owners.id" in wanted:
        is_own = fan is not None and set(wanted["owners.id"]) <= {"me", fan.account_id}
        held = list(fan.playlists) if fan is not None and is_own else []
        ids = [one for one in held if one in wanted.get("id", held)]
    else:
        ids = wanted["id"]
    return [playlist for one in ids if (playlist := view.playlist(one))]


def _create(fan: Fan) -> Response:
    data = read_object(read_body().get("data"), "/data")
    fields = read_object(data.get("attributes"), "/data/attributes")
    if data.get("type") != "playlists":
        raise bad_value("/data/type", "type is playlists")
    access_type = fields.get("accessType", "UNLISTED")
    if access_type not in ("PUBLIC", "UNLISTED"):
        raise bad_value("/data/attributes/accessType", "accessType is PUBLIC or UNLISTED")
    now = current_twin().clock.now()
    playlist = Playlist(
        id=str(uuid4()),
        title=read_text(fields, "name", "/data/attributes"),
        created_at=read_moment(fields, "createdAt", "/data/attributes") or now,
        changed_at=now,
        description=str(fields.get("description", "")),
        access_type=str(access_type),
    )
    with current_twin().lock:
        fan.playlists[playlist.id] = playlist
    document = Document(view_of(fan))
    data = document.resource("playlists", playlist.id, {})
    return api_answer(document.json(data, {"self": f"/playlists/{playlist.id}"}), 201)


def _add(fan: Fan, playlist_id: str) -> Response:
    """At the end, or before the place that the body's own `meta.positionBefore` names."""
    view, playlist, wanted = view_of(fan), _get_own(fan, playlist_id), read_items(ITEM_KINDS)
    known = [item for item in wanted if view.can_add(item.kind, item.id)]
    new = [PlaylistItem(str(uuid4()), item.id, view.now) for item in known]
    with current_twin().lock:
        place = _place(playlist)
        playlist.items[place:place] = new
        playlist.changed_at = view.now
    skipped = [{"type": one.kind, "id": one.id, "reason": "NOT_FOUND"} for one in wanted if one not in known]
    links = {"self": f"/playlists/{playlist_id}/relationships/items"}
    return api_answer({"data": [_item_json(item) for item in new], "links": links, "meta": {"skipped": skipped}})


def _place(playlist: Playlist) -> int:
    meta = read_object(read_body().get("meta", {}), "/meta")
    if not meta:
        return len(playlist.items)
    before = read_text(meta, "positionBefore", "/meta")
    places = [index for index, item in enumerate(playlist.items) if item.id == before]
    if not places:
        raise bad_value("/meta/positionBefore", "No item of the playlist has this itemId")
    return places[0]


def _item_id(index: int, item: BodyItem) -> str:
    if item.item_id is None:
        raise bad_value(f"/data/{index}/meta/itemId", "itemId is missing")
    return item.item_id


def _get_own(fan: Fan, playlist_id: str) -> Playlist:
    """What belongs to somebody else behaves as if it were not there."""
    playlist = fan.playlists.get(playlist_id)
    if not isinstance(playlist, Playlist):
        raise ApiError(404)
    return playlist


def _item_json(item: PlaylistItem) -> dict[str, object]:
    return identifier("tracks", item.ref, itemId=item.id, addedAt=iso_second(item.at))


def _item_keys(view: View) -> Mapping[str, Callable[[tuple[int, PlaylistItem]], Any]]:
    find = view.twin.find_track

    def text(name: str) -> Callable[[tuple[int, PlaylistItem]], str]:
        texts = {
            "title": lambda track: track.title,
            "albums.title": lambda track: track.album.title,
            "artists.name": lambda track: track.album.artist,
        }
        return lambda pair: texts[name](track).casefold() if (track := find(pair[1].ref)) else ""

    return {
        "itemIndex": lambda pair: pair[0],
        "addedAt": lambda pair: pair[1].at,
        "duration": lambda _: TRACK_MINUTES,
        **{name: text(name) for name in ("title", "albums.title", "artists.name")},
    }
