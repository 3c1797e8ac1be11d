"""Extras: what fans ticked besides the add."""

from __future__ import annotations

from presave_app.releases import drain, extras


def do_due(service: str, seconds: float = drain.SECONDS) -> int:
    """Do the extras that are due on a service; returns how many were worked on."""
    return extras.do_due(service, seconds)
