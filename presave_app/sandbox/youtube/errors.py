"""Errors in Google's shape, each with the reason that tells it from others.

https://developers.google.com/youtube/v3/docs/errors
"""

from collections.abc import Mapping

from flask import Response, jsonify

from presave_app.sandbox.kit.errors import ServiceError

# Of each reason the status, the domain, and a message.
REASONS: dict[str, tuple[int, str, str]] = {
    "authError": (401, "global", "Invalid Credentials"),
    "unauthorized": (401, "global", "Unauthorized"),
    "required": (400, "global", "Required parameter is missing."),
    "invalidParameter": (400, "global", "The value of a parameter is invalid."),
    "insufficientPermissions": (403, "global", "Insufficient Permission"),
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": (403, "global", "Request had insufficient authentication scopes."),
    "youtubeSignupRequired": (401, "youtube.header", "The account has no YouTube channel."),
    "quotaExceeded": (403, "youtube.quota", "The request cannot be completed because you have exceeded your quota."),
    "rateLimitExceeded": (403, "usageLimits", "Rate Limit Exceeded"),
    "userRateLimitExceeded": (403, "usageLimits", "User Rate Limit Exceeded"),
    "backendError": (500, "global", "Backend Error"),
    "emailNotVerified": (400, "youtube.video", "The user must verify the email address before rating the video."),
    "invalidRating": (400, "youtube.video", "The rating is none of like, dislike and none."),
    "videoPurchaseRequired": (400, "youtube.video", "Only who bought the video can rate it."),
    "forbidden": (403, "youtube.video", "Forbidden"),
    "videoRatingDisabled": (403, "youtube.video", "The owner has disabled ratings for the video."),
    "videoNotFound": (404, "youtube.video", "Video not found."),
    "playlistContainsMaximumNumberOfVideos": (403, "youtube.playlistItem", "The playlist is full."),
    "playlistItemsNotAccessible": (403, "youtube.playlistItem", "The playlist is not yours to change."),
    "playlistNotFound": (404, "youtube.playlistItem", "Playlist not found."),
    "invalidSnippet": (400, "youtube.playlistItem", "The request does not specify a valid snippet."),
    "invalidContentDetails": (400, "youtube.playlistItem", "The contentDetails are invalid."),
    "failedPrecondition": (400, "youtube.playlistItem", "Precondition check failed."),
    "playlistOperationUnsupported": (400, "youtube.playlistItem", "The playlist does not take this operation."),
    "playlistTitleRequired": (400, "youtube.playlist", "The playlist needs a title."),
    "subscriptionDuplicate": (400, "youtube.subscription", "The subscription already exists."),
    "subscriptionForbidden": (400, "youtube.subscription", "The subscription is not allowed."),
    "publisherNotFound": (404, "youtube.subscription", "The channel to subscribe to was not found."),
    "publisherRequired": (400, "youtube.subscription", "The channel to subscribe to is missing."),
}


class ApiError(ServiceError):
    """One of REASONS. `status` where another than the usual one is wanted."""

    def __init__(self, reason: str, *, status: int | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        usual, self.domain, self.message = REASONS[reason]
        self.reason = reason
        self.status = status or usual
        self.headers = headers or {}

    def response(self) -> Response:
        one = {"message": self.message, "domain": self.domain, "reason": self.reason}
        answer = jsonify({"error": {"code": self.status, "message": self.message, "errors": [one]}})
        answer.status_code = self.status
        answer.headers.update(self.headers)
        return answer
