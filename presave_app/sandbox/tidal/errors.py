"""The shapes of an error: JSON:API's in the API, and the token endpoint's own.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json (components, responses)
"""

from collections.abc import Mapping
from uuid import uuid4

from flask import Response, json, jsonify

from presave_app.sandbox.kit.errors import ServiceError

MEDIA_TYPE = "application/vnd.api+json"

DETAILS = {
    400: "Invalid request",
    401: "The access token is missing, invalid or expired",
    403: "The access token does not allow this",
    404: "Resource not found",
    405: "HTTP method not allowed",
    406: "No acceptable response media type",
    415: "Unsupported request media type or encoding",
    429: "Rate limit exceeded",
    500: "Internal server error",
    502: "Bad gateway",
    503: "Service temporarily unavailable",
}
CODES = {
    "DUPLICATE_ITEMS_IN_COLLECTION": (409, "Collection already contains one or more items"),
    "TOO_MANY_ITEMS_IN_COLLECTION": (409, "Collection item limit reached"),
    "IDEMPOTENT_REQUEST_IN_PROGRESS": (409, "Request already in progress for this idempotency key"),
    "IDEMPOTENT_REQUEST_PAYLOAD_MISMATCH": (422, "Idempotency key reused with a different payload"),
}

# What `sub_status` means is nowhere written down; these were seen by developers.
UNKNOWN_CLIENT = 1005
TEMPORARY_FAILURE = 11001
INVALID_TOKEN = 11002
EXPIRED_TOKEN = 11003


class ApiError(ServiceError):
    """`source` says where the mistake is: a `pointer` into the body, a `parameter` or a `header`."""

    def __init__(
        self,
        status: int,
        detail: str | None = None,
        *,
        code: str | None = None,
        source: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or DETAILS[status])
        self.status = status
        self.detail = detail or DETAILS[status]
        self.code = code
        self.source = source
        self.headers = headers or {}

    def response(self) -> Response:
        error: dict[str, object] = {"id": str(uuid4()), "status": str(self.status), "detail": self.detail}
        if self.code is not None:
            error["code"] = self.code
        if self.source is not None:
            error["source"] = dict(self.source)
        answer = api_answer({"errors": [error]}, self.status)
        answer.headers.update(self.headers)
        return answer


class TokenError(ServiceError):
    def __init__(self, status: int, error: str, description: str, sub_status: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
        self.sub_status = sub_status

    def response(self) -> Response:
        body: dict[str, object] = {"status": self.status, "error": self.error, "error_description": self.description}
        if self.sub_status is not None:
            body["sub_status"] = self.sub_status
        answer = jsonify(body)
        answer.status_code = self.status
        return answer


def api_answer(document: object, status: int = 200) -> Response:
    return Response(json.dumps(document), status, content_type=MEDIA_TYPE)


def coded(code: str) -> ApiError:
    """One of the errors that the document gives a code."""
    status, detail = CODES[code]
    return ApiError(status, detail, code=code)


def bad_parameter(name: str, detail: str) -> ApiError:
    return ApiError(400, detail, source={"parameter": name})


def bad_value(pointer: str, detail: str) -> ApiError:
    return ApiError(400, detail, source={"pointer": pointer})


def invalid_client() -> TokenError:
    return TokenError(401, "invalid_client", "The client is unknown or its secret is wrong", UNKNOWN_CLIENT)


def invalid_grant(status: int = 400) -> TokenError:
    return TokenError(status, "invalid_grant", "The token or code is not valid", INVALID_TOKEN)


def expired_grant(status: int = 400) -> TokenError:
    return TokenError(status, "invalid_grant", "The token has expired. (Expired on time)", EXPIRED_TOKEN)


def temporary_failure() -> TokenError:
    """Only its number is known; the words beside it are made up."""
    return TokenError(400, "temporarily_unavailable", "Authentication failed for a moment", TEMPORARY_FAILURE)
