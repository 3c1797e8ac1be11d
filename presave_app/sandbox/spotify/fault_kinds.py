"""The errors of Spotify that can be ordered as faults, beside those that every twin has.

The plain-text answers are older wordings that are still met.
https://developer.spotify.com/documentation/web-api/concepts/api-calls
https://developer.spotify.com/documentation/web-api/concepts/rate-limits
"""

from flask import Response

from presave_app.sandbox.kit.broken_answers import text_answer
from presave_app.sandbox.kit.fault_kinds import FaultKinds

from .errors import (
    OWNER_NEEDS_PREMIUM,
    ApiError,
    forbidden,
    insufficient_scope,
    invalid_client,
    invalid_grant,
    not_registered,
)


def too_many(headers: dict[str, str]) -> ApiError:
    return ApiError(429, "API rate limit exceeded", headers=headers)


def quota_exceeded(headers: dict[str, str]) -> ApiError:
    """https://developer.spotify.com/blog/2026-07-23-web-api-quota-updates"""
    return ApiError(429, "Too many requests", reason="QUOTA_EXCEEDED", headers=headers)


def token_expired() -> ApiError:
    return ApiError(401, "The access token expired")


def token_invalid() -> ApiError:
    return ApiError(401, "Invalid access token")


def server_error(status: int) -> Response:
    return ApiError(status, "Server error." if status == 500 else "Something went wrong").response()


FAULT_KINDS = FaultKinds(
    server_error=server_error,
    limits={
        "429": lambda headers: too_many(headers).response(),
        "429_text": lambda headers: text_answer(429, "Too many requests", headers),
        "429_quota": lambda headers: quota_exceeded(headers).response(),
    },
    answers={
        "401_expired": lambda: token_expired().response(),
        "401_invalid": lambda: token_invalid().response(),
        "403_scope": lambda: insufficient_scope().response(),
        "403_unregistered": lambda: not_registered().response(),
        "403_premium": lambda: text_answer(403, OWNER_NEEDS_PREMIUM),
        "403_forbidden": lambda: forbidden().response(),
        "404": lambda: ApiError(404, "Resource not found").response(),
        "400_revoked": lambda: invalid_grant("Refresh token revoked").response(),
        "400_invalid_client": lambda: invalid_client().response(),
    },
)
