"""How the twin behaves where Audiomack does not say, which is almost everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from presave_app.sandbox.kit.switches import Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class AudiomackSwitches(Switches):
    LABELS: ClassVar[Mapping[str, str]] = {
        "callback": "The oauth_callback that is taken",
        "refusal": "What the app is told of a fan who refuses",
        "revoked_status": "What a token that is no longer good is answered",
        "success_body": "The body of a favourite that was set",
        "error_body": "The body of an error",
        "favourite_twice": "Favouring what is a favourite already",
        "favourites_read": "The fan's own favourites can be read",
        "user_read": "The fan's own profile can be read",
    }

    # https://audiomack.com/data-api/docs
    request_token_seconds: int = 3600
    access_token_days: int = 365

    # How far a timestamp may be off is each server's own choice: RFC 5849, section 3.3.
    timestamp_seconds: int = 300

    callback: Literal["registered", "any"] = "registered"
    refusal: Literal["denied", "no_verifier"] = "denied"
    revoked_status: Literal["401", "403"] = "401"
    success_body: Literal["json", "empty"] = "json"
    error_body: Literal["json", "text", "empty"] = "json"
    favourite_twice: Literal["200", "409"] = "200"
    favourites_read: bool = True
    user_read: bool = True
