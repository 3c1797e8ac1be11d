"""The API of Audiomack: tokens, music, favourites and reposts, and the fan's own profile.

https://audiomack.com/data-api/docs
"""

from flask import Blueprint, Response, jsonify, request

from presave_app.sandbox.kit.recording import record_calls

from . import token_endpoints
from .errors import already_done, not_found
from .gate import identify, require_any, require_fan, shape_errors
from .music import Music
from .shapes import favourite_json, music_json, user_json
from .twin import AudiomackTwin, current_twin

PREFIX = "/audiomack/api/v1"
ALL_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]
USUAL_LIMIT = 20


def create_api(twin: AudiomackTwin) -> Blueprint:
    blueprint = Blueprint("audiomack_api", __name__, url_prefix=PREFIX)
    record_calls(blueprint, twin, "api", identify)
    blueprint.after_request(shape_errors)
    token_endpoints.register(blueprint)
    for method, path, view in (
        ("PUT", "/music/<music_id>/favorite", favourite_set),
        ("DELETE", "/music/<music_id>/favorite", favourite_remove),
        ("PUT", "/music/<music_id>/repost", repost_set),
        ("DELETE", "/music/<music_id>/repost", repost_remove),
        ("PUT", "/artist/<slug>/follow", follow),
        ("DELETE", "/artist/<slug>/follow", unfollow),
        ("GET", "/music/<any(song, album):kind>/<artist>/<slug>", music_show),
        ("GET", "/user", user_show),
        ("GET", "/user/favorites", favourites_list),
        ("GET", "/user/favorites/page/<int:page>", favourites_list),
    ):
        blueprint.add_url_rule(path, view_func=view, methods=[method])
    blueprint.add_url_rule("/<path:rest>", view_func=unknown_address, methods=ALL_METHODS)
    return blueprint


def favourite_set(music_id: str) -> Response:
    twin, fan = current_twin(), require_fan()
    music = _get_music(music_id)
    if music.id in fan.library and twin.switches.favourite_twice == "409":
        raise already_done()
    twin.fans.save(fan, [music.id], twin.clock.now())
    return _done()


def favourite_remove(music_id: str) -> Response:
    fan = require_fan()
    current_twin().fans.remove(fan, [_get_music(music_id).id])
    return _done()


def repost_set(music_id: str) -> Response:
    twin, fan = current_twin(), require_fan()
    music = _get_music(music_id)
    if not fan.repost(music.id, twin.clock.now()) and twin.switches.favourite_twice == "409":
        raise already_done()
    return _done()


def repost_remove(music_id: str) -> Response:
    fan = require_fan()
    fan.reposts.pop(_get_music(music_id).id, None)
    return _done()


def follow(slug: str) -> Response:
    twin, fan = current_twin(), require_fan()
    _require_artist(slug)
    if not twin.fans.follow(fan, slug, twin.clock.now()) and twin.switches.favourite_twice == "409":
        raise already_done()
    return _done()


def unfollow(slug: str) -> Response:
    fan = require_fan()
    _require_artist(slug)
    current_twin().fans.unfollow(fan, slug)
    return _done()


def music_show(kind: str, artist: str, slug: str) -> Response:
    """The only look-up there is: no UPC and no ISRC is asked for."""
    require_any()
    twin = current_twin()
    music = twin.releases.find_first(lambda one: one.address() == (kind, artist, slug))
    if music is None or not music.is_live(twin.clock.now()):
        raise not_found()
    return jsonify({"results": music_json(music)})


def user_show() -> Response:
    fan = require_fan()
    if not current_twin().switches.user_read:
        raise not_found()
    return jsonify(user_json(fan))


def favourites_list(page: int = 1) -> Response:
    twin, fan = current_twin(), require_fan()
    if not twin.switches.favourites_read:
        raise not_found()
    items = list(reversed(twin.fans.library_of(fan)))
    limit = request.args.get("limit", default=USUAL_LIMIT, type=int) or max(1, len(items))
    shown = items[(max(1, page) - 1) * limit :][:limit]
    return jsonify(
        {"results": [favourite_json(item, twin.releases.find(item.ref)) for item in shown], "count": len(items)}
    )


def unknown_address(rest: str) -> Response:  # noqa: ARG001 - whatever it is
    raise not_found()


def _get_music(music_id: str) -> Music:
    """What is not out yet is not there, for nobody."""
    twin = current_twin()
    music = twin.releases.find(music_id)
    if music is None or not music.is_live(twin.clock.now()):
        raise not_found()
    return music


def _require_artist(slug: str) -> None:
    """Whoever put something up is there, also ahead of its day."""
    if current_twin().releases.find_first(lambda one: one.address()[1] == slug) is None:
        raise not_found()


def _done() -> Response:
    return Response() if current_twin().switches.success_body == "empty" else jsonify({"success": True})
