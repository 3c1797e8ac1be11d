"""Channels, and subscribing to them.

https://developers.google.com/youtube/v3/docs/subscriptions/insert
"""

from typing import cast

from flask import Blueprint, Response, jsonify, request

from presave_app.sandbox.kit.recording import current_call

from .api_gate import get_channel_owner, get_fan, read_argument, read_part, read_snippet
from .api_shapes import Json, channel_json, list_answer, of_parts, subscription_json
from .errors import ApiError
from .fans import Fan
from .twin import YouTubeTwin, current_twin

DAY_SECONDS = 86_400


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/channels", view_func=channels_list, methods=["GET"])
    blueprint.add_url_rule("/subscriptions", view_func=subscribe, methods=["POST"])
    blueprint.add_url_rule("/subscriptions", view_func=subscriptions_list, methods=["GET"])


def channels_list() -> Response:
    """A fan without a channel gets an empty list of own ones, not an error."""
    twin, parts = current_twin(), read_part()
    if request.args.get("mine") == "true":
        fan = get_fan()
        found = [channel_json(fan.account_id, fan.display_name)] if fan.has_channel else []
    else:
        found = [one for channel in read_argument("id").split(",") if (one := _find_channel(twin, channel))]
    return list_answer("channel", found, parts)


def subscribe() -> Response:
    twin, fan, parts = current_twin(), get_channel_owner(), read_part()
    channel = _channel_of(read_snippet())
    current_call().refs = (channel,)
    if _find_channel(twin, channel) is None:
        raise ApiError("publisherNotFound")
    with twin.lock:
        _check_subscription(twin, fan, channel)
        twin.fans.follow(fan, channel, twin.clock.now())
    return jsonify(of_parts(subscription_json(fan, fan.following[channel]), parts))


def subscriptions_list() -> Response:
    twin, fan, parts = current_twin(), get_channel_owner(), read_part()
    wanted = request.args.get("forChannelId")
    held = [item for item in reversed(twin.fans.following_of(fan)) if wanted is None or item.ref in wanted.split(",")]
    return list_answer("subscription", [subscription_json(fan, item) for item in held], parts)


def _check_subscription(twin: YouTubeTwin, fan: Fan, channel: str) -> None:
    """A fan may not subscribe to the own channel, nor to too many in a short time."""
    if channel in fan.following:
        raise ApiError("subscriptionDuplicate")
    most, now = twin.switches.subscriptions_a_day, twin.clock.now()
    is_own = channel == fan.account_id
    if is_own or twin.windows.take(f"subscriptions {fan.name}", now, most, DAY_SECONDS) is not None:
        raise ApiError("subscriptionForbidden", status=int(twin.switches.subscription_forbidden))


def _channel_of(snippet: dict[str, object]) -> str:
    resource = snippet.get("resourceId")
    channel = cast(dict[str, object], resource).get("channelId") if isinstance(resource, dict) else None
    if not isinstance(channel, str) or not channel:
        raise ApiError("publisherRequired")
    return channel


def _find_channel(twin: YouTubeTwin, channel: str) -> Json | None:
    video = twin.releases.find_first(lambda one: one.channel == channel)
    if video is not None:
        return channel_json(channel, video.artist)
    fan = twin.fans.find_first(lambda one: one.has_channel and one.account_id == channel)
    return channel_json(channel, fan.display_name) if fan else None
