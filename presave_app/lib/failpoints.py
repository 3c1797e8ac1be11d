"""Named points at which a process can be made to die or to freeze, so that tests can prove what happens then.

Nothing is armed in life: settings refuse `FAILPOINT` in production.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from dataclasses import dataclass

# The crash points of the engine, in the order in which one pre-save passes them.
POINTS = (
    "after_flow_commit",
    "after_code_exchange",
    "after_consent_commit",
    "after_claim_commit",
    "after_refresh_turn",
    "after_refresh_answer",
    "after_sent_commit",
    "before_send",
    "after_send",
    "after_outcome_commit",
    "in_withdrawal",
    "in_erasure",
)
# Those of a reminder.
REMINDER_POINTS = ("after_question_commit", "after_reminder_claim", "before_reminder", "after_reminder")
_SPEC = re.compile(r"([a-z_]+)(?::(die|freeze))?(?::(\d+))?")
_KILLED = 137


@dataclass
class _Armed:
    point: str
    how: str
    passes: int


_armed: list[_Armed] = []


def is_spec(spec: str) -> bool:
    """Whether `arm` understands this."""
    match = _SPEC.fullmatch(spec)
    return match is not None and match[1] in (*POINTS, *REMINDER_POINTS)


def arm(spec: str) -> None:
    """Arm a point: `after_send` to die there, `before_send:freeze`, or `after_send:die:3` for its third pass."""
    match = _SPEC.fullmatch(spec)
    if match is None or not is_spec(spec):
        raise ValueError(f"{spec!r} is no failpoint")
    _armed.append(_Armed(match[1], match[2] or "die", int(match[3] or 1)))


def reach(point: str) -> None:
    """Say that the process has come to this point; if it is armed, the process dies or freezes right here."""
    for armed in _armed:
        if armed.point == point:
            armed.passes -= 1
            if armed.passes == 0:
                _happen(armed.how)


def _happen(how: str) -> None:
    if how == "die":
        os._exit(_KILLED)
    # To this very thread: one sent to the process may let it run on for a while.
    signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
