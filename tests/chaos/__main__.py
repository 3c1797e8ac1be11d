"""bin/chaos: the long storm, with a table at its end."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from local.say import say

from chaos.plan import Plan
from chaos.run import run_storm


def main(arguments: list[str]) -> int:
    """The exit code: 0 when all counts are zero that have to be."""
    usual = Plan()
    parser = argparse.ArgumentParser(prog="bin/chaos", description="Break an installation, heal it, count.")
    parser.add_argument("--fans", type=int, default=usual.fans)
    parser.add_argument("--kills", type=int, default=usual.kills, help="go on until so many processes were killed")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="go on for so long in any case")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))  # noqa: S311 - nothing secret
    parser.add_argument("--keep", type=Path, help="a folder for the logs; without it they are removed")
    wanted = parser.parse_args(arguments)
    plan = Plan(wanted.fans, wanted.kills, wanted.seconds, wanted.seed)
    with tempfile.TemporaryDirectory(prefix="presave-chaos-") as made:
        folder = wanted.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        outcome = run_storm(folder, plan, say)
    say(outcome.table)
    return 1 if any(outcome.found.wrong().values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
