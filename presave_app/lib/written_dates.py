"""Days and times as people and programs write them into tables."""

from __future__ import annotations

import re
from datetime import date, time

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_DAY_WORD = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?[ -]([a-z]{3,9})\.?,?[ -](\d{4})")
_WORD_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
# A time at the end of a day, and its parts: hours, minutes, seconds, which half of the day, and the offset.
_TIME = re.compile(r",?[ t](\d{1,2}(?::.*| ?[ap]\.?m\b.*)?)", re.ASCII)
_HOUR = re.compile(
    r"(\d{1,2})(?::(\d\d))?(?::(\d\d)(?:[.,]\d+)?)? ?(?:([ap])\.?m\.?)? ?(z|[+-]\d\d(?::?\d\d)?)?", re.ASCII
)
_MOST_LENGTH = 40


class BadDate(ValueError):
    """Not a day or a time that can be told; the message says why."""


def read_day(text: str, *, day_first: bool | None) -> tuple[date, time | None]:
    """The day, and the time of day where one is written, with its offset if it has one; raises BadDate.

    `day_first` says how 4/12/2026 is meant; with None only what can be read in one way is taken.
    """
    written = " ".join(text.lower().split())[:_MOST_LENGTH]
    found = re.fullmatch(rf"(.*?){_TIME.pattern}", written, re.ASCII)
    day, hour = (found[1], read_hour(found[2])) if found else (written, None)
    try:
        is_iso = re.match(r"\d{4}-\d{1,2}-\d{1,2}", day)
        return _read_iso(day) if is_iso else _read_words(day, day_first), hour
    except ValueError as fault:
        if isinstance(fault, BadDate):
            raise
        raise BadDate(f"“{text[:_MOST_LENGTH]}” is not a date. Write it like 2026-12-04.") from None


def read_hour(text: str) -> time:
    """The time of day, with its offset where one is written: 9:00, 09:00:00, 9 PM, 00:00Z; raises BadDate."""
    written = " ".join(text.lower().split())
    found = _HOUR.fullmatch(written)
    try:
        return time.fromisoformat(_as_iso(*found.groups("")) if found else written.upper())
    except ValueError:
        raise BadDate("That is not a time of day. Write it like 00:00.") from None


def _as_iso(hour: str, minute: str, second: str, half: str, offset: str) -> str:
    number = int(hour)
    if half and not 1 <= number <= 12:
        raise ValueError(hour)
    if half:
        number = number % 12 + (12 if half == "p" else 0)
    return f"{number:02}:{minute or '00'}:{second or '00'}{offset.upper()}"


def _read_iso(day: str) -> date:
    year, month, number = (int(part) for part in day.split("-"))
    return date(year, month, number)


def _read_words(written: str, day_first: bool | None) -> date:
    if found := _NUMBERS.fullmatch(written):
        one, other, year = (int(part) for part in found.groups())
        return _read_numbers(one, other, year, day_first="." in written or day_first)
    if found := _DAY_WORD.fullmatch(written):
        return date(int(found[3]), _month(found[2]), int(found[1]))
    if found := _WORD_DAY.fullmatch(written):
        return date(int(found[3]), _month(found[1]), int(found[2]))
    raise ValueError(written)


def _read_numbers(one: int, other: int, year: int, *, day_first: bool | None) -> date:
    if day_first is None and one <= 12 and other <= 12 and one != other:
        raise BadDate("That can be read as two days. Change the table: say whether the day or the month comes first.")
    is_day_first = one > 12 or (other <= 12 and day_first is not False)
    return date(year, other, one) if is_day_first else date(year, one, other)


def _month(word: str) -> int:
    return _MONTHS.index(word[:3]) + 1
