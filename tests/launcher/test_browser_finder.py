"""The tests' browser: the person's choice, else the first one that starts."""

from pathlib import Path

import pytest
from local import browser
from local.errors import LaunchError


def program(path: Path, exit_code: int = 0) -> str:
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    path.chmod(0o755)
    return str(path)


def test_the_chosen_browser_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = program(tmp_path / "mine")
    monkeypatch.setenv("CHROMIUM", chosen)
    assert browser.get_browser() == chosen


def test_a_chosen_browser_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", program(tmp_path / "mine", exit_code=1))
    with pytest.raises(LaunchError, match="CHROMIUM is"):
        browser.get_browser()


def test_one_that_does_not_start_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, good = program(tmp_path / "broken", exit_code=127), program(tmp_path / "good")
    monkeypatch.setattr(browser, "_candidates", lambda: iter([str(tmp_path / "absent"), broken, good]))
    assert browser.find_browser() == good


def test_none_at_all_gives_the_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "_candidates", lambda: iter([]))
    monkeypatch.setattr(browser, "WAYS_TO_BRING_ONE", ())
    with pytest.raises(LaunchError, match="apt-get install chromium"):
        browser.get_browser()
