"""The Web API: every address of it that the twin knows, behind one gate.

https://developer.spotify.com/documentation/web-api
"""

from fnmatch import fnmatchcase

from flask import Blueprint, Response, jsonify, request

from . import api_catalogue, api_library, api_old_writes, api_search
from .api_gate import PREFIX, current_app_of_call, current_token, get_fan, install_gate, require_extended_mode
from .api_shapes import user_json
from .errors import ApiError

# The twin does not play these, but it knows that development mode lost them in February 2026.
REMOVED = (
    "/markets",
    "/browse/*",
    "/artists",
    "/artists/*/top-tracks",
    "/tracks",
    "/users/*",
    "/playlists/*/tracks",
    "/me/*/contains",
)
ALL_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def create_api() -> Blueprint:
    blueprint = Blueprint("spotify_api", __name__, url_prefix=PREFIX)
    install_gate(blueprint)
    blueprint.add_url_rule("/me", view_func=me, methods=["GET"])
    for part in (api_library, api_catalogue, api_search, api_old_writes):
        part.register(blueprint)
    blueprint.add_url_rule("/<path:rest>", view_func=unknown_address, methods=ALL_METHODS)
    return blueprint


def me() -> Response:
    fan = get_fan()
    return jsonify(user_json(fan, current_app_of_call().switches, current_token().scopes))


def unknown_address(rest: str) -> Response:
    if any(fnmatchcase(f"/{rest}", pattern) for pattern in REMOVED):
        require_extended_mode()
    raise ApiError(404 if request.method == "GET" else 405, "Service not found")
