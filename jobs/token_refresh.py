"""Token refresh: renewing sign-ins before the release moment."""

from __future__ import annotations

from presave_app.releases import drain, refreshing


def refresh_due(service: str, seconds: float = drain.SECONDS) -> int:
    """Renew the sign-ins of pre-saves due within the hour; returns how many were tried."""
    return refreshing.warm_up(service, seconds)
