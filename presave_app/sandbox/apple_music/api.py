"""The Apple Music API: every address of it that the twin knows, behind one gate.

https://developer.apple.com/documentation/applemusicapi
"""

from flask import Blueprint, Response

from presave_app.sandbox.kit.recording import record_calls

from . import api_catalogue, api_library
from .errors import UnauthorizedError, not_found
from .gate import allow_other_origins, identify, pass_gate
from .twin import AppleMusicTwin

PREFIX = "/apple-music/api"
ALL_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]


def create_api(twin: AppleMusicTwin) -> Blueprint:
    blueprint = Blueprint("apple_music_api", __name__, url_prefix=PREFIX)
    record_calls(blueprint, twin, "api", identify)
    blueprint.before_request(pass_gate)
    blueprint.after_request(allow_other_origins)
    for part in (api_catalogue, api_library):
        part.register(blueprint)
    blueprint.add_url_rule("/v1/me/library/<path:rest>", view_func=removing_is_refused, methods=["DELETE"])
    blueprint.add_url_rule("/v1/me/library", view_func=removing_is_refused, methods=["DELETE"], defaults={"rest": ""})
    blueprint.add_url_rule("/<path:rest>", view_func=unknown_address, methods=ALL_METHODS)
    return blueprint


def removing_is_refused(rest: str) -> Response:  # noqa: ARG001 - whatever it is
    """There is no public way to remove from a library; who tries is answered 401."""
    raise UnauthorizedError


def unknown_address(rest: str) -> Response:  # noqa: ARG001 - whatever it is
    raise not_found()
