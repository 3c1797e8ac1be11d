"""How the twin behaves where Apple does not say, or where it may be either."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from presave_app.sandbox.kit.switches import Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleMusicSwitches(Switches):
    LABELS: ClassVar[Mapping[str, str]] = {
        "adds_without_instant": "A pre-release without an instant track may be added",
        "relate_before_live": "A pre-added album shows in relate=library before its start",
        "repeated_add": "Adding what is in the library already",
        "upc_digits": "Digits that filter[upc] wants",
        "without_subscription": "What a fan without a subscription is answered",
        "without_user_token": "What a call without a Music User Token is answered",
        "bound_to_team": "A Music User Token is good for one team only",
        "too_many_body": "The body of a 429",
        "closed_window": "authorize() after the fan closed the window",
        "window_without_subscription": "The window for a fan without a subscription",
    }

    # https://developer.apple.com/documentation/applemusicapi/generating-developer-tokens
    longest_token_seconds: int = 15_777_000

    # Nowhere documented; about six months by many reports.
    user_token_days: int = 180
    bound_to_team: bool = True
    without_user_token: Literal["403", "401"] = "403"
    without_subscription: Literal["400", "401"] = "400"

    # https://developer.apple.com/documentation/applemusicapi/add-a-resource-to-a-library
    longest_add_seconds: float = 0.0
    adds_without_instant: bool = False
    repeated_add: Literal["keeps_date", "new_date"] = "keeps_date"
    relate_before_live: bool = True

    upc_digits: Literal["any", "14"] = "any"
    too_many_body: Literal["errors", "empty"] = "errors"

    closed_window: Literal["rejects", "waits"] = "rejects"
    window_without_subscription: Literal["signs_in", "refuses"] = "signs_in"
