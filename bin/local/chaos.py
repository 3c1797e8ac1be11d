"""bin/chaos: the long storm. What it does lies with the tests, because it is one."""

import importlib
import signal
import sys

from .environment import ROOT


def main(arguments: list[str]) -> int:
    # A shell starts background jobs deaf to SIGINT. Told to stop, everything that was started is ended in order.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    return importlib.import_module("chaos.__main__").main(arguments)
