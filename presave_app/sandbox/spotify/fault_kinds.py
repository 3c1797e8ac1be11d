"""The faults the twin can be asked for, and what each answers.

The plain-text answers are older wordings that are still met.
https://developer.spotify.com/documentation/web-api/concepts/api-calls
https://developer.spotify.com/documentation/web-api/concepts/rate-limits
"""

from collections.abc import Callable
from enum import StrEnum

from flask import Response

from presave_app.sandbox.broken_answers import delayed, dripping, retry_after_header
from presave_app.sandbox.clock import TwinClock, wait
from presave_app.sandbox.faults import Fault

from .errors import (
    OWNER_NEEDS_PREMIUM,
    ApiError,
    forbidden,
    html_answer,
    insufficient_scope,
    invalid_client,
    invalid_grant,
    not_registered,
    text_answer,
)


class FaultKind(StrEnum):
    RATE_LIMIT = "429"
    RATE_LIMIT_TEXT = "429_text"
    QUOTA_EXCEEDED = "429_quota"
    TOKEN_EXPIRED = "401_expired"
    TOKEN_INVALID = "401_invalid"
    SCOPE = "403_scope"
    NOT_REGISTERED = "403_unregistered"
    PREMIUM = "403_premium"
    FORBIDDEN = "403_forbidden"
    MISSING = "404"
    GRANT_REVOKED = "400_revoked"
    CLIENT_INVALID = "400_invalid_client"
    SERVER_ERROR = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE_HTML = "503_html"
    EMPTY_200 = "empty_200"
    CLOSE = "close"
    DELAY = "delay"
    APPLY_THEN_CLOSE = "apply_then_close"
    APPLY_THEN_502 = "apply_then_502"
    APPLY_THEN_DELAY = "apply_then_delay"
    DRIP = "drip"


def too_many(headers: dict[str, str]) -> ApiError:
    return ApiError(429, "API rate limit exceeded", headers=headers)


def quota_exceeded(headers: dict[str, str]) -> ApiError:
    """https://developer.spotify.com/blog/2026-07-23-web-api-quota-updates"""
    return ApiError(429, "Too many requests", reason="QUOTA_EXCEEDED", headers=headers)


def token_expired() -> ApiError:
    return ApiError(401, "The access token expired")


def token_invalid() -> ApiError:
    return ApiError(401, "Invalid access token")


def bad_gateway() -> Response:
    return ApiError(502, "Something went wrong").response()


PLAIN: dict[str, Callable[[], Response]] = {
    FaultKind.TOKEN_EXPIRED: lambda: token_expired().response(),
    FaultKind.TOKEN_INVALID: lambda: token_invalid().response(),
    FaultKind.SCOPE: lambda: insufficient_scope().response(),
    FaultKind.NOT_REGISTERED: lambda: not_registered().response(),
    FaultKind.PREMIUM: lambda: text_answer(403, OWNER_NEEDS_PREMIUM),
    FaultKind.FORBIDDEN: lambda: forbidden().response(),
    FaultKind.MISSING: lambda: ApiError(404, "Resource not found").response(),
    FaultKind.GRANT_REVOKED: lambda: invalid_grant("Refresh token revoked").response(),
    FaultKind.CLIENT_INVALID: lambda: invalid_client().response(),
    FaultKind.SERVER_ERROR: lambda: ApiError(500, "Server error.").response(),
    FaultKind.BAD_GATEWAY: bad_gateway,
    FaultKind.UNAVAILABLE_HTML: lambda: html_answer(503, "503 Service Temporarily Unavailable"),
    FaultKind.EMPTY_200: Response,
    FaultKind.CLOSE: Response,
}

LIMITS: dict[str, Callable[[dict[str, str]], Response]] = {
    FaultKind.RATE_LIMIT: lambda headers: too_many(headers).response(),
    FaultKind.RATE_LIMIT_TEXT: lambda headers: text_answer(429, "Too many requests", headers),
    FaultKind.QUOTA_EXCEEDED: lambda headers: quota_exceeded(headers).response(),
}


def early_answer(fault: Fault, clock: TwinClock) -> Response | None:
    """The answer that keeps the call from the twin, or None when the twin shall do its work first."""
    if fault.kind in LIMITS:
        headers = retry_after_header(fault.retry_after_form, fault.retry_after, clock)
        return LIMITS[fault.kind](headers)
    if fault.kind in PLAIN:
        return PLAIN[fault.kind]()
    if fault.kind == FaultKind.DELAY:
        wait(fault.seconds)
    return None


def late_answer(fault: Fault, response: Response) -> Response:
    """What becomes of the twin's own answer after the work was done."""
    if fault.kind == FaultKind.APPLY_THEN_502:
        return bad_gateway()
    if fault.kind == FaultKind.APPLY_THEN_DELAY:
        return delayed(response, fault.seconds)
    if fault.kind == FaultKind.DRIP:
        return dripping(response, fault.seconds)
    return response
