"""What a visitor's browser tells: where it is, and, after a sign-in that names no account, that it was here before."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from presave_app.extensions import current_settings
from presave_app.lib.moments import find_zone

# Browsers keep no cookie for longer (RFC 6265bis, 5.5).
FAN_DAYS = 400
# Set by static/js/fan.js, on pages whose release has that clock and on no others.
ZONE_COOKIE = "tz"


def find_fan_id() -> str | None:
    """The id by which this browser stands for a fan whose service names no account; None when it has none."""
    try:
        return str(_signer().loads(request.cookies.get(_fan_cookie(), "")))
    except BadSignature:
        return None


def remember_fan(response: Response, fan_id: str) -> None:
    """Let the browser keep the id, signed, so that nobody can make one up."""
    response.set_cookie(
        _fan_cookie(),
        str(_signer().dumps(fan_id)),
        max_age=FAN_DAYS * 86_400,
        path="/",
        secure=current_settings().is_production,
        httponly=True,
        samesite="Lax",
    )


def forget_fan(response: Response) -> None:
    """Let the browser drop the id."""
    response.delete_cookie(
        _fan_cookie(), path="/", secure=current_settings().is_production, httponly=True, samesite="Lax"
    )


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_settings().secret_key, salt="fan")


def _fan_cookie() -> str:
    return "__Host-fan" if current_settings().is_production else "fan"


def visitor_zone() -> str | None:
    """The visitor's time zone; None when the browser does not say, or says what is none."""
    return zone_among(request.cookies)


def zone_among(cookies: Mapping[str, str]) -> str | None:
    """The same, from the cookies of a request."""
    return known_zone(cookies.get(ZONE_COOKIE, ""))


def known_zone(text: str) -> str | None:
    """The zone of that name as a browser gives it, or None."""
    return text if find_zone(text) else None
