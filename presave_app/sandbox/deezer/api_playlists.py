"""Playlists of a fan and what is in them.

https://developers.deezer.com/api/playlist
"""

import secrets

from flask import Response, request

from presave_app.sandbox.kit.fans import Playlist, PlaylistItem
from presave_app.sandbox.kit.ids import made_up_number

from .api_adding import check_room, may_add
from .api_gate import current_token, get_fan, get_owner, no_data, read_argument, read_ids
from .api_paging import list_answer
from .api_shapes import Json, known_tracks, playlist_json, seconds_since_1970, track_brief
from .errors import ApiError, json_answer
from .fans import Fan
from .perms import DELETE, MANAGE
from .twin import DeezerTwin, current_twin


def playlists(who: str) -> Response:
    fan = get_fan(who)
    return list_answer([playlist_json(fan, playlist) for playlist in list(fan.playlists.values())])


def create(who: str) -> Response:
    """A second one of the same title is a second playlist."""
    twin, fan = current_twin(), get_owner(who, MANAGE)
    playlist = Playlist(made_up_number(secrets.token_hex(16), digits=11), read_argument("title"))
    with twin.lock:
        fan.playlists[playlist.id] = playlist
    return json_answer({"id": int(playlist.id)})


def one_playlist(number: str) -> Response:
    twin = current_twin()
    fan, playlist = _get(twin, number)
    return json_answer(playlist_json(fan, playlist) | {"tracks": {"data": _tracks(twin, playlist)}})


def playlist_tracks(number: str) -> Response:
    twin = current_twin()
    return list_answer(_tracks(twin, _get(twin, number)[1]))


def update(number: str) -> Response:
    playlist = _get_own(current_twin(), number, MANAGE)
    playlist.title = read_argument("title")
    return json_answer(True)


def delete(number: str) -> Response:
    twin = current_twin()
    fan, _ = _get(twin, number)
    _get_own(twin, number, DELETE)
    with twin.lock:
        fan.playlists.pop(number, None)
    return json_answer(True)


def tracks_post(number: str) -> Response:
    """Adds `songs`, or puts all that are there into the order of `order`."""
    twin = current_twin()
    playlist = _get_own(twin, number, MANAGE)
    return _put_in_order(twin, playlist) if request.args.get("order") else _add(twin, playlist)


def tracks_remove(number: str) -> Response:
    twin = current_twin()
    playlist = _get_own(twin, number, MANAGE, DELETE)
    ids = read_ids("songs")
    with twin.lock:
        playlist.items[:] = [item for item in playlist.items if item.ref not in ids]
    return json_answer(True)


def _add(twin: DeezerTwin, playlist: Playlist) -> Response:
    """All of the songs or none: one that is there already keeps out the others too."""
    ids = read_ids("songs")
    if not may_add(twin, "track", ids):
        return json_answer(False)
    with twin.lock:
        held = {item.ref for item in playlist.items}
        if held & set(ids) and twin.switches.playlist_again == "801":
            raise ApiError("data_exists")
        fresh = [number for number in ids if number not in held]
        check_room(twin, len(held) + len(fresh), is_growing=bool(fresh))
        now = twin.clock.now()
        playlist.items.extend(PlaylistItem(secrets.token_hex(8), ref, now) for ref in fresh)
    return json_answer(True)


def _put_in_order(twin: DeezerTwin, playlist: Playlist) -> Response:
    ids = read_ids("order")
    with twin.lock:
        by_ref = {item.ref: item for item in playlist.items}
        if by_ref.keys() != set(ids):
            raise ApiError("parameter", "Wrong parameter: order")
        playlist.items[:] = [by_ref[ref] for ref in ids]
    return json_answer(True)


def _tracks(twin: DeezerTwin, playlist: Playlist) -> list[Json]:
    added = {item.ref: seconds_since_1970(item.at) for item in list(playlist.items)}
    return [track_brief(twin, track) | {"time_add": added[track.id]} for track in known_tracks(twin, added)]


def _get(twin: DeezerTwin, number: str) -> tuple[Fan, Playlist]:
    """Playlists are public. The caller's own are looked at first: a crowd has too many to search for each call."""
    token = current_token()
    me = twin.fans.find(token.fan) if token and token.fan else None
    owner = me if me and number in me.playlists else twin.fans.find_first(lambda one: number in one.playlists)
    if owner is None:
        raise no_data()
    return owner, owner.playlists[number]


def _get_own(twin: DeezerTwin, number: str, *perms: str) -> Playlist:
    owner, playlist = _get(twin, number)
    get_owner(owner.account_id, *perms)
    return playlist
