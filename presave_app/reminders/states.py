"""The ways of a reminder and their states, the reasons why it is no pre-save, and how long what is kept."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType
from uuid import UUID

ReminderId = NewType("ReminderId", UUID)
WayId = NewType("WayId", UUID)

# How long after the release a reminder is still worth sending.
DEADLINE_DAYS = 3
# How long the link in a confirmation mail is good.
CONFIRM_DAYS = 3


class Kind(StrEnum):
    CALENDAR = "calendar"
    EMAIL = "email"
    PUSH = "push"


class Reason(StrEnum):
    """Why it is a reminder and no pre-save; `PERMISSION_LOST` is that of a notice, which belongs to a pre-save."""

    SERVICE_REMINDS = "service_reminds"
    NO_LASTING_PERMISSION = "no_lasting_permission"
    SEATS_USED = "seats_used"
    PERMISSION_LOST = "permission_lost"


class State(StrEnum):
    UNCONFIRMED = "unconfirmed"
    ARMED = "armed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


OPEN = frozenset({State.UNCONFIRMED, State.ARMED, State.SENDING})
