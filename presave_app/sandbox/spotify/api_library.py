"""Saving to a fan's library, removing, and asking what is in it.

https://developer.spotify.com/documentation/web-api/reference/save-library-items
"""

from flask import Blueprint, Response, jsonify, request

from .api_gate import current_app_of_call, get_fan, require_scopes
from .errors import ApiError
from .fans import Fan
from .ids import MOST_URIS, Uri, UriError, parse_uri
from .scopes import read_scope, write_scope
from .twin import current_twin

IN_CATALOGUE = ("album", "track")


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/me/library", view_func=library_put, methods=["PUT"])
    blueprint.add_url_rule("/me/library", view_func=library_delete, methods=["DELETE"])
    blueprint.add_url_rule("/me/library/contains", view_func=library_contains, methods=["GET"])


def library_put() -> Response:
    fan = get_fan()
    uris = _read_uris(artists_allowed=current_app_of_call().switches.artist_in_library)
    require_scopes({write_scope(uri.kind) for uri in uris})
    save_to_library(fan, uris)
    return Response()


def library_delete() -> Response:
    fan = get_fan()
    uris = _read_uris(artists_allowed=current_app_of_call().switches.artist_in_library)
    require_scopes({write_scope(uri.kind) for uri in uris})
    current_twin().fans.remove(fan, map(str, uris))
    return Response()


def library_contains() -> Response:
    fan = get_fan()
    uris = _read_uris(artists_allowed=True)
    require_scopes({read_scope(uri.kind) for uri in uris})
    held = {item.ref for item in current_twin().fans.library_of(fan)}
    return jsonify([str(uri) in held for uri in uris])


def save_to_library(fan: Fan, uris: list[Uri]) -> None:
    """All or nothing: one item that is not to be had yet fails the whole call, or is quietly left out.

    What Spotify does with an album before its release is not documented, so a switch decides.
    """
    twin = current_twin()
    now = twin.clock.now()
    saved = [str(uri) for uri in uris if _is_to_be_had(uri, fan)]
    if len(saved) < len(uris) and current_app_of_call().switches.put_before_live == "404":
        raise ApiError(404, "Resource not found")
    twin.fans.save(fan, saved, now)


def _is_to_be_had(uri: Uri, fan: Fan) -> bool:
    """The twin has no catalogue of shows or playlists; there it takes any id for a real one."""
    if uri.kind not in IN_CATALOGUE:
        return True
    twin = current_twin()
    album = twin.catalogue.find_home(uri.kind, uri.id)
    return album is not None and album.is_live(fan.country, twin.clock.now())


def _read_uris(*, artists_allowed: bool) -> list[Uri]:
    """The URIs come in the query; a JSON body is not looked at."""
    texts = [text for text in request.args.get("uris", "").split(",") if text]
    if not texts:
        raise ApiError(400, "Missing required field: uris")
    if len(texts) > MOST_URIS:
        raise ApiError(400, f"Too many URIs: at most {MOST_URIS}")
    uris = [_read_uri(text) for text in texts]
    if not artists_allowed and any(uri.kind == "artist" for uri in uris):
        raise ApiError(400, "Unsupported URI type: artist")
    return uris


def _read_uri(text: str) -> Uri:
    try:
        return parse_uri(text)
    except UriError:
        raise ApiError(400, f"Invalid URI: {text}") from None
