"""The two shapes of an error: the Web API's own, and the one of OAuth at the token endpoint.

https://developer.spotify.com/documentation/web-api/concepts/api-calls
"""

from collections.abc import Mapping

from flask import Response, jsonify


class ApiError(Exception):
    def __init__(
        self,
        status: int,
        message: str,
        *,
        reason: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason
        self.headers = headers or {}

    def response(self) -> Response:
        error: dict[str, object] = {"status": self.status, "message": self.message}
        if self.reason is not None:
            error["reason"] = self.reason
        answer = jsonify({"error": error})
        answer.status_code = self.status
        answer.headers.update(self.headers)
        return answer


class OAuthError(Exception):
    """Always a 400, also for `invalid_client`, where RFC 6749 would have 401."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description

    def response(self) -> Response:
        answer = jsonify({"error": self.error, "error_description": self.description})
        answer.status_code = 400
        return answer


def text_answer(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(text, status, headers, content_type="text/plain; charset=utf-8")


def html_answer(status: int, title: str) -> Response:
    """What the front end before the API says by itself; it knows no JSON."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Response(page, status, content_type="text/html; charset=utf-8")


def invalid_client(description: str = "Invalid client") -> OAuthError:
    return OAuthError("invalid_client", description)


def invalid_grant(description: str) -> OAuthError:
    return OAuthError("invalid_grant", description)


def must_be_supplied(name: str) -> OAuthError:
    return OAuthError("invalid_request", f"{name} must be supplied")


def forbidden() -> ApiError:
    return ApiError(403, "Forbidden")


def not_registered() -> ApiError:
    return ApiError(403, "Check settings on developer.spotify.com/dashboard, the user may not be registered.")


def insufficient_scope() -> ApiError:
    return ApiError(403, "Insufficient client scope")


OWNER_NEEDS_PREMIUM = (
    "Active premium subscription required for the owner of the app. When the subscription status changes, "
    "it can take a few hours before requests are allowed again."
)
