"""Videos: liking them, asking what was said of them, and looking them up.

https://developers.google.com/youtube/v3/docs/videos/rate
"""

from flask import Blueprint, Response, jsonify, request

from .api_gate import get_channel_owner, read_argument, read_part
from .api_shapes import list_answer, video_json
from .errors import ApiError
from .fans import Fan
from .twin import YouTubeTwin, current_twin
from .videos import Video

RATINGS = ("like", "dislike", "none")


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/videos/rate", view_func=rate, methods=["POST"])
    blueprint.add_url_rule("/videos/getRating", view_func=get_rating, methods=["GET"])
    blueprint.add_url_rule("/videos", view_func=list_videos, methods=["GET"])


def rate() -> Response:
    twin, fan = current_twin(), get_channel_owner()
    video_id, rating = read_argument("id"), read_argument("rating")
    if rating not in RATINGS:
        raise ApiError("invalidRating")
    _check_rating(fan, _get_public_video(twin, video_id))
    with twin.lock:
        if rating == "like":
            twin.fans.save(fan, [video_id], twin.clock.now())
        else:
            twin.fans.remove(fan, [video_id])
        fan.disliked.discard(video_id)
        if rating == "dislike":
            fan.disliked.add(video_id)
    return Response(status=204)


def get_rating() -> Response:
    fan = get_channel_owner()
    ids = read_argument("id").split(",")
    items = [{"videoId": video_id, "rating": fan.rating_of(video_id)} for video_id in ids]
    return jsonify({"kind": "youtube#videoGetRatingResponse", "items": items})


def list_videos() -> Response:
    """By id, or what the fan likes. What is private is left out without a word."""
    twin, parts = current_twin(), read_part()
    if request.args.get("myRating") == "like":
        ids = [item.ref for item in reversed(twin.fans.library_of(get_channel_owner()))]
    else:
        ids = read_argument("id").split(",")
    found = [video for video_id in ids if (video := twin.releases.find(video_id))]
    shown = [video_json(twin, video) for video in found if video.is_live(twin.clock.now())]
    return list_answer("video", shown, parts)


def _get_public_video(twin: YouTubeTwin, video_id: str) -> Video:
    video = twin.releases.find(video_id)
    if video is None:
        raise ApiError("videoNotFound")
    if not video.is_live(twin.clock.now()):
        raise ApiError(twin.switches.rate_before_live)
    return video


def _check_rating(fan: Fan, video: Video) -> None:
    if not fan.email_verified:
        raise ApiError("emailNotVerified")
    if video.ratings_disabled:
        raise ApiError("videoRatingDisabled")
    if video.purchase_required:
        raise ApiError("videoPurchaseRequired")
