"""The API: every address of it that the twin knows, behind one gate.

https://developers.deezer.com/api
"""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response

from presave_app.sandbox.kit.recording import record_calls

from . import api_catalogue, api_favourites, api_playlists, api_search, api_user
from .api_gate import asked_method, identify, pass_gate
from .api_shapes import PREFIX
from .errors import ApiError
from .twin import DeezerTwin

View = Callable[..., Response]

ALL_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]
SHELF = "<any(albums, tracks, artists):shelf>"
# Of each address its views by method.
ADDRESSES: dict[str, dict[str, View]] = {
    "/album/<number>": {"GET": api_catalogue.one_album},
    "/album/<number>/tracks": {"GET": api_catalogue.album_tracks},
    "/track/<number>": {"GET": api_catalogue.one_track},
    "/artist/<number>": {"GET": api_catalogue.one_artist},
    "/artist/<number>/albums": {"GET": api_catalogue.artist_albums},
    "/search": {"GET": api_search.search_tracks},
    "/search/track": {"GET": api_search.search_tracks},
    "/search/album": {"GET": api_search.search_albums},
    "/search/artist": {"GET": api_search.search_artists},
    "/user/<who>": {"GET": api_user.one_user},
    "/user/<who>/permissions": {"GET": api_user.permissions},
    f"/user/<who>/{SHELF}": {
        "GET": api_favourites.favourites,
        "POST": api_favourites.add,
        "DELETE": api_favourites.remove,
    },
    "/user/<who>/playlists": {"GET": api_playlists.playlists, "POST": api_playlists.create},
    "/playlist/<number>": {
        "GET": api_playlists.one_playlist,
        "POST": api_playlists.update,
        "DELETE": api_playlists.delete,
    },
    "/playlist/<number>/tracks": {
        "GET": api_playlists.playlist_tracks,
        "POST": api_playlists.tracks_post,
        "DELETE": api_playlists.tracks_remove,
    },
}


def create_api(twin: DeezerTwin) -> Blueprint:
    blueprint = Blueprint("deezer_api", __name__, url_prefix=PREFIX)
    record_calls(blueprint, twin, "api", identify)
    blueprint.before_request(pass_gate)
    for address, views in ADDRESSES.items():
        blueprint.add_url_rule(address, address, _by_method(views), methods=ALL_METHODS)
    blueprint.add_url_rule("/<path:rest>", view_func=unknown_address, methods=ALL_METHODS)
    return blueprint


def unknown_address(rest: str) -> Response:
    raise ApiError("query_invalid", f"Unknown path components : /{rest}")


def _by_method(views: Mapping[str, View]) -> View:
    """The parameter `request_method` may say another method than the request, so that a view is chosen here."""

    def view(**parts: str) -> Response:
        chosen = views.get(asked_method())
        if chosen is None:
            raise ApiError("query_invalid", f"{asked_method()} method is not available")
        return chosen(**parts)

    return view
