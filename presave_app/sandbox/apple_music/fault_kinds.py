"""The faults the twin can be asked for beside the usual ones: each documented error by its own name.

https://developer.apple.com/documentation/applemusicapi/http-status-codes
"""

from collections.abc import Mapping

from flask import Response

from presave_app.sandbox.kit.fault_kinds import FaultKinds

from .errors import (
    LOWER_TIER,
    NO_SUBSCRIPTION,
    UnauthorizedError,
    invalid_authentication,
    no_privilege,
    not_found,
    server_error,
    too_many,
)


def _too_many(headers: Mapping[str, str]) -> Response:
    answer = too_many().response()
    answer.headers.update(headers)
    return answer


FAULT_KINDS = FaultKinds(
    server_error=server_error,
    answers={
        "429": lambda: too_many().response(),
        "401": lambda: UnauthorizedError().response(),
        "403": lambda: invalid_authentication().response(),
        "400_no_subscription": lambda: no_privilege(NO_SUBSCRIPTION).response(),
        "400_tier": lambda: no_privilege(LOWER_TIER).response(),
        "404": lambda: not_found().response(),
        "503": lambda: server_error(503),
        # The answer of an add that was accepted, for one of which nothing will be seen.
        "202_ignored": lambda: Response(status=202),
    },
    limits={"429_retry_after": _too_many},
)
