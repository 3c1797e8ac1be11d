"""The JSON of videos, channels, playlists and subscriptions, and of a list of them.

https://developers.google.com/youtube/v3/docs
"""

from flask import Response, jsonify, request

from presave_app.sandbox.kit.clock import iso_second
from presave_app.sandbox.kit.fans import Playlist, PlaylistItem, SavedItem

from .errors import ApiError
from .fans import Fan
from .ids import item_id
from .twin import YouTubeTwin
from .videos import Video

Json = dict[str, object]

USUAL = 5
MOST = 50


def of_parts(shape: Json, parts: frozenset[str]) -> Json:
    """The resource with the parts that were asked for; kind and id are always there."""
    return {name: value for name, value in shape.items() if name in ("kind", "id") or name in parts}


def video_json(twin: YouTubeTwin, video: Video) -> Json:
    published_at = iso_second(video.live_from) if video.live_from else None
    return {
        "kind": "youtube#video",
        "id": video.id,
        "snippet": {
            "publishedAt": published_at,
            "channelId": video.channel,
            "channelTitle": video.artist,
            "title": video.title,
        },
        "status": {"uploadStatus": "processed", "privacyStatus": "public", "embeddable": True},
        "statistics": {"likeCount": str(twin.fans.count_holders(video.id))},
    }


def channel_json(channel: str, title: str) -> Json:
    return {"kind": "youtube#channel", "id": channel, "snippet": {"title": title}}


def playlist_json(fan: Fan, playlist: Playlist) -> Json:
    return {
        "kind": "youtube#playlist",
        "id": playlist.id,
        "snippet": {"channelId": fan.account_id, "channelTitle": fan.display_name, "title": playlist.title},
        "status": {"privacyStatus": "private"},
        "contentDetails": {"itemCount": len(playlist.items)},
    }


def playlist_item_json(playlist: Playlist, item: PlaylistItem, position: int) -> Json:
    resource = {"kind": "youtube#video", "videoId": item.ref}
    return {
        "kind": "youtube#playlistItem",
        "id": item.id,
        "snippet": {
            "publishedAt": iso_second(item.at),
            "playlistId": playlist.id,
            "position": position,
            "resourceId": resource,
        },
        "contentDetails": {"videoId": item.ref},
    }


def subscription_json(fan: Fan, item: SavedItem) -> Json:
    return {
        "kind": "youtube#subscription",
        "id": item_id(f"{fan.name} {item.ref}"),
        "snippet": {
            "publishedAt": iso_second(item.at),
            "channelId": fan.account_id,
            "resourceId": {"kind": "youtube#channel", "channelId": item.ref},
        },
    }


def list_answer(kind: str, items: list[Json], parts: frozenset[str]) -> Response:
    """One page of a list; the page token is an offset here, which nobody should rely on."""
    most = _whole("maxResults", USUAL, highest=MOST)
    start = _whole("pageToken", 0, highest=len(items))
    answer: Json = {
        "kind": f"youtube#{kind}ListResponse",
        "items": [of_parts(item, parts) for item in items[start : start + most]],
        "pageInfo": {"totalResults": len(items), "resultsPerPage": most},
    }
    if most and start + most < len(items):
        answer["nextPageToken"] = str(start + most)
    return jsonify(answer)


def _whole(name: str, usual: int, *, highest: int) -> int:
    text = request.args.get(name)
    if text is None:
        return usual
    if not text.isdecimal() or int(text) > highest:
        raise ApiError("invalidParameter")
    return int(text)
