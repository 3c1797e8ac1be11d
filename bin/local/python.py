"""Find a Python that is new enough. Old Pythons read this file too, so it uses only what they understand."""

import os
import shutil
import sys

NEWER = ("python3.11", "python3.12", "python3.13", "python3.14")


def require_python():
    # type: () -> None
    """Return if this Python is new enough, else go on in one that is, else say so and stop."""
    if os.name == "nt":
        sys.exit("Presave runs on Linux and macOS. On Windows, start this inside WSL.")
    if sys.version_info >= (3, 11):  # noqa: UP036 - this check is what the file is for
        return
    which = getattr(shutil, "which", None)
    for name in NEWER:
        found = which and which(name)
        if found:
            os.execv(found, [found] + sys.argv)  # noqa: RUF005, S606
    here = ".".join(str(part) for part in sys.version_info[:3])
    sys.exit("Presave needs Python 3.11 or newer; this is " + here + " (Debian: apt-get install python3)")
