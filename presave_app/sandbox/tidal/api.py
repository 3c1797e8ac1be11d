"""The API: every address of it that the twin knows, behind one gate.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json
"""

from flask import Blueprint, Response, current_app, request

from presave_app.sandbox.kit.recording import record_calls

from . import api_catalogue, api_collection, api_old_collection, api_playlists
from .api_collection import get_owner, view_of
from .api_gate import identify, pass_gate, tell_limit
from .documents import Document
from .errors import ApiError, api_answer
from .scopes import USER_READ
from .twin import TidalTwin

PREFIX = "/tidal/api/v2"
ALL_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def create_api(twin: TidalTwin) -> Blueprint:
    blueprint = Blueprint("tidal_api", __name__, url_prefix=PREFIX)
    record_calls(blueprint, twin, "api", identify)
    blueprint.before_request(pass_gate)
    blueprint.after_request(tell_limit)
    for part in (api_catalogue, api_collection, api_old_collection, api_playlists):
        part.register(blueprint)
    blueprint.add_url_rule("/users/<owner>", view_func=one_user, methods=["GET"])
    blueprint.add_url_rule("/<path:rest>", view_func=unknown_address, methods=ALL_METHODS)
    return blueprint


def one_user(owner: str) -> Response:
    fan = get_owner(USER_READ, owner)
    document = Document(view_of(fan))
    data = document.resource("users", fan.account_id, {})
    return api_answer(document.json(data, {"self": f"/users/{owner}"}))


def unknown_address(rest: str) -> Response:  # noqa: ARG001 - the address is looked up whole
    """A known address with another method is a 405."""
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None
    known = [method for method in ALL_METHODS if adapter.match(method=method)[0] != request.endpoint]
    if known:
        raise ApiError(405, headers={"Allow": ", ".join(known)})
    raise ApiError(404)
