"""Housekeeping: removes what nobody needs any more."""

from __future__ import annotations

from presave_app.releases import sweeping


def housekeep() -> None:
    """Remove ended sign-ins."""
    sweeping.forget_old_sign_ins()
