"""Lines for the person at the terminal: plain, each seen at once, prefixed by who says them."""

import os
import sys
import threading

COLOURS = ("36", "32", "33", "35", "34", "31")
WIDTH = 8
_lock = threading.Lock()


def say(line: str) -> None:
    """The launcher's own voice, without a prefix."""
    _print(line)


def say_for(name: str, line: str, colour: int) -> None:
    """One line of a child's output."""
    prefix = f"{name:<{WIDTH}}|"
    _print(f"\033[{COLOURS[colour % len(COLOURS)]}m{prefix}\033[0m {line}" if _in_colour() else f"{prefix} {line}")


def _in_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _print(line: str) -> None:
    """Whole lines only, whichever thread speaks."""
    with _lock:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
