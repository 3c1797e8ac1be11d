"""The fan of the token: who it is, what is liked and reposted, who is followed.

https://developers.soundcloud.com/docs/api/explorer/open-api
"""

from collections.abc import Iterable

from flask import Blueprint, Response

from presave_app.sandbox.kit.fans import SavedItem

from .api_gate import get_fan, read_id
from .api_paging import list_answer
from .api_shapes import find_user, me_json, sound_json, user_json
from .errors import json_answer, not_found, too_many_followings
from .fans import Fan
from .twin import current_twin


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/me", view_func=me, methods=["GET"])
    blueprint.add_url_rule("/me/likes/<any(tracks, playlists):kind>", view_func=likes, methods=["GET"])
    blueprint.add_url_rule("/me/reposts/<any(tracks, playlists):kind>", view_func=reposts, methods=["GET"])
    blueprint.add_url_rule("/me/followings", view_func=followings, methods=["GET"])
    blueprint.add_url_rule("/me/followings/<urn>", view_func=follow, methods=["PUT"])
    blueprint.add_url_rule("/me/followings/<urn>", view_func=unfollow, methods=["DELETE"])


def me() -> Response:
    return json_answer(me_json(get_fan()))


def likes(kind: str) -> Response:
    return _sounds(f"/me/likes/{kind}", kind, current_twin().fans.library_of(get_fan()))


def reposts(kind: str) -> Response:
    return _sounds(f"/me/reposts/{kind}", kind, list(get_fan().reposts.values()))


def followings() -> Response:
    twin = current_twin()
    urns = [item.ref for item in reversed(twin.fans.following_of(get_fan()))]
    users = [user for urn in urns if (user := find_user(twin, urn))]
    return list_answer("/me/followings", [user_json(user) for user in users])


def follow(urn: str) -> tuple[Response, int]:
    """201 with the user at first, a bare 200 for whom the fan follows already."""
    twin, fan = current_twin(), get_fan()
    user = find_user(twin, read_id("users", urn))
    if user is None:
        raise not_found()
    with twin.lock:
        _check_room(fan, user.urn)
        is_new = twin.fans.follow(fan, user.urn, twin.clock.now())
    if is_new:
        return json_answer(user_json(user)), 201
    return json_answer({"status": "200 - Successful"}), 200


def unfollow(urn: str) -> Response:
    twin = current_twin()
    if not twin.fans.unfollow(get_fan(), read_id("users", urn)):
        raise not_found()
    return json_answer({"status": "Status(200) - OK"})


def _check_room(fan: Fan, urn: str) -> None:
    if urn not in fan.following and len(fan.following) >= current_twin().switches.most_followings:
        raise too_many_followings()


def _sounds(path: str, kind: str, items: Iterable[SavedItem]) -> Response:
    """Newest first; what has become private or was never there is left out."""
    twin = current_twin()
    now = twin.clock.now()
    found = [sound for item in items if (sound := twin.releases.find(item.ref))]
    shown = [sound for sound in reversed(found) if sound.kind == kind and sound.is_live(now)]
    return list_answer(path, [sound_json(twin, sound) for sound in shown])
