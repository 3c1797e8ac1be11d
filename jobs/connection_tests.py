"""Connection tests: the steps that are due."""

from __future__ import annotations

from presave_app.releases import drain
from presave_app.services import test_steps


def run_due(seconds: float = drain.SECONDS) -> int:
    """Carry out what is due; returns how many steps were tried."""
    return test_steps.run_due(seconds, drain.is_leaving)
