"""Webhooks of teams: what happened is written down and told."""

from __future__ import annotations

from presave_app.api import hook_sending


def deliver() -> int:
    """Tell what is due; returns how many deliveries were tried."""
    return hook_sending.deliver()
