"""What YouTube's answers mean that are no success: Google's token endpoint, and the reasons of the Data API.

https://developers.google.com/youtube/v3/docs/errors
"""

from __future__ import annotations

from presave_app.lib.shapes import as_list, as_object, as_text
from presave_app.streaming.errors import (
    AccessExpired,
    AppBlocked,
    AsWanted,
    NeedsReauth,
    NotEntitled,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
)
from presave_app.streaming.http import Answer

# A fan who follows too many at once is asked to wait, and the answer does not say for how long.
_SUBSCRIBING_WAIT_SECONDS = 6 * 3600.0

_NOT_THERE = {"videoNotFound", "failedPrecondition", "playlistItemsNotAccessible", "publisherNotFound"}
_TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded"}
_IMPOSSIBLE = {"videoRatingDisabled", "videoPurchaseRequired"}
_TOO_SMALL = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}


def fault_of(answer: Answer, seconds_until_new_day: float) -> ServiceError:
    """What an answer means; a budget that is used up comes back with the new day."""
    body = answer.json_or_empty()
    if isinstance(body.get("error"), str):
        return _token_fault(answer.status, as_text(body["error"]))
    error = as_object(body.get("error"))
    reasons = {as_text(as_object(item).get("reason")) for item in as_list(error.get("errors"))}
    if "quotaExceeded" in reasons or "dailyLimitExceeded" in reasons:
        return RetryLater("quota_exceeded", seconds_until_new_day)
    if answer.status == 429 or reasons & _TOO_FAST:
        return RetryLater("rate_limited", answer.retry_after_seconds())
    if answer.status >= 500:
        return RetryLater(f"http_{answer.status}")
    return _reason_fault(reasons) or _status_fault(answer.status)


def _token_fault(status: int, error: str) -> ServiceError:
    match error:
        case "invalid_grant":
            return NeedsReauth("grant_revoked")
        case "invalid_client" | "unauthorized_client":
            return AppBlocked("invalid_client")
        case _:
            return RetryLater(f"http_{status}") if status >= 500 else Refused(f"token_{error}"[:60])


def _reason_fault(reasons: set[str]) -> ServiceError | None:
    if "subscriptionDuplicate" in reasons:
        return AsWanted("already_there")
    if "subscriptionForbidden" in reasons:
        return RetryLater("rate_limited", wait_seconds=_SUBSCRIBING_WAIT_SECONDS)
    if "youtubeSignupRequired" in reasons:
        return NotEntitled("no_channel")
    if "playlistContainsMaximumNumberOfVideos" in reasons:
        return Refused("library_full")
    if reasons & _TOO_SMALL:
        return NeedsReauth("scope_missing")
    if "emailNotVerified" in reasons:
        # The fan could mend it, yet each further try costs as much of the budget as another fan's like.
        return Refused("email_not_verified")
    if reasons & _IMPOSSIBLE:
        return Refused("rating_disabled")
    return NotYetAvailable("not_in_catalogue") if reasons & _NOT_THERE else None


def _status_fault(status: int) -> ServiceError:
    match status:
        case 401:
            return AccessExpired("access_expired")
        case 403:
            return Refused("forbidden")
        case 404:
            return NotYetAvailable("not_in_catalogue")
        case _ if 400 <= status < 500:
            return Refused(f"http_{status}")
        case _:
            return RetryLater(f"http_{status}")
