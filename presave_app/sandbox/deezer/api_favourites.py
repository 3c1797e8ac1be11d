"""What a fan has marked as favourite: albums, tracks, and artists, who are followed by it.

https://developers.deezer.com/api/actions-post
https://developers.deezer.com/api/actions-delete
"""

from flask import Response

from presave_app.sandbox.kit.fans import SavedItem

from .api_adding import check_room, may_add
from .api_gate import get_fan, get_owner, read_ids
from .api_paging import list_answer
from .api_shapes import Json, album_brief, artist_json, find_artist, seconds_since_1970, track_brief
from .errors import json_answer
from .fans import Fan
from .perms import DELETE, MANAGE
from .twin import DeezerTwin, current_twin


def favourites(who: str, shelf: str) -> Response:
    """In the order in which they were added; what the catalogue does not show is left out."""
    twin, fan = current_twin(), get_fan(who)
    items = _items(twin, fan, shelf)
    shapes = [(item, _item_json(twin, _kind_of(shelf), item.ref)) for item in items]
    return list_answer([shape | {"time_add": seconds_since_1970(item.at)} for item, shape in shapes if shape])


def add(who: str, shelf: str) -> Response:
    """One or several, all of them or none. What a second time is answered is a switch; it stays one favourite."""
    twin, fan, kind = current_twin(), get_owner(who, MANAGE), _kind_of(shelf)
    ids = read_ids(f"{kind}_id", f"{kind}_ids")
    if not may_add(twin, kind, ids):
        return json_answer(False)
    with twin.lock:
        held = {item.ref for item in _items(twin, fan, shelf)}
        check_room(twin, len(held | set(ids)), is_growing=not held >= set(ids))
        _keep(twin, fan, kind, ids)
    return json_answer(twin.switches.add_again == "true" or not held >= set(ids))


def remove(who: str, shelf: str) -> Response:
    twin, fan, kind = current_twin(), get_owner(who, MANAGE, DELETE), _kind_of(shelf)
    ids = read_ids(f"{kind}_id")
    if kind == "artist":
        twin.fans.unfollow(fan, ids[0])
    else:
        twin.fans.remove(fan, ids)
    return json_answer(True)


def _kind_of(shelf: str) -> str:
    return shelf.removesuffix("s")


def _items(twin: DeezerTwin, fan: Fan, shelf: str) -> list[SavedItem]:
    kind = _kind_of(shelf)
    if kind == "artist":
        return twin.fans.following_of(fan)
    return [item for item in twin.fans.library_of(fan) if twin.find_music(kind, item.ref)]


def _keep(twin: DeezerTwin, fan: Fan, kind: str, ids: list[str]) -> None:
    now = twin.clock.now()
    if kind != "artist":
        twin.fans.save(fan, ids, now)
        return
    for number in ids:
        twin.fans.follow(fan, number, now)


def _item_json(twin: DeezerTwin, kind: str, ref: str) -> Json | None:
    if kind == "artist":
        artist = find_artist(twin, ref)
        return artist_json(artist) if artist else None
    music = twin.find_music(kind, ref)
    if music is None or not twin.is_shown(music):
        return None
    return album_brief(twin, music) if kind == "album" else track_brief(twin, music)
