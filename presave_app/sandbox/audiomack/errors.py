"""Errors as the twin makes them up: neither their form nor their numbers are documented.

The statuses of a wrong signature are those of https://www.rfc-editor.org/rfc/rfc5849#section-3.2.
"""

from collections.abc import Mapping

from flask import Response, jsonify

from presave_app.sandbox.kit.broken_answers import text_answer
from presave_app.sandbox.kit.errors import ServiceError


class AudiomackError(ServiceError):
    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}

    def response(self) -> Response:
        answer = jsonify({"errorcode": self.status * 10, "message": self.message})
        answer.status_code = self.status
        answer.headers.update(self.headers)
        return answer


def in_form(answer: Response, form: str) -> Response:
    """The same error as text or with nothing in it, for an app that reads more into it than a status."""
    if answer.status_code < 400 or not answer.is_json or form == "json":
        return answer
    headers = {name: value for name, value in answer.headers.items() if name == "Retry-After"}
    text = answer.get_json()["message"] if form == "text" else ""
    return text_answer(answer.status_code, text, headers)


def bad_request(message: str) -> AudiomackError:
    return AudiomackError(400, message)


def unauthorized(message: str) -> AudiomackError:
    return AudiomackError(401, message)


def not_found() -> AudiomackError:
    return AudiomackError(404, "Not found")


def already_done() -> AudiomackError:
    return AudiomackError(409, "Already done")


def too_many(headers: Mapping[str, str]) -> AudiomackError:
    return AudiomackError(429, "Too many requests", headers)


def server_error(status: int) -> Response:
    return AudiomackError(status, "Something went wrong").response()
