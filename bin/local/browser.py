"""The browser for the tests: one that is there, else one that can be brought."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from .environment import PYTHON
from .errors import LaunchError
from .say import say

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = ("Chromium", "Google Chrome")
DOWNLOAD_SECONDS = 300
ASK_PLAYWRIGHT = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
)


def get_browser() -> str:
    """The path of a Chromium that starts; raises LaunchError with the line to type where none can be had."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        if not _starts(chosen):
            raise LaunchError(f"CHROMIUM is {chosen}, but `{chosen} --version` does not work.")
        return chosen
    found = find_browser()
    for bring in WAYS_TO_BRING_ONE:
        if not found:
            bring()
            found = find_browser()
    if not found:
        raise LaunchError(
            "The tests need Chromium and could not bring it. Type this, or set CHROMIUM to the path of one:\n"
            "  sudo apt-get install chromium"
        )
    return found


def find_browser() -> str | None:
    return next(filter(_starts, _candidates()), None)


def _candidates() -> Iterator[str]:
    yield "/usr/bin/chromium"
    for name in ON_PATH:
        found = shutil.which(name)
        if found:
            yield found
    if sys.platform == "darwin":
        yield from (f"/Applications/{name}.app/Contents/MacOS/{name}" for name in MAC_APPS)
    own = subprocess.run([PYTHON, "-c", ASK_PLAYWRIGHT], capture_output=True, text=True, check=False).stdout
    if own.strip():
        yield own.strip()


def _starts(program: str) -> bool:
    """A Chromium without its libraries is there, but does not start."""
    if not Path(program).is_file():
        return False
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _download() -> None:
    say("No browser found: downloading Playwright's Chromium")
    _try([str(PYTHON), "-m", "playwright", "install", "chromium"])


def _apt_get() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("No browser yet: installing chromium with apt-get")
        if _try(["apt-get", "update"]):
            _try(["apt-get", "install", "-y", "--no-install-recommends", "chromium"])


def _try(command: list[str]) -> bool:
    """Run it; a failure is told in a line and leaves the next way open."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=DOWNLOAD_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        say(f"That failed: {error}")
        return False
    if done.returncode != 0:
        say(f"That failed: {_reason(done.stdout + done.stderr)}")
    return done.returncode == 0


def _reason(output: bytes) -> str:
    """The first line that speaks of an error, for the last one is often a brace or a hint."""
    lines = [line.strip() for line in output.decode(errors="replace").splitlines() if line.strip()]
    return next((line for line in lines if re.search("error|fail|unable", line, re.IGNORECASE)), "no reason given")


WAYS_TO_BRING_ONE: tuple[Callable[[], None], ...] = (_download, _apt_get)
