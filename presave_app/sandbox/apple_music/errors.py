"""Apple's form of an error: a list of one, its numbers as texts; a 401 has no body at all.

https://developer.apple.com/documentation/applemusicapi/error
https://developer.apple.com/documentation/applemusicapi/http-status-codes
"""

import secrets
import string

from flask import Response, jsonify

from presave_app.sandbox.kit.errors import ServiceError

ID_LETTERS = string.ascii_uppercase + "234567"
ID_LENGTH = 26

# Both were met by developers: https://developer.apple.com/forums/thread/694455 and /710605.
NO_SUBSCRIPTION = "User does not have access to privilege: CloudLibrary"
LOWER_TIER = "User's subscription tier does not have access to privilege: ListeningHistory"


class AppleMusicError(ServiceError):
    def __init__(self, status: int, code: str, title: str, detail: str | None = None, parameter: str | None = None):
        super().__init__(title)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.parameter = parameter

    def response(self) -> Response:
        error: dict[str, object] = {
            "id": "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH)),
            "title": self.title,
            "status": str(self.status),
            "code": self.code,
        }
        if self.detail is not None:
            error["detail"] = self.detail
        if self.parameter is not None:
            error["source"] = {"parameter": self.parameter}
        answer = jsonify({"errors": [error]})
        answer.status_code = self.status
        return answer


class UnauthorizedError(ServiceError):
    """The developer token is at fault, or missing; Apple says no more than that."""

    def response(self) -> Response:
        return Response(status=401)


def invalid_authentication() -> AppleMusicError:
    """A Music User Token that is dead, whatever killed it."""
    return AppleMusicError(403, "40300", "Forbidden", "Invalid authentication")


def no_privilege(detail: str) -> AppleMusicError:
    return AppleMusicError(400, "40015", "Insufficient Privileges", detail)


def bad_parameter(name: str, detail: str) -> AppleMusicError:
    return AppleMusicError(400, "40005", "Invalid Parameter Value", detail, name)


def not_found() -> AppleMusicError:
    return AppleMusicError(404, "40400", "Resource Not Found", "Resource with requested id was not found")


def no_related() -> AppleMusicError:
    return AppleMusicError(404, "40403", "No related resources")


def too_many() -> AppleMusicError:
    """The body is not documented; no Retry-After comes with it."""
    return AppleMusicError(429, "42900", "Too Many Requests")


def server_error(status: int) -> Response:
    codes = {500: ("50001", "Upstream Service Error"), 503: ("50300", "Service Unavailable")}
    code, title = codes.get(status, (f"{status}00", "Bad Gateway"))
    return AppleMusicError(status, code, title).response()
