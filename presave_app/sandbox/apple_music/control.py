"""Control addresses beside the usual ones: keys of other teams, to see what a token of theirs is worth."""

from flask import Blueprint, Response, jsonify

from presave_app.sandbox.kit.apps import App
from presave_app.sandbox.kit.control import answer_mistakes
from presave_app.sandbox.kit.json_body import JsonBody

from .team_keys import TeamKey, read_public_key
from .twin import AppleMusicTwin


def create_key_control(twin: AppleMusicTwin) -> Blueprint:
    blueprint = Blueprint("apple-music_keys", __name__, url_prefix="/apple-music/control/keys")
    answer_mistakes(blueprint)

    @blueprint.put("/<key_id>")
    def key_put(key_id: str) -> Response:
        """A key, and its team where the team is new. The PEM may be the private or the public one."""
        body = JsonBody(("team_id", "pem"))
        key = TeamKey(key_id, body.text("team_id", ""), read_public_key(body.text("pem", "")))
        with twin.lock:
            twin.keys[key_id] = key
            twin.apps.setdefault(key.team_id, App(key.team_id, "", key.team_id, ()))
        return jsonify({"key_id": key.key_id, "team_id": key.team_id})

    return blueprint
