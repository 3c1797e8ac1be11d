"""The shapes of an error: the API's own, the token endpoint's, and what the gateway says by itself.

https://developers.soundcloud.com/docs/api/explorer/open-api
https://developers.soundcloud.com/docs/api/rate-limits#errors
"""

from collections.abc import Mapping

from flask import Response, jsonify

from presave_app.sandbox.kit.errors import ServiceError

DOCS = "https://developers.soundcloud.com/docs/api"
API_LINK = f"{DOCS}/explorer/open-api"
LIMIT_LINK = f"{DOCS}/rate-limits#errors"
TOKEN_LINK = f"{DOCS}/guide#authentication"


class ApiError(ServiceError):
    def __init__(self, code: int, message: str, link: str = API_LINK, **more: str) -> None:
        super().__init__(message)
        self.code = code
        self.body = {"code": code, "message": message, "link": link, **more}

    def response(self) -> Response:
        answer = json_answer(self.body)
        answer.status_code = self.code
        return answer


class TokenError(ServiceError):
    """The specification gives these the API's shape, OAuth has one of its own: a switch decides."""

    def __init__(self, code: int, error: str, form: str = "specification") -> None:
        super().__init__(error)
        self.code = code
        self.error = error
        self.form = form

    def response(self) -> Response:
        if self.form == "specification":
            return ApiError(self.code, self.error, TOKEN_LINK).response()
        answer = json_answer({"error": self.error})
        answer.status_code = self.code
        return answer


def json_answer(body: object) -> Response:
    answer = jsonify(body)
    answer.content_type = "application/json; charset=utf-8"
    return answer


def unauthorized() -> ApiError:
    return ApiError(401, "A valid access token is required to access this resource.")


def not_found() -> ApiError:
    return ApiError(404, "404 - Not Found")


def too_many_followings() -> ApiError:
    return ApiError(422, "You have reached the maximum number of followings.")


def spam_warning() -> ApiError:
    warning = "soundcloud:spam-warnings:1"
    return ApiError(429, "Too many requests, try again later.", LIMIT_LINK, spam_warning_urn=warning)


def with_headers(error: ApiError, headers: Mapping[str, str]) -> Response:
    answer = error.response()
    answer.headers.update(headers)
    return answer


def gateway_limit(headers: Mapping[str, str]) -> Response:
    """Met since April 2026, without a word on when to come back: https://github.com/soundcloud/api/issues/529"""
    answer = jsonify({"error": "Rate Limit Exceeded"})
    answer.status_code = 429
    answer.headers.update(headers)
    return answer
