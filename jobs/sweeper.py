"""The sweeper: ends what has run out of time."""

from __future__ import annotations

from presave_app.releases import sweeping


def sweep() -> int:
    """End overdue pre-saves and show permissions that have grown too old; returns how many were moved."""
    return sweeping.expire_overdue() + sweeping.need_reauth_of_old_grants()
