"""The sweeper: ends what has run out of time."""

from __future__ import annotations

from presave_app.releases import sweeping


def sweep() -> int:
    """End what has run out of time and let go of what was kept for it; returns how many pre-saves were touched."""
    sweeping.let_go_of_failed()
    return sweeping.expire_overdue() + sweeping.need_reauth_of_old_grants() + sweeping.end_stale_looks()
