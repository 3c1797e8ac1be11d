"""The JSON of albums, tracks, artists and users; development mode leaves some fields out.

https://developer.spotify.com/documentation/web-api/reference/get-an-album
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from flask import request

from .api_gate import PREFIX
from .catalogue import Album, Artist, Track
from .fans import Fan
from .switches import Switches

Json = dict[str, object]


def _links(kind: str, item_id: str) -> Json:
    return {
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{item_id}"},
        "href": f"{request.host_url.rstrip('/')}{PREFIX}/{kind}s/{item_id}",
        "id": item_id,
        "type": kind,
        "uri": f"spotify:{kind}:{item_id}",
    }


def user_json(fan: Fan, switches: Switches, scopes: frozenset[str]) -> Json:
    user = {
        **_links("user", fan.user_id),
        "account_id": fan.account_id,
        "display_name": fan.display_name,
        "images": [],
    }
    if switches.in_development:
        return user
    user["followers"] = {"href": None, "total": 0}
    if "user-read-private" in scopes:
        user["country"] = fan.country
        user["product"] = fan.product
        user["explicit_content"] = {"filter_enabled": False, "filter_locked": False}
    if "user-read-email" in scopes:
        user["email"] = f"{fan.name}@fans.example"
    return user


def artist_json(artist: Artist, switches: Switches) -> Json:
    shape = {**_links("artist", artist.id), "name": artist.name, "genres": [], "images": []}
    if not switches.in_development:
        shape["followers"] = {"href": None, "total": 0}
        shape["popularity"] = 0
    return shape


def short_artist_json(artist: Artist) -> Json:
    return {**_links("artist", artist.id), "name": artist.name}


def short_album_json(album: Album, switches: Switches, now: datetime, *, is_live: bool) -> Json:
    """A name may be empty after a takedown, and a restriction tells that it is not to be had here."""
    shape = {
        **_links("album", album.id),
        "album_type": album.album_type,
        "total_tracks": len(album.tracks),
        "name": "" if album.takedown else album.name,
        "release_date": album.release_date,
        "release_date_precision": "day",
        "artists": [short_artist_json(album.artist)],
        "images": [],
    }
    if not is_live:
        shape["restrictions"] = {"reason": "market"}
    if not switches.in_development:
        shape["available_markets"] = album.markets(now)
    return shape


def album_json(album: Album, switches: Switches, now: datetime, *, is_live: bool) -> Json:
    tracks = [short_track_json(album, track, is_live=is_live) for track in album.tracks]
    shape = short_album_json(album, switches, now, is_live=is_live) | {
        "external_ids": {"upc": album.upc},
        "copyrights": [],
        "genres": [],
        "tracks": page_json(tracks, limit=50, offset=0, path=f"/albums/{album.id}/tracks"),
    }
    if not switches.in_development:
        shape |= {"label": album.label, "popularity": 0}
    return shape


def short_track_json(album: Album, track: Track, *, is_live: bool) -> Json:
    return {
        **_links("track", track.id),
        "artists": [short_artist_json(album.artist)],
        "disc_number": 1,
        "duration_ms": track.duration_ms,
        "explicit": False,
        "is_local": False,
        "is_playable": is_live,
        "name": track.name,
        "track_number": track.number,
    }


def track_json(album: Album, track: Track, switches: Switches, now: datetime, *, is_live: bool) -> Json:
    shape = short_track_json(album, track, is_live=is_live) | {
        "album": short_album_json(album, switches, now, is_live=is_live),
        "external_ids": {"isrc": track.isrc},
    }
    if not is_live:
        shape["restrictions"] = {"reason": "market"}
    return shape


def page_json(
    items: Sequence[Json | None], *, limit: int, offset: int, path: str, query: dict[str, str] | None = None
) -> Json:
    """One page of a list, cut out of all its items."""
    address = f"{request.host_url.rstrip('/')}{PREFIX}{path}"

    def link(start: int) -> str:
        return f"{address}?{urlencode((query or {}) | {'offset': str(start), 'limit': str(limit)})}"

    return {
        "href": link(offset),
        "items": list(items[offset : offset + limit]),
        "limit": limit,
        "next": link(offset + limit) if offset + limit < len(items) else None,
        "offset": offset,
        "previous": link(max(0, offset - limit)) if offset else None,
        "total": len(items),
    }
