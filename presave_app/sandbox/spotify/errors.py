"""The two shapes of an error: the Web API's own, and the one of OAuth at the token endpoint.

https://developer.spotify.com/documentation/web-api/concepts/api-calls
"""

from collections.abc import Mapping

from flask import Response, jsonify

from presave_app.sandbox.kit.errors import OAuthError, ServiceError


class ApiError(ServiceError):
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


def invalid_client(description: str = "Invalid client") -> OAuthError:
    """A 400 here, where RFC 6749 would have 401."""
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
