"""bin/lint: formatting, lint, types and templates, each named when it fails."""

import argparse
import os
import subprocess
import time

from .environment import PYTHON, ROOT, own_environment
from .say import say

# Programs without an ending are not found by themselves.
PROGRAMS = ["bin/bench", "bin/chaos", "bin/demo", "bin/lint", "bin/pin", "bin/test", "bin/words"]
CHECKS = {
    "ruff format": ["ruff", "format", "--quiet", "--check", "--output-format=concise", ".", *PROGRAMS],
    "ruff check": ["ruff", "check", "--quiet", "--output-format=concise", ".", *PROGRAMS],
    "pyright": ["pyright"],
    "djlint": ["djlint", "--lint", "--quiet", "presave_app"],
}
FIXES = (["ruff", "format", ".", *PROGRAMS], ["ruff", "check", "--fix", ".", *PROGRAMS])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/lint", description=__doc__)
    parser.add_argument("--fix", action="store_true", help="format and mend what can be mended, then check")
    if parser.parse_args(arguments).fix:
        for command in FIXES:
            _run(command)
    return 1 if failing_checks() else 0


def failing_checks() -> list[str]:
    """Run every check, show what the failing ones say, return their names."""
    return [name for name, command in CHECKS.items() if not _passes(name, command)]


def _passes(name: str, command: list[str]) -> bool:
    started = time.monotonic()
    done = _run(command)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    if done.returncode != 0:
        say(done.stdout.decode(errors="replace").rstrip())
    say(f"lint: {name} {verdict} ({time.monotonic() - started:.1f} s)")
    return done.returncode == 0


def _run(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    environment = {**own_environment(), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    if not os.environ.get("NO_COLOR"):
        environment["NO_COLOR"] = "1"
    return subprocess.run(
        [PYTHON, "-m", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
