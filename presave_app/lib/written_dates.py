"""Days and times as people and programs write them into tables."""

from __future__ import annotations

import re
from datetime import date, datetime

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_DAY_WORD = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?[ -]([a-z]{3,9})\.?,?[ -](\d{4})")
_WORD_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_MOST_LENGTH = 40


class BadDate(ValueError):
    """Not a day that can be told; the message says why."""


def read_day(text: str, *, day_first: bool | None) -> tuple[date, str]:
    """The day, and the time of day as HH:MM where one is written; raises BadDate.

    `day_first` says how 4/12/2026 is meant; with None only what can be read in one way is taken.
    """
    written = " ".join(text.lower().split())[:_MOST_LENGTH]
    try:
        if re.match(r"\d{4}-\d{1,2}-\d{1,2}", written):
            return _read_iso(written)
        return _read_words(written, day_first), ""
    except ValueError as fault:
        if isinstance(fault, BadDate):
            raise
        raise BadDate(f"“{text[:_MOST_LENGTH]}” is not a date. Write it like 2026-12-04.") from None


def _read_iso(written: str) -> tuple[date, str]:
    day, _, hour = written.replace("t", " ").partition(" ")
    year, month, number = (int(part) for part in day.split("-"))
    if not hour:
        return date(year, month, number), ""
    moment = datetime.fromisoformat(f"2000-01-01T{hour.strip().upper()}")
    if moment.tzinfo is not None:
        raise BadDate("Give the time without an offset: the time zone says the rest.")
    return date(year, month, number), f"{moment:%H:%M}"


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
