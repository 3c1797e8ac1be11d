"""The errors of SoundCloud that can be ordered as faults, beside those that every twin has."""

from presave_app.sandbox.kit.fault_kinds import FaultKinds

from .errors import (
    ApiError,
    TokenError,
    gateway_limit,
    not_found,
    spam_warning,
    too_many_followings,
    unauthorized,
    with_headers,
)

FAULT_KINDS = FaultKinds(
    server_error=lambda status: ApiError(status, f"{status} - Server Error").response(),
    limits={
        "429": lambda headers: with_headers(spam_warning(), headers),
        "429_gateway": gateway_limit,
    },
    answers={
        "400": lambda: ApiError(400, "400 - Bad Request").response(),
        "401": lambda: unauthorized().response(),
        "403": lambda: ApiError(403, "403 - Forbidden").response(),
        "404": lambda: not_found().response(),
        "422": lambda: too_many_followings().response(),
        "400_invalid_grant": lambda: TokenError(400, "invalid_grant").response(),
        "401_invalid_grant": lambda: TokenError(401, "invalid_grant").response(),
        "401_invalid_client": lambda: TokenError(401, "invalid_client").response(),
    },
)
