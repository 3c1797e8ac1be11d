"""The Data API v3: every address of it that the twin knows, behind one gate.

https://developers.google.com/youtube/v3/docs
"""

from flask import Blueprint, Response, request

from presave_app.sandbox.kit.broken_answers import html_answer
from presave_app.sandbox.kit.recording import CurrentCall, record_calls

from . import api_channels, api_playlists, api_videos
from .api_gate import identify, pass_gate, settle_units
from .twin import YouTubeTwin

PREFIX = "/youtube/api/youtube/v3"
ALL_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def create_api(twin: YouTubeTwin) -> Blueprint:
    blueprint = Blueprint("youtube_api", __name__, url_prefix=PREFIX)
    record_calls(blueprint, twin, "api", identify_call)
    blueprint.before_request(pass_gate)
    blueprint.after_request(settle_units)
    for part in (api_videos, api_playlists, api_channels):
        part.register(blueprint)
    blueprint.add_url_rule("/<path:rest>", view_func=unknown_address, methods=ALL_METHODS)
    return blueprint


def identify_call(call: CurrentCall) -> None:
    identify(call)
    video_ids = request.args.get("id") or request.args.get("videoId") or ""
    call.refs = tuple(filter(None, video_ids.split(",")))


def unknown_address(**_path: str) -> Response:
    return html_answer(404, "Error 404 (Not Found)")
