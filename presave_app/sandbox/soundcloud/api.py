"""The public API: every address of it that the twin knows, behind one gate.

https://developers.soundcloud.com/docs/api/explorer/open-api
"""

from flask import Blueprint, Response, request

from presave_app.sandbox.kit.recording import record_calls

from . import api_likes, api_me
from .api_gate import current_token, get_sound, identify, pass_gate, read_id
from .api_shapes import PREFIX, find_user, resource_url, sound_json, user_json
from .errors import ApiError, json_answer, not_found
from .sounds import page_key
from .twin import SoundCloudTwin, current_twin

ALL_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def create_api(twin: SoundCloudTwin) -> Blueprint:
    blueprint = Blueprint("soundcloud_api", __name__, url_prefix=PREFIX)
    record_calls(blueprint, twin, "api", identify)
    blueprint.before_request(pass_gate)
    for part in (api_me, api_likes):
        part.register(blueprint)
    blueprint.add_url_rule("/<any(tracks, playlists):kind>/<urn>", view_func=one_sound, methods=["GET"])
    blueprint.add_url_rule("/users/<urn>", view_func=one_user, methods=["GET"])
    blueprint.add_url_rule("/resolve", view_func=resolve, methods=["GET"])
    blueprint.add_url_rule("/<path:rest>", view_func=unknown_address, methods=ALL_METHODS)
    return blueprint


def one_sound(kind: str, urn: str) -> Response:
    twin = current_twin()
    sound = get_sound(kind, urn)
    name = current_token().fan
    return json_answer(sound_json(twin, sound, twin.fans.welcome(name) if name else None))


def one_user(urn: str) -> Response:
    user = find_user(current_twin(), read_id("users", urn))
    if user is None:
        raise not_found()
    return json_answer(user_json(user))


def resolve() -> Response:
    """An address for people becomes the one of the API; what is private has none."""
    address = request.args.get("url", "")
    if not address:
        raise ApiError(400, "url is missing")
    target = _find_resource(current_twin(), address)
    if target is None:
        raise not_found()
    answer = json_answer({"status": "302 - Found", "location": target})
    answer.status_code = 302
    answer.headers["Location"] = target
    return answer


def unknown_address(rest: str) -> Response:
    raise ApiError(404, f"404 - Not Found: {rest}")


def _find_resource(twin: SoundCloudTwin, address: str) -> str | None:
    now = twin.clock.now()
    sound = twin.releases.find_first(lambda one: one.is_live(now) and one.is_at(address))
    if sound is not None:
        return resource_url(sound.kind, sound.id)
    wanted = page_key(address)
    by_artist = twin.releases.find_first(lambda one: wanted == f"soundcloud.com/{one.artist_permalink}")
    return resource_url("users", by_artist.artist_urn) if by_artist else None
