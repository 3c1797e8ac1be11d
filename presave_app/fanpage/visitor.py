"""What a visitor's browser tells: where it is, which sign-in it is in, and who it is where no account is named."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from presave_app.extensions import current_settings
from presave_app.lib.moments import find_zone
from presave_app.presaves.flows import FLOW_MINUTES

# Browsers keep no cookie for longer (RFC 6265bis, 5.5).
FAN_DAYS = 400
# Set by static/js/fan.js, on pages whose release has that clock and on no others.
ZONE_COOKIE = "tz"
_SECRET = re.compile(r"[\w-]{20,128}", re.ASCII)


def find_fan_id() -> str | None:
    """The id by which this browser stands for a fan whose service names no account; None when it has none."""
    try:
        return str(_signer().loads(request.cookies.get(cookie_name("fan"), "")))
    except BadSignature:
        return None


def remember_fan(response: Response, fan_id: str) -> None:
    """Let the browser keep the id, signed, so that nobody can make one up."""
    set_cookie(response, "fan", str(_signer().dumps(fan_id)), FAN_DAYS * 86_400)


def forget_fan(response: Response) -> None:
    """Let the browser forget the id."""
    drop_cookie(response, "fan")


def flow_secret() -> str | None:
    """The secret by which sign-ins that are under way belong to this browser."""
    value = request.cookies.get(cookie_name("flow"), "")
    return value if _SECRET.fullmatch(value) else None


def remember_flow(response: Response, browser: str) -> None:
    """Bind the flow to this browser. The secret is kept while flows are under way, so that two tabs both work."""
    set_cookie(response, "flow", browser, FLOW_MINUTES * 60)


def cookie_name(word: str) -> str:
    """The name of a cookie of ours, which no other host of the domain can set where the connection is safe."""
    return f"__Host-{word}" if current_settings().is_production else word


def set_cookie(response: Response, word: str, value: str, seconds: int, *, for_script: bool = False) -> None:
    """Set a cookie that is sent to this host alone, and that no script reads unless it is made for one."""
    response.set_cookie(
        cookie_name(word),
        value,
        max_age=seconds,
        path="/",
        secure=current_settings().is_production,
        httponly=not for_script,
        samesite="Lax",
    )


def drop_cookie(response: Response, word: str) -> None:
    """Take a cookie back. A browser takes that only from who could have set it."""
    response.delete_cookie(cookie_name(word), path="/", secure=current_settings().is_production, samesite="Lax")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_settings().secret_key, salt="fan")


def visitor_zone() -> str | None:
    """The visitor's time zone; None when the browser does not say, or says what is none."""
    return zone_among(request.cookies)


def zone_among(cookies: Mapping[str, str]) -> str | None:
    """The same, from the cookies of a request."""
    return known_zone(cookies.get(ZONE_COOKIE, ""))


def known_zone(text: str) -> str | None:
    """The zone of that name as a browser gives it, or None."""
    return text if find_zone(text) else None
