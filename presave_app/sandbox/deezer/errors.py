"""Errors in Deezer's shape: an `error` object inside a 200.

https://developers.deezer.com/api/errors
"""

from flask import Response, jsonify

from presave_app.sandbox.kit.errors import ServiceError

# Of each constant the type, the code, and a message. data_exists is not in the documentation's list; apps met it.
ERRORS: dict[str, tuple[str, int, str]] = {
    "quota": ("Exception", 4, "Quota limit exceeded"),
    "items_limit_exceeded": ("Exception", 100, "Items limit exceeded"),
    "permission": ("OAuthException", 200, "The user has not given the application this permission"),
    "token_invalid": ("OAuthException", 300, "Invalid OAuth access token."),
    "parameter": ("ParameterException", 500, "Wrong parameter"),
    "parameter_missing": ("MissingParameterException", 501, "Missing parameters"),
    "query_invalid": ("InvalidQueryException", 600, "Invalid query"),
    "service_busy": ("Exception", 700, "Service busy"),
    "data_not_found": ("DataException", 800, "no data"),
    "data_exists": ("DataException", 801, "This song already exists in this playlist"),
    "individual_account_not_allowed": (
        "IndividualAccountChangedNotAllowedException",
        901,
        "This account may not be changed",
    ),
}
NO_TOKEN = "An active access token must be used to query information about the current user"


class ApiError(ServiceError):
    """One of ERRORS. `message`, `named_type` and `status` where another than the usual one is wanted."""

    def __init__(self, name: str, message: str = "", *, named_type: str = "", status: int = 200) -> None:
        usual_type, self.code, usual_message = ERRORS[name]
        self.named_type = named_type or usual_type
        self.message = message or usual_message
        self.status = status
        super().__init__(self.message)

    def response(self) -> Response:
        answer = json_answer({"error": {"type": self.named_type, "message": self.message, "code": self.code}})
        answer.status_code = self.status
        return answer


def json_answer(body: object) -> Response:
    answer = jsonify(body)
    answer.content_type = "application/json; charset=utf-8"
    return answer
