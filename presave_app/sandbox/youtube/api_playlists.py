"""Playlists of the fan and what is in them. A second insert of the same video makes a duplicate.

https://developers.google.com/youtube/v3/docs/playlistItems/insert
"""

import secrets
from typing import cast

from flask import Blueprint, Response, jsonify, request

from presave_app.sandbox.kit.fans import Playlist, PlaylistItem
from presave_app.sandbox.kit.recording import current_call

from .api_gate import get_channel_owner, read_argument, read_part, read_snippet
from .api_shapes import list_answer, of_parts, playlist_item_json, playlist_json
from .errors import ApiError
from .fans import Fan
from .ids import item_id, playlist_id
from .twin import YouTubeTwin, current_twin

# Watch later, which apps cannot touch.
WATCH_LATER = "WL"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/playlists", view_func=playlist_insert, methods=["POST"])
    blueprint.add_url_rule("/playlists", view_func=playlists_list, methods=["GET"])
    blueprint.add_url_rule("/playlistItems", view_func=item_insert, methods=["POST"])
    blueprint.add_url_rule("/playlistItems", view_func=items_list, methods=["GET"])


def playlist_insert() -> Response:
    """A second one of the same title is a second playlist."""
    fan, parts = get_channel_owner(), read_part()
    title = read_snippet().get("title")
    if not isinstance(title, str) or not title.strip():
        raise ApiError("playlistTitleRequired")
    playlist = Playlist(playlist_id(secrets.token_hex(16)), title)
    with current_twin().lock:
        fan.playlists[playlist.id] = playlist
    return jsonify(of_parts(playlist_json(fan, playlist), parts))


def playlists_list() -> Response:
    fan, parts = get_channel_owner(), read_part()
    wanted = request.args.get("id", "").split(",") if request.args.get("mine") != "true" else None
    held = [one for one in reversed(list(fan.playlists.values())) if wanted is None or one.id in wanted]
    return list_answer("playlist", [playlist_json(fan, playlist) for playlist in held], parts)


def item_insert() -> Response:
    twin, fan, parts = current_twin(), get_channel_owner(), read_part()
    snippet = read_snippet()
    playlist_name, video_id = snippet.get("playlistId"), _video_of(snippet)
    if not isinstance(playlist_name, str) or not playlist_name or video_id is None:
        raise ApiError("invalidSnippet")
    current_call().refs = (video_id,)
    playlist = _get_playlist(twin, fan, playlist_name)
    _check_video(twin, video_id)
    with twin.lock:
        if len(playlist.items) >= twin.switches.most_playlist_items:
            raise ApiError("playlistContainsMaximumNumberOfVideos")
        item = PlaylistItem(item_id(secrets.token_hex(16)), video_id, twin.clock.now())
        playlist.items.append(item)
        position = len(playlist.items) - 1
    return jsonify(of_parts(playlist_item_json(playlist, item, position), parts))


def items_list() -> Response:
    twin, fan, parts = current_twin(), get_channel_owner(), read_part()
    playlist = _get_playlist(twin, fan, read_argument("playlistId"))
    video_id = request.args.get("videoId")
    items = [
        playlist_item_json(playlist, item, position)
        for position, item in enumerate(list(playlist.items))
        if video_id in (None, item.ref)
    ]
    return list_answer("playlistItem", items, parts)


def _video_of(snippet: dict[str, object]) -> str | None:
    resource = snippet.get("resourceId")
    if not isinstance(resource, dict):
        return None
    known = cast(dict[str, object], resource)
    video_id = known.get("videoId")
    is_video = known.get("kind") == "youtube#video" and isinstance(video_id, str)
    return cast(str, video_id) if is_video else None


def _get_playlist(twin: YouTubeTwin, fan: Fan, name: str) -> Playlist:
    if name == WATCH_LATER:
        raise ApiError("playlistOperationUnsupported")
    playlist = fan.playlists.get(name)
    if playlist is not None:
        return playlist
    is_another_s = twin.fans.find_first(lambda one: name in one.playlists) is not None
    raise ApiError("playlistItemsNotAccessible" if is_another_s else "playlistNotFound")


def _check_video(twin: YouTubeTwin, video_id: str) -> None:
    video = twin.releases.find(video_id)
    if video is None:
        raise ApiError("videoNotFound")
    if not video.is_live(twin.clock.now()):
        raise ApiError(twin.switches.insert_before_live)
