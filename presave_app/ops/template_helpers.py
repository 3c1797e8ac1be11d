"""What every template may use: addresses of static files, and dates and figures for people."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from flask import Flask, current_app, url_for
from flask_login import current_user

from presave_app.extensions import current_settings
from presave_app.lib.languages import locale_now
from presave_app.lib.moments import place_of


def init_template_helpers(app: Flask) -> None:
    """Register filters and globals."""
    app.add_template_global(static_url)
    app.add_template_global(absolute_url)
    # A stand-in that asks for the member only where a template does.
    app.add_template_global(current_user, "current_user")
    app.add_template_filter(figure)
    app.add_template_filter(day)
    app.add_template_filter(time_of_day)
    app.add_template_filter(iso)


def static_url(name: str) -> str:
    """The address of a static file; it changes with the file's content."""
    return url_for("static", filename=name, v=_fingerprint(Path(str(current_app.static_folder)) / name))


def absolute_url(path: str) -> str:
    """The public address of a path."""
    return current_settings().absolute(path)


def figure(number: int) -> str:
    """A number with its thousands apart, as the language at hand writes it: 4,210."""
    return format_decimal(number, locale=locale_now())


def day(moment: datetime, zone: str = "UTC") -> str:
    """A day in words, in the given zone: Friday, 4 December 2026."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%A}, {local.day} {local:%B %Y}"


def time_of_day(moment: datetime, zone: str = "UTC") -> str:
    """The wall clock in the given zone, with the zone's place: 00:00 (Berlin)."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%H:%M} ({place_of(zone)})"


def iso(moment: datetime) -> str:
    """The moment as machines read it: 2026-12-03T23:00:00Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
