"""Reminders: the confirmations that are asked for, and the messages whose day has come."""

from __future__ import annotations

from presave_app.releases import drain
from presave_app.reminders import confirming, sending


def send_due(seconds: float = drain.SECONDS) -> int:
    """Send what is due; returns how many were worked on."""
    return confirming.ask_due(seconds, drain.is_leaving) + sending.send_due(seconds, drain.is_leaving)
