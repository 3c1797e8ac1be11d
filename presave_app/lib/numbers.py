"""Numbers that came in from outside."""

from __future__ import annotations

_LARGEST = 2**31 - 1


def small_int(text: str) -> int:
    """A whole number that PostgreSQL's integers can hold; raises ValueError."""
    number = int(text)
    if abs(number) > _LARGEST:
        raise ValueError(f"{number} is larger than {_LARGEST}")
    return number
