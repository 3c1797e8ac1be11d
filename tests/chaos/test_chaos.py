"""A short storm over a hundred and fifty fans. The long one is bin/chaos."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaos.plan import Plan
from chaos.run import run_storm

PLAN = Plan(fans=150, kills=12, seconds=25.0, seed=7)


# A machine that is busy with other things starts killed processes slowly.
@pytest.mark.timeout(600)
def test_a_storm_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    outcome = run_storm(tmp_path, PLAN, print)
    assert not any(outcome.found.wrong().values()), outcome.table
    assert outcome.found.consents >= PLAN.fans
    assert outcome.diary.kills >= PLAN.kills
    assert {"PostgreSQL crashed and recovered", "Redis killed and started again"} <= outcome.diary.injected.keys()
