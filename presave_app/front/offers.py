"""How a view says that its answer is the same for everybody, and how long it stays true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import request

# What a page may be behind in what no stamp knows: the number of fans, the places left, a day in words. An open page
# asks for the number a second later anyway.
A_WHILE = timedelta(seconds=3)
_SLOT = "presave.offers"


class Side(NamedTuple):
    """Which of its pages a campaign shows: two of them stand side by side while it is midnight around the world."""

    is_split: bool
    is_out: bool


@dataclass(frozen=True)
class Offer:
    """An answer that may be kept for `longest`, for those who are on its `side`, while it is `still_good`.

    From `turns_at` on it is wrong for somebody. `only_here` is for answers that no other cache may keep, because
    only this one tells the sides apart or is as short.
    """

    longest: timedelta = A_WHILE
    side: Side | None = None
    turns_at: datetime | None = None
    still_good: Callable[[], bool] | None = None
    only_here: bool = False


def offer(given: Offer) -> None:
    """Let the front keep the answer to this request. Where the request did not come through it, nothing happens."""
    slot: list[Offer] = request.environ.get(_SLOT, [])
    slot.append(given)


def open_slot(environ: dict[str, object]) -> list[Offer]:
    """Take offers for the answer to this request; they are in the list once it is made."""
    slot: list[Offer] = []
    environ[_SLOT] = slot
    return slot
