"""How the twin behaves where Deezer does not say, or where its sources differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from presave_app.sandbox.kit import switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches(switches.Switches):
    """`most_items` are those of one list: favourites of one kind, or a playlist. No number is documented."""

    LABELS: ClassVar[Mapping[str, str]] = {
        "never_expires": "A token with offline_access never expires",
        "redirect_check": "What of the redirect address has to be the registered one",
        "refusal_has_state": "A refusal brings the state back",
        "token_error_form": "Form of an error at the token address",
        "token_content_type": "What the token in plain text calls itself",
        "limited_by": "Whose calls are counted together",
        "quota_type": "The type an exceeded quota names",
        "no_data_status": "Status of an answer without data",
        "busy": "The whole API is busy",
        "upc_digits": "The form in which a UPC is found",
        "shown_before_live": "An album is shown before its start, as not available",
        "add_before_live": "Adding what has not started",
        "add_unknown": "Adding what is not there at all",
        "add_again": "Adding a favourite again",
        "playlist_again": "Adding a song again to a playlist",
        "token_in_next": "The address of the next page carries the token",
    }

    never_expires: bool = True
    redirect_check: Literal["domain", "exact"] = "domain"
    refusal_has_state: bool = True
    token_error_form: Literal["text", "json", "400"] = "text"
    token_content_type: Literal["text/html", "text/plain"] = "text/html"

    # https://developers.deezer.com/api says 50 requests in 5 seconds, and not whose.
    calls: int | None = 50
    window_seconds: float = 5.0
    limited_by: Literal["address", "app", "token"] = "address"
    quota_type: Literal["Exception", "QuotaException"] = "Exception"
    no_data_status: Literal["200", "404"] = "200"
    busy: bool = False

    upc_digits: Literal["twelve", "as_entered", "any"] = "twelve"
    shown_before_live: bool = False
    add_before_live: Literal["800", "false", "true"] = "800"
    add_unknown: Literal["800", "false"] = "800"
    add_again: Literal["true", "false"] = "true"
    playlist_again: Literal["801", "true"] = "801"
    most_items: int = 2000
    token_in_next: bool = True
