"""`python -m presave_app.sandbox.crowd PAGE_URL`: sends a crowd of sandbox fans to a fan page."""

import argparse
import json
import signal
import sys
from pathlib import Path
from types import FrameType

from .arrivals import plan_arrivals
from .crowd import Crowd

SEED = 7


def main() -> int:
    """0 when every fan who came got what that fan wanted, else 1."""
    arguments = _parse_arguments()
    shares = dict(arguments.on)
    arrivals = plan_arrivals(arguments.fans, arguments.seconds, arguments.refuse, arguments.seed, shares)
    crowd = Crowd(arguments.page, arrivals)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        crowd.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"{arguments.fans} fans will come within {arguments.seconds:g} seconds", flush=True)
    tally = crowd.run()
    print(tally, flush=True)
    if arguments.report:
        arguments.report.write_text(json.dumps(tally.as_json()))
    return 1 if tally.errors else 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m presave_app.sandbox.crowd", description="Sandbox fans who pre-save by themselves."
    )
    parser.add_argument("page", metavar="PAGE_URL", help="the campaign's fan page")
    parser.add_argument("--fans", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=120.0, help="until the last of them has come")
    parser.add_argument("--refuse", type=int, default=2, help="how many of them say no")
    parser.add_argument(
        "--on",
        type=_read_share,
        action="append",
        default=[],
        metavar="SERVICE=SHARE",
        help="how large a part of them uses a service; without any, all take the first one on the page",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write who did what where, as JSON")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed plays the same crowd")
    return parser.parse_args()


def _read_share(text: str) -> tuple[str, int]:
    service, _, share = text.partition("=")
    if not service or not share.isdecimal() or int(share) < 1:
        raise argparse.ArgumentTypeError("a service and a whole number above 0, like spotify=3")
    return service, int(share)


if __name__ == "__main__":
    sys.exit(main())
