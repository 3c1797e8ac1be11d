"""Where a visitor is, as far as the browser tells: only a release with a clock for each zone needs to know."""

from __future__ import annotations

from flask import request

from presave_app.lib.moments import find_zone

# Set by static/js/fan.js, on pages whose release has that clock and on no others.
_COOKIE = "tz"


def visitor_zone() -> str | None:
    """The visitor's time zone; None when the browser does not say, or says what is none."""
    return known_zone(request.cookies.get(_COOKIE, ""))


def known_zone(text: str) -> str | None:
    """The zone of that name as a browser gives it, or None."""
    return text if find_zone(text) else None
