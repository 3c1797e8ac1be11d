"""MusicKit's script, and what the script asks the twin beside the API.

https://js-cdn.music.apple.com/musickit/v3/docs/
"""

from flask import Blueprint, Response, current_app, g, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from presave_app.sandbox.kit.recording import record_calls

from .gate import allow_other_origins, identify, require_developer_token, require_fan
from .twin import AppleMusicTwin, current_twin


def create_musickit(twin: AppleMusicTwin) -> Blueprint:
    blueprint = Blueprint("apple-music_musickit", __name__, url_prefix="/apple-music")
    record_calls(blueprint, twin, "musickit", identify)
    blueprint.before_request(let_the_browser_ask)
    blueprint.after_request(allow_other_origins)
    blueprint.add_url_rule("/musickit.js", view_func=script, methods=["GET"])
    blueprint.add_url_rule("/musickit/configuration", view_func=configuration, methods=["GET"])
    blueprint.add_url_rule("/musickit/unauthorize", view_func=unauthorize, methods=["POST"])
    return blueprint


def let_the_browser_ask() -> Response | None:
    return Response(status=204) if request.method == "OPTIONS" else None


def script() -> AnyResponse:
    answer = current_app.send_static_file("musickit.js")
    # A fault that drips or delays has to take the body in hand.
    answer.direct_passthrough = False
    return answer


def configuration() -> Response:
    """What configure() asks for: whether the developer token is good on this page, and how the twin is switched."""
    twin = current_twin()
    token = require_developer_token(twin)
    return jsonify(
        {
            "storageKey": f"music.{token.key.team_id.lower()}.media-user-token",
            "closedWindow": twin.switches.closed_window,
        }
    )


def unauthorize() -> Response:
    """Ends every token of this fan and team."""
    twin = current_twin()
    g.developer_token = require_developer_token(twin)
    twin.revoke(require_fan(), g.developer_token.key.team_id)
    return Response(status=204)
