"""Housekeeping: removes what nobody needs any more."""

from __future__ import annotations

from presave_app.releases import alarms, sweeping


def housekeep() -> None:
    """Remove ended sign-ins, and alarms of long ago."""
    sweeping.forget_old_sign_ins()
    alarms.forget_old()
