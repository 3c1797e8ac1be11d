"""Release day: adding what is due, and reading it back."""

from __future__ import annotations

from presave_app.releases import adding, drain, reading_back


def add_due(service: str, seconds: float = drain.SECONDS) -> int:
    """Add every due release on a service to its fans' libraries; returns how many pre-saves were worked on."""
    return adding.add_due(service, seconds)


def read_back_due(service: str, seconds: float = drain.SECONDS) -> int:
    """Look into the libraries whose time it is; returns how many."""
    return reading_back.read_back_due(service, seconds)
