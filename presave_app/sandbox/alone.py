"""`python -I presave_app/sandbox/alone.py`: the sandbox without the app around it, for a machine with little memory.

As `python -m presave_app.sandbox`, but the package `presave_app` itself is not run, which would import all of the app.
"""

import sys
from pathlib import Path
from types import ModuleType


def run() -> int:
    package = ModuleType("presave_app")
    package.__path__ = [str(Path(__file__).resolve().parents[1])]
    sys.modules["presave_app"] = package
    # The folder of this file holds packages of services, which nothing should find at the top.
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != Path(__file__).resolve().parent]
    from presave_app.sandbox.__main__ import main

    return main()


if __name__ == "__main__":
    sys.exit(run())
