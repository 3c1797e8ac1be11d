"""Liking and reposting tracks and playlists.

https://developers.soundcloud.com/docs/api/explorer/open-api
"""

from flask import Blueprint, Response

from .api_gate import get_fan, get_sound
from .errors import ApiError, json_answer, not_found, spam_warning
from .fans import Fan
from .twin import SoundCloudTwin, current_twin

KINDS = "<any(tracks, playlists):kind>"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(f"/likes/{KINDS}/<urn>", view_func=like, methods=["POST"])
    blueprint.add_url_rule(f"/likes/{KINDS}/<urn>", view_func=unlike, methods=["DELETE"])
    blueprint.add_url_rule(f"/reposts/{KINDS}/<urn>", view_func=repost, methods=["POST"])
    blueprint.add_url_rule(f"/reposts/{KINDS}/<urn>", view_func=unrepost, methods=["DELETE"])


def like(kind: str, urn: str) -> Response:
    """What a second like is answered is not documented: a switch decides, and both times it stays one like."""
    twin, fan = current_twin(), get_fan()
    sound = get_sound(kind, urn, secret_token_works=twin.switches.secret_token_likes)
    _check_likes(twin, fan)
    with twin.lock:
        is_new = sound.id not in fan.library
        twin.fans.save(fan, [sound.id], twin.clock.now())
    if not is_new and twin.switches.like_again == "400":
        raise ApiError(400, "Already liked.")
    return json_answer({"status": "200 - OK"})


def unlike(kind: str, urn: str) -> Response:
    twin, fan = current_twin(), get_fan()
    sound = get_sound(kind, urn)
    if sound.id not in fan.library and twin.switches.unlike_again == "404":
        raise not_found()
    twin.fans.remove(fan, [sound.id])
    return json_answer({"status": "200 - OK"})


def repost(kind: str, urn: str) -> Response:
    """Told by the status alone, and so is its end: no body is documented for either."""
    twin, fan = current_twin(), get_fan()
    sound = get_sound(kind, urn, secret_token_works=False)
    with twin.lock:
        fan.repost(sound.id, twin.clock.now())
    return Response(status=201)


def unrepost(kind: str, urn: str) -> Response:
    fan = get_fan()
    if fan.reposts.pop(get_sound(kind, urn).id, None) is None:
        raise not_found()
    return Response()


def _check_likes(twin: SoundCloudTwin, fan: Fan) -> None:
    """Too many likes of one fan in a row look like spam."""
    switches = twin.switches
    seconds = switches.likes_window_seconds
    if twin.windows.take(f"likes {fan.name}", twin.clock.now(), switches.likes, seconds) is not None:
        raise spam_warning()
