"""Albums, tracks and artists as a fan sees them: with a fan's token the fan's own country decides.

https://developer.spotify.com/documentation/web-api/reference/get-an-album
"""

from flask import Blueprint, Response, jsonify, request

from presave_app.sandbox.kit.clock import iso_second

from .api_gate import current_app_of_call, current_token, get_fan, require_extended_mode, require_scopes
from .api_paging import read_page
from .api_shapes import album_json, artist_json, page_json, short_track_json, track_json
from .catalogue import Album
from .errors import ApiError
from .ids import is_id, parse_uri
from .twin import current_twin

MOST_ALBUMS = 20


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/albums", view_func=many_albums, methods=["GET"])
    blueprint.add_url_rule("/albums/<album_id>", view_func=one_album, methods=["GET"])
    blueprint.add_url_rule("/albums/<album_id>/tracks", view_func=album_tracks, methods=["GET"])
    blueprint.add_url_rule("/tracks/<track_id>", view_func=one_track, methods=["GET"])
    blueprint.add_url_rule("/artists/<artist_id>", view_func=one_artist, methods=["GET"])
    blueprint.add_url_rule("/me/albums", view_func=saved_albums, methods=["GET"])


def one_album(album_id: str) -> Response:
    return jsonify(_album_json(_get_album(album_id)))


def many_albums() -> Response:
    require_extended_mode()
    ids = [text for text in request.args.get("ids", "").split(",") if text]
    if not ids or len(ids) > MOST_ALBUMS:
        raise ApiError(400, "Too many ids requested" if ids else "Missing required field: ids")
    albums = [_find_album(text) for text in ids]
    return jsonify({"albums": [_album_json(album) if album else None for album in albums]})


def album_tracks(album_id: str) -> Response:
    album = _get_album(album_id)
    page = read_page()
    tracks = [short_track_json(album, track, is_live=is_live(album)) for track in album.tracks]
    return jsonify(page_json(tracks, limit=page.limit, offset=page.offset, path=f"/albums/{album.id}/tracks"))


def one_track(track_id: str) -> Response:
    _check_id(track_id)
    found = current_twin().catalogue.find_track(track_id)
    if found is None or not _is_shown(found[0]):
        raise ApiError(404, "Resource not found")
    album, track = found
    switches = current_app_of_call().switches
    return jsonify(track_json(album, track, switches, current_twin().clock.now(), is_live=is_live(album)))


def one_artist(artist_id: str) -> Response:
    _check_id(artist_id)
    artist = current_twin().catalogue.find_artist(artist_id)
    if artist is None:
        raise ApiError(404, "Resource not found")
    return jsonify(artist_json(artist, current_app_of_call().switches))


def saved_albums() -> Response:
    twin = current_twin()
    fan = get_fan()
    require_scopes({"user-library-read"})
    page = read_page()
    entries = []
    for item in reversed(twin.fans.library_of(fan)):
        uri = parse_uri(item.ref)
        album = twin.catalogue.find(uri.id) if uri.kind == "album" else None
        if album is not None:
            entries.append({"added_at": iso_second(item.at), "album": _album_json(album)})
    return jsonify(page_json(entries, limit=page.limit, offset=page.offset, path="/me/albums"))


def country_of_call() -> str | None:
    """The account's country wins over the parameter; an app's own token has only the parameter."""
    name = current_token().fan
    if name is not None:
        return current_twin().fans.welcome(name).country
    return request.args.get("market") or None


def is_live(album: Album, lag_seconds: float = 0.0) -> bool:
    return album.is_live(country_of_call(), current_twin().clock.now(), lag_seconds)


def _is_shown(album: Album) -> bool:
    """A takedown keeps its page, without a name; what is not out yet is missing or restricted."""
    hides_unreleased = current_app_of_call().switches.before_live == "missing"
    return album.takedown or is_live(album) or not hides_unreleased


def _find_album(album_id: str) -> Album | None:
    _check_id(album_id)
    album = current_twin().catalogue.find(album_id)
    return album if album is not None and _is_shown(album) else None


def _get_album(album_id: str) -> Album:
    album = _find_album(album_id)
    if album is None:
        raise ApiError(404, "Resource not found")
    return album


def _album_json(album: Album) -> dict[str, object]:
    switches = current_app_of_call().switches
    return album_json(album, switches, current_twin().clock.now(), is_live=is_live(album))


def _check_id(text: str) -> None:
    if not is_id(text):
        raise ApiError(400, "Invalid base62 id")
