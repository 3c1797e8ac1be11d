"""The walls around this process: no more memory and time than an honest picture needs, and no file to write."""

from __future__ import annotations

import contextlib
import resource

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 40


def limit_this_process() -> None:
    """Put them up; nothing takes them down again."""
    limits = ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_FSIZE, 0))
    for kind, amount in limits:
        # macOS knows some of these limits by name only.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (amount, amount))
