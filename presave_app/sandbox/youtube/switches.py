"""How the twin behaves where Google does not say, and what the label's own project is like."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from presave_app.sandbox.kit import switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches(switches.Switches):
    """`publishing` is the state of the project's consent screen; `user_cap` holds until Google has verified it."""

    LABELS: ClassVar[Mapping[str, str]] = {
        "publishing": "The project's consent screen",
        "only_test_users": "Testing lets in only the fans on the list",
        "rate_before_live": "Liking a private video",
        "insert_before_live": "Adding a private video to a playlist",
        "signup_required": "Status for a fan without a channel",
        "subscription_forbidden": "Status of a subscription that is not allowed",
        "rate_limit_status": "Status of a call that is too fast",
        "failed_calls_cost": "What a failed call costs",
    }

    # https://developers.google.com/identity/protocols/oauth2#expiration
    publishing: Literal["verified", "unverified", "testing"] = "verified"
    user_cap: int = 100
    only_test_users: bool = False
    testing_days: int = 7
    unused_days: int = 183
    live_refresh_tokens: int = 100
    access_token_seconds: int = 3599
    access_survives_revoke: bool = False

    # https://developers.google.com/youtube/v3/determine_quota_cost
    daily_units: int = 10_000
    failed_calls_cost: Literal["full", "1"] = "full"
    calls_of_user: int | None = None
    rate_limit_status: Literal["403", "429"] = "403"

    token_reason: Literal["authError", "unauthorized"] = "authError"
    scope_reason: Literal["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"] = "insufficientPermissions"
    signup_required: Literal["401", "403"] = "401"
    rate_before_live: Literal["videoNotFound", "forbidden"] = "videoNotFound"
    insert_before_live: Literal["failedPrecondition", "videoNotFound"] = "failedPrecondition"
    subscription_forbidden: Literal["400", "403"] = "400"
    subscriptions_a_day: int | None = None
    most_playlist_items: int = 5000
