"""Errors that a twin raises in its views and that are answered in the service's own form."""

from flask import Response, jsonify


class ServiceError(Exception):
    """The root: `record_calls` answers every child with its `response()`."""

    def response(self) -> Response:
        raise NotImplementedError


def answer_error(error: ServiceError) -> Response:
    return error.response()


class OAuthError(ServiceError):
    """https://www.rfc-editor.org/rfc/rfc6749#section-5.2"""

    def __init__(self, error: str, description: str | None = None, status: int = 400) -> None:
        super().__init__(description or error)
        self.error = error
        self.description = description
        self.status = status

    def response(self) -> Response:
        body = {"error": self.error}
        if self.description is not None:
            body["error_description"] = self.description
        answer = jsonify(body)
        answer.status_code = self.status
        return answer
