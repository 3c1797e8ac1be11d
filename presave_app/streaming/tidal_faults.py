"""What TIDAL's answers mean that are no success: those of its token endpoint, and those of its JSON:API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from presave_app.lib.shapes import as_list, as_object, as_text
from presave_app.streaming.errors import (
    AccessExpired,
    AppBlocked,
    AsWanted,
    NeedsReauth,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
)
from presave_app.streaming.http import Answer


def fault_of(answer: Answer) -> ServiceError:
    """What an answer that is no success means: OAuth's shape with `sub_status`, or JSON:API's list of errors."""
    body = answer.json_or_empty()
    if answer.status >= 500:
        return RetryLater(f"http_{answer.status}")
    if answer.status == 429:
        return RetryLater("rate_limited", answer.retry_after_seconds())
    if isinstance(body.get("error"), str):
        return _token_fault(body)
    codes = {as_text(as_object(error).get("code")) for error in as_list(body.get("errors"))}
    return _api_fault(answer.status, codes)


def _token_fault(body: Mapping[str, Any]) -> ServiceError:
    """Numbers as seen in the wild; a temporary fault (11001) comes as a 400 too.

    `invalid_token` is what an API says of an access token (RFC 6750, 3.1), and no word of a token endpoint.
    """
    match body.get("error"), body.get("sub_status"):
        case _, 11001:
            return RetryLater("service_busy")
        case "invalid_token", _:
            return AccessExpired("access_expired")
        case _, 11003:
            return NeedsReauth("grant_expired")
        # No such session, and an invalid token: the official apps sign out then, whatever the word beside it.
        case ("invalid_grant", _) | (_, 6001 | 11002):
            return NeedsReauth("grant_revoked")
        case (("invalid_client" | "unauthorized_client"), _):
            return AppBlocked("invalid_client")
        case error, _:
            return Refused(f"token_{error}"[:60])


def _api_fault(status: int, codes: set[str]) -> ServiceError:
    if "DUPLICATE_ITEMS_IN_COLLECTION" in codes:
        return AsWanted("already_there")
    if "TOO_MANY_ITEMS_IN_COLLECTION" in codes:
        return Refused("library_full")
    if "IDEMPOTENT_REQUEST_IN_PROGRESS" in codes:
        return RetryLater("service_busy")
    match status:
        case 401:
            return AccessExpired("access_expired")
        case 403:
            return NeedsReauth("scope_missing")
        case 404:
            return NotYetAvailable("not_in_catalogue")
        case _ if 400 <= status < 500:
            return Refused(f"http_{status}")
        case _:
            return RetryLater(f"http_{status}")
