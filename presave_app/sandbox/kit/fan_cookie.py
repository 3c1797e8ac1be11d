"""A browser stays the fan that was typed on a service's consent page."""

from flask import request
from werkzeug.wrappers import Response

from .fans import FanNameError, clean_fan_name

FIRST_FAN = "fan-one"
COOKIE_SECONDS = 365 * 24 * 3600


def remembered_fan(slug: str) -> str | None:
    try:
        return clean_fan_name(request.cookies.get(_cookie_of(slug), ""))
    except FanNameError:
        return None


def remember_fan(response: Response, slug: str, fan: str) -> Response:
    response.set_cookie(_cookie_of(slug), fan, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", path=f"/{slug}")
    return response


def forget_fan(response: Response, slug: str) -> Response:
    response.delete_cookie(_cookie_of(slug), path=f"/{slug}")
    return response


def _cookie_of(slug: str) -> str:
    return f"sandbox_{slug}_fan"
