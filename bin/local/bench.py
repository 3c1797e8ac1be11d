"""bin/bench: the benchmarks in bench/, each a module with a `main` of its own."""

import argparse
import importlib
import signal
import sys

from .environment import ROOT
from .errors import LaunchError

BENCHMARKS = ("release_day", "fan_page")


def main(arguments: list[str]) -> int:
    """The exit code of the benchmark that was named: 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__, epilog="bin/bench NAME --help says more")
    parser.add_argument("name", choices=BENCHMARKS)
    name = parser.parse_args(arguments[:1]).name
    if not sys.platform.startswith("linux"):
        raise LaunchError("bin/bench reads what its processes use from /proc, which only Linux has.")
    # Everything that was started is ended on the way out, so a SIGTERM must be a way out too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.path.insert(0, str(ROOT))
    return importlib.import_module(f"bench.{name}").main(arguments[1:])
