"""What Deezer's answers mean that are no success: most of them are errors inside HTTP 200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from presave_app.lib.shapes import as_object
from presave_app.streaming.errors import (
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

_QUOTA_PAUSE_SECONDS = 5.0


def fault_in(body: Mapping[str, Any]) -> ServiceError | None:
    """What an error inside HTTP 200 means (https://developers.deezer.com/api/errors)."""
    if "error" not in body:
        return None
    match as_object(body["error"]).get("code"):
        case 4:
            return RetryLater("rate_limited", _QUOTA_PAUSE_SECONDS)
        case 100:
            return Refused("library_full")
        case 200:
            return NeedsReauth("scope_missing")
        case 300:
            return NeedsReauth("grant_revoked")
        case 700:
            return RetryLater("service_busy")
        case 800:
            return NotYetAvailable("not_in_catalogue")
        case 801:
            return AsWanted("already_there")
        case 901:
            return NotEntitled("account_not_allowed")
        case int(code):
            return Refused(f"error_{code}")
        case _:
            return RetryLater("answer_unreadable")


def http_fault_of(answer: Answer) -> ServiceError:
    """What an answer that is no HTTP 200 means."""
    if answer.status >= 500:
        return RetryLater(f"http_{answer.status}")
    if answer.status == 429:
        return RetryLater("rate_limited", answer.retry_after_seconds())
    if answer.status == 403:
        # Said of a whole app or address that was shut out, never of one fan: theirs come inside a 200.
        return AppBlocked("forbidden")
    if answer.status == 404:
        return NotYetAvailable("not_in_catalogue")
    return Refused(f"http_{answer.status}") if answer.status >= 400 else RetryLater(f"http_{answer.status}")
