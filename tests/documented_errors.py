"""What each documented error of a service has to become: one row for every fault that its twin can play.

The names are the twins' own. What every twin can play besides, such as a 502, is in the contract suite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from presave_app.streaming.errors import (
    AccessExpired,
    AppBlocked,
    NeedsReauth,
    NotEntitled,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
)


@dataclass(frozen=True)
class Told:
    """The error that a connector has to raise, at which deed; without one the answer counts as a success.

    `pauses` means that everybody has to leave the service alone for a while.
    """

    error: type[ServiceError] | None
    reason: str = ""
    deed: str = "add"
    pauses: bool = False

    def at(self, deed: str) -> Told:
        return replace(self, deed=deed)


LIMIT = Told(RetryLater, "rate_limited", pauses=True)
QUOTA = Told(RetryLater, "quota_exceeded", pauses=True)
EXPIRED = Told(AccessExpired, "access_expired")
REVOKED = Told(NeedsReauth, "grant_revoked")
TOO_SMALL = Told(NeedsReauth, "scope_missing")
NOT_THERE = Told(NotYetAvailable, "not_in_catalogue")
FORBIDDEN = Told(Refused, "forbidden")
FULL = Told(Refused, "library_full")
BAD_REQUEST = Told(Refused, "http_400")
NOT_TO_BE_RATED = Told(Refused, "rating_disabled")
NO_CHANNEL = Told(NotEntitled, "no_channel")
NO_SUBSCRIPTION = Told(NotEntitled, "no_subscription")
OUR_FAULT = Told(AppBlocked, "invalid_client")
AS_WANTED = Told(None)

SPOTIFY = {
    "429": LIMIT,
    "429_text": LIMIT,
    "429_quota": QUOTA,
    "401_expired": EXPIRED,
    "401_invalid": EXPIRED,
    "403_scope": TOO_SMALL,
    "403_unregistered": Told(NotEntitled, "not_on_the_list"),
    "403_premium": Told(AppBlocked, "owner_premium_lapsed"),
    "403_forbidden": FORBIDDEN,
    "404": NOT_THERE,
    "400_revoked": REVOKED.at("renew"),
    "400_invalid_client": OUR_FAULT.at("renew"),
}

APPLE_MUSIC = {
    "429": LIMIT,
    "429_retry_after": LIMIT,
    # Apple's 401 is about the developer token, its 403 about the fan's.
    "401": OUR_FAULT,
    "403": REVOKED,
    "400_no_subscription": NO_SUBSCRIPTION,
    "400_tier": NO_SUBSCRIPTION,
    "404": NOT_THERE,
    "503": Told(RetryLater, "http_503"),
    "202_ignored": AS_WANTED,
}

SOUNDCLOUD = {
    "429": LIMIT,
    "429_gateway": LIMIT,
    "400": BAD_REQUEST,
    "401": EXPIRED,
    "403": FORBIDDEN,
    "404": NOT_THERE,
    "422": FULL.at("follow_artist"),
    "400_invalid_grant": REVOKED.at("renew"),
    "401_invalid_grant": REVOKED.at("renew"),
    "401_invalid_client": OUR_FAULT.at("renew"),
}

YOUTUBE = {
    "429": LIMIT,
    "rateLimitExceeded": LIMIT,
    "userRateLimitExceeded": LIMIT,
    "quotaExceeded": QUOTA,
    "authError": EXPIRED,
    "unauthorized": EXPIRED,
    "required": BAD_REQUEST,
    "invalidParameter": BAD_REQUEST,
    "invalidRating": BAD_REQUEST,
    "insufficientPermissions": TOO_SMALL,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": TOO_SMALL,
    "youtubeSignupRequired": NO_CHANNEL,
    "youtubeSignupRequired_403": NO_CHANNEL,
    "backendError": Told(RetryLater, "http_500"),
    "emailNotVerified": Told(Refused, "email_not_verified"),
    "videoPurchaseRequired": NOT_TO_BE_RATED,
    "videoRatingDisabled": NOT_TO_BE_RATED,
    "forbidden": FORBIDDEN,
    "videoNotFound": NOT_THERE,
    "playlistContainsMaximumNumberOfVideos": FULL.at("add_to_playlist"),
    "playlistItemsNotAccessible": NOT_THERE.at("add_to_playlist"),
    "playlistNotFound": NOT_THERE.at("add_to_playlist"),
    "invalidSnippet": BAD_REQUEST.at("add_to_playlist"),
    "invalidContentDetails": BAD_REQUEST.at("add_to_playlist"),
    "failedPrecondition": NOT_THERE.at("add_to_playlist"),
    "playlistOperationUnsupported": BAD_REQUEST.at("add_to_playlist"),
    "playlistTitleRequired": BAD_REQUEST.at("add_to_playlist"),
    "subscriptionDuplicate": AS_WANTED.at("follow_artist"),
    # Too many at once: that fan alone has to wait.
    "subscriptionForbidden": Told(RetryLater, "rate_limited", "follow_artist"),
    "subscriptionForbidden_403": Told(RetryLater, "rate_limited", "follow_artist"),
    "publisherNotFound": NOT_THERE.at("follow_artist"),
    "publisherRequired": BAD_REQUEST.at("follow_artist"),
    "invalid_grant": REVOKED.at("renew"),
    "invalid_client": OUR_FAULT.at("renew"),
}

AUDIOMACK = {
    "429": LIMIT,
    "401": REVOKED,
    "401_signature": OUR_FAULT,
    "403": REVOKED,
    "404": NOT_THERE,
}

# All but the answers of a front end come inside a 200.
DEEZER = {
    "quota": LIMIT,
    "items_limit_exceeded": FULL,
    "permission": TOO_SMALL,
    "token_invalid": REVOKED,
    "parameter": Told(Refused, "error_500"),
    "parameter_missing": Told(Refused, "error_501"),
    "query_invalid": Told(Refused, "error_600"),
    "service_busy": Told(RetryLater, "service_busy"),
    "data_not_found": NOT_THERE,
    "data_exists": AS_WANTED,
    "individual_account_not_allowed": Told(NotEntitled, "account_not_allowed"),
    "false_200": Told(RetryLater, "not_taken"),
    "wrong_code": Told(RetryLater, "sign_in_not_finished", "sign_in"),
    "http_403": Told(AppBlocked, "forbidden"),
    "http_404": NOT_THERE,
    "http_429": LIMIT,
    "http_504": Told(RetryLater, "http_504"),
}

TIDAL = {
    "429": LIMIT,
    "400": BAD_REQUEST,
    "401": EXPIRED,
    "401_gateway": EXPIRED,
    "403": TOO_SMALL,
    "404": NOT_THERE,
    "405": Told(Refused, "http_405"),
    "406": Told(Refused, "http_406"),
    "415": Told(Refused, "http_415"),
    "503": Told(RetryLater, "http_503"),
    "409_duplicate": AS_WANTED,
    "409_too_many": FULL,
    "409_in_progress": Told(RetryLater, "service_busy"),
    "422_mismatch": Told(Refused, "http_422"),
    # A 200 by which nothing was done.
    "200_skipped_not_found": NOT_THERE,
    "200_skipped_already_present": AS_WANTED,
    "200_skipped_new_reason": Told(RetryLater, "answer_unreadable"),
    "400_invalid_request": Told(Refused, "token_invalid_request", "renew"),
    "400_invalid_grant": REVOKED.at("renew"),
    "401_invalid_grant": REVOKED.at("renew"),
    "400_expired_grant": Told(NeedsReauth, "grant_expired", "renew"),
    "400_temporary": Told(RetryLater, "service_busy", "renew"),
    "401_invalid_client": OUR_FAULT.at("renew"),
}

DOCUMENTED: Mapping[str, Mapping[str, Told]] = {
    "spotify": SPOTIFY,
    "apple-music": APPLE_MUSIC,
    "tidal": TIDAL,
    "deezer": DEEZER,
    "soundcloud": SOUNDCLOUD,
    "youtube": YOUTUBE,
    "audiomack": AUDIOMACK,
}
