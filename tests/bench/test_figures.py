"""The figures of a day from made-up times, and the table they end in."""

from __future__ import annotations

import pytest

from bench.figures import achieved_share, behind_schedule, busiest_second, lateness, spread_of
from bench.table import Row, at_least, at_most, render

MOMENT = 1_000.0
# Ten calls a second for ten seconds; the first one comes a second late.
STEADY = [MOMENT + 1 + place / 10 for place in range(101)]


def test_a_steady_run_has_its_share_of_the_allowed_rate() -> None:
    assert achieved_share(STEADY, 10) == pytest.approx(1.0)
    assert achieved_share(STEADY, 20) == pytest.approx(0.5)


def test_one_add_or_none_is_no_rate() -> None:
    assert achieved_share([], 10) == 0.0
    assert achieved_share([MOMENT], 10) == 0.0


def test_lateness_is_counted_from_the_moment() -> None:
    late = lateness(STEADY, MOMENT)
    assert (late.median, late.p95, late.most) == pytest.approx((6.0, 10.5, 11.0))


def test_the_schedule_leaves_only_what_was_avoidable() -> None:
    behind = behind_schedule(STEADY[::-1], MOMENT, 10)
    assert (behind.median, behind.p95, behind.most) == pytest.approx((1.0, 1.0, 1.0))


def test_the_busiest_second_may_begin_anywhere() -> None:
    assert busiest_second([0.0, 0.6, 0.9, 1.2, 1.59, 3.0]) == 4


def test_a_spread_of_one_value_is_that_value() -> None:
    spread = spread_of([3.0])
    assert (spread.median, spread.p95, spread.most) == (3.0, 3.0, 3.0)


def test_a_goal_is_met_at_its_very_value() -> None:
    assert at_least("rate", 0.97, 0.97, "{:.2f}").verdict == "ok"
    assert at_least("rate", 0.96, 0.97, "{:.2f}").verdict == "MISSED"
    assert at_most("share", 0.001, 0.001, "{:.3f}").verdict == "ok"
    assert at_most("share", 0.002, 0.001, "{:.3f}").verdict == "MISSED"
    assert Row("told", "1").verdict == ""


def test_the_table_has_its_columns_under_each_other() -> None:
    table = render("A day", [at_least("rate", 0.5, 0.97, "{:.2f}"), Row("a longer name", "12")])
    lines = table.splitlines()
    assert lines[0] == "A day"
    assert lines[2].split() == ["figure", "value", "goal", "verdict"]
    assert lines[4].split() == ["rate", "0.50", ">=", "0.97", "MISSED"]
    assert lines[2].index("value") == lines[4].index("0.50") == lines[5].index("12")
