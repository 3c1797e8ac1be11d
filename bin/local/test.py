"""bin/test: every check and every test, on real parts, with nothing skipped in silence."""

import os
import secrets
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from .browser import get_browser
from .databases import create_database, drop_database
from .environment import PYTHON, ROOT, own_environment
from .lint import failing_checks
from .say import say

# Each has a PostgreSQL, a Valkey and a Chromium of its own.
MOST_PROCESSES = 4
# What chooses a part, or talks to whoever sits at the terminal.
OF_ONE_PROCESS = ("-k", "-m", "-n", "-s", "--lf", "--last-failed", "--pdb", "--trace")


def main(arguments: list[str]) -> int:
    """Lint, then pytest with the arguments given. Both run in any case; one failure makes the exit code 1."""
    failing = failing_checks()
    if failing:
        say(f"lint: {', '.join(failing)} FAILED, so the exit code will not be 0 whatever the tests say")
    browser = get_browser()
    say(f"Browser: {browser}")
    with _own_database() as database:
        code = _run_pytest([*sharing(arguments), *arguments], {**own_environment(), **database, "CHROMIUM": browser})
    return code or int(bool(failing))


def sharing(arguments: list[str]) -> list[str]:
    """Share the whole suite out to a few processes, file by file. A part of it runs in one, where it can be stopped."""
    is_part = any(not argument.startswith("-") or argument.startswith(OF_ONE_PROCESS) for argument in arguments)
    # A given Redis is one for all of them.
    processes = 1 if is_part or "REDIS_URL" in os.environ else min(os.cpu_count() or 1, MOST_PROCESSES)
    # In the order of the files, so that what takes long and wants quiet comes last in each of them.
    return [] if processes == 1 else ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]


@contextmanager
def _own_database() -> Iterator[dict[str, str]]:
    """Tests empty every table, so beside a given DATABASE_URL they get a database of their own."""
    given = os.environ.get("DATABASE_URL")
    if not given:
        yield {}
        return
    name = f"presave_test_{secrets.token_hex(4)}"
    url = create_database(given, name)
    say(f"DATABASE_URL is given: the tests use the new database {name} on that server")
    try:
        yield {"DATABASE_URL": url}
    finally:
        drop_database(given, name)


def _run_pytest(arguments: list[str], environment: Mapping[str, str]) -> int:
    """The terminal's Ctrl-C reaches pytest by itself; a SIGTERM is passed on as one, so it can tidy up."""
    # A shell starts background jobs deaf to SIGINT, and pytest would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen([PYTHON, "-m", "pytest", *arguments], cwd=ROOT, env=environment)
    signal.signal(signal.SIGTERM, lambda *_: process.send_signal(signal.SIGINT))
    while process.returncode is None:
        with suppress(KeyboardInterrupt):
            process.wait()
    return process.returncode if process.returncode >= 0 else 128 - process.returncode
