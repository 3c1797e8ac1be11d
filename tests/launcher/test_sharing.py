"""How bin/test shares the suite out: only the whole of it, and only where each process can have servers of its own."""

from __future__ import annotations

import pytest
from local.test import sharing


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


@pytest.mark.parametrize("arguments", [[], ["--durations=10"], ["-x", "-q"]])
def test_the_whole_suite_is_shared_out(arguments: list[str]) -> None:
    assert sharing(arguments)[:2] == ["-n", "2"]


@pytest.mark.parametrize(
    "arguments", [["tests/api"], ["-k", "roll_out"], ["-kroll_out"], ["--pdb"], ["-x", "tests/api/test_tokens.py"]]
)
def test_a_part_of_it_is_not(arguments: list[str]) -> None:
    assert sharing(arguments) == []


def test_a_given_redis_is_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    assert sharing([]) == []


@pytest.mark.parametrize(("cores", "options"), [(1, []), (None, []), (64, ["-n", "4"])])
def test_it_fits_the_machine(monkeypatch: pytest.MonkeyPatch, cores: int | None, options: list[str]) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert sharing([])[:2] == options
