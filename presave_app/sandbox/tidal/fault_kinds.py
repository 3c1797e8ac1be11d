"""The errors of TIDAL that can be ordered as faults, beside those that every twin has."""

from collections.abc import Callable
from functools import partial

from flask import Response, jsonify, request

from presave_app.sandbox.kit.fault_kinds import FaultKinds

from .errors import (
    EXPIRED_TOKEN,
    ApiError,
    TokenError,
    api_answer,
    coded,
    expired_grant,
    invalid_client,
    invalid_grant,
    temporary_failure,
)

STATUSES = (400, 401, 403, 404, 405, 406, 415, 503)


def _status(status: int) -> Callable[[], Response]:
    return lambda: ApiError(status).response()


def _code(code: str) -> Callable[[], Response]:
    return lambda: coded(code).response()


def _skipped(reason: str) -> Response:
    """A 200 by which nothing was done: every item of the body is skipped."""
    body = request.get_json(force=True, silent=True)
    items = body.get("data", []) if isinstance(body, dict) else []
    skipped = [{"id": item.get("id"), "type": item.get("type"), "reason": reason} for item in items]
    path = request.path.partition("/v2")[2]
    return api_answer({"data": [], "links": {"self": path}, "meta": {"skipped": skipped}})


def _gateway_401() -> Response:
    """Not in JSON:API's form: what stands before the API speaks like the token endpoint."""
    answer = jsonify({"status": 401, "sub_status": EXPIRED_TOKEN, "error_description": "The token has expired."})
    answer.status_code = 401
    return answer


FAULT_KINDS = FaultKinds(
    server_error=lambda status: ApiError(status).response(),
    limits={"429": lambda headers: ApiError(429, headers=headers).response()},
    answers={
        **{str(status): _status(status) for status in STATUSES},
        "401_gateway": _gateway_401,
        "409_duplicate": _code("DUPLICATE_ITEMS_IN_COLLECTION"),
        "409_too_many": _code("TOO_MANY_ITEMS_IN_COLLECTION"),
        "409_in_progress": _code("IDEMPOTENT_REQUEST_IN_PROGRESS"),
        "422_mismatch": _code("IDEMPOTENT_REQUEST_PAYLOAD_MISMATCH"),
        "200_skipped_not_found": partial(_skipped, "NOT_FOUND"),
        "200_skipped_already_present": partial(_skipped, "ALREADY_PRESENT"),
        "200_skipped_new_reason": partial(_skipped, "NOT_HEARD_OF_YET"),
        "400_invalid_request": lambda: TokenError(400, "invalid_request", "A parameter is missing").response(),
        "400_invalid_grant": lambda: invalid_grant().response(),
        "401_invalid_grant": lambda: invalid_grant(401).response(),
        "400_expired_grant": lambda: expired_grant().response(),
        "400_temporary": lambda: temporary_failure().response(),
        "401_invalid_client": lambda: invalid_client().response(),
    },
)
