"""The errors of YouTube that can be ordered as faults, by their reason, beside those that every twin has."""

from collections.abc import Callable

from flask import Response

from presave_app.sandbox.kit.errors import OAuthError
from presave_app.sandbox.kit.fault_kinds import FaultKinds

from .errors import REASONS, ApiError

LIMITS = ("rateLimitExceeded", "userRateLimitExceeded")


def _answer(reason: str) -> Callable[[], Response]:
    return lambda: ApiError(reason).response()


def _limit(reason: str, status: int | None = None) -> Callable[[dict[str, str]], Response]:
    return lambda headers: ApiError(reason, status=status, headers=headers).response()


FAULT_KINDS = FaultKinds(
    server_error=lambda status: ApiError("backendError", status=status).response(),
    limits={"429": _limit("rateLimitExceeded", 429), **{reason: _limit(reason) for reason in LIMITS}},
    answers={
        **{reason: _answer(reason) for reason in REASONS if reason not in LIMITS},
        "subscriptionForbidden_403": lambda: ApiError("subscriptionForbidden", status=403).response(),
        "youtubeSignupRequired_403": lambda: ApiError("youtubeSignupRequired", status=403).response(),
        "invalid_grant": lambda: OAuthError("invalid_grant", "Token has been expired or revoked.").response(),
        "invalid_client": lambda: OAuthError("invalid_client", "Unauthorized", 401).response(),
    },
)
