"""Which way text runs: the levels of its characters, even ones to the right and odd ones to the left.

The rules of https://www.unicode.org/reports/tr9/ for one line of plain text. Left out: explicit embeddings and
isolates, which are taken for neutral, and the rule that pairs brackets (N0).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
_STRONG = ("L", "R", "AL")
_NUMBERS = ("EN", "AN")


def levels_of(text: str) -> tuple[int, list[int]]:
    """The level of the whole text, and one for each character."""
    kinds = [unicodedata.bidirectional(character) or "L" for character in text]
    base = 1 if next((kind for kind in kinds if kind in _STRONG), "L") != "L" else 0
    outer = "R" if base else "L"
    _resolve_marks_and_numbers(kinds, outer)
    _resolve_neutrals(kinds, outer)
    return base, [_level(kind, base) for kind in kinds]


def in_sight_order(items: Sequence[Item], level_of: Callable[[Item], int]) -> list[Item]:
    """Items of one line as they stand from left to right (rule L2)."""
    shown = list(items)
    levels = [level_of(item) for item in items]
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(shown):
            end = start
            while end < len(shown) and levels[end] >= level:
                end += 1
            shown[start:end] = shown[start:end][::-1]
            levels[start:end] = levels[start:end][::-1]
            start = max(end, start + 1)
    return shown


def _resolve_marks_and_numbers(kinds: list[str], outer: str) -> None:
    """Rules W1 to W7."""
    for place, kind in enumerate(kinds):
        if kind == "NSM":
            kinds[place] = kinds[place - 1] if place else outer
    strong = outer
    for place, kind in enumerate(kinds):
        strong = kind if kind in _STRONG else strong
        if kind == "EN" and strong == "AL":
            kinds[place] = "AN"
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]
    _resolve_separators(kinds)
    strong = outer
    for place, kind in enumerate(kinds):
        strong = kind if kind in _STRONG else strong
        if kind == "EN" and strong == "L":
            kinds[place] = "L"


def _resolve_separators(kinds: list[str]) -> None:
    """Rules W4 to W6: what stands inside or beside a number belongs to it."""
    for place in range(1, len(kinds) - 1):
        before, kind, after = kinds[place - 1 : place + 2]
        if before == after and ((kind == "ES" and before == "EN") or (kind == "CS" and before in _NUMBERS)):
            kinds[place] = before
    for way in (range(len(kinds)), range(len(kinds) - 1, -1, -1)):
        previous = ""
        for place in way:
            if kinds[place] == "ET" and previous == "EN":
                kinds[place] = "EN"
            previous = kinds[place]
    kinds[:] = ["ON" if kind in ("ES", "ET", "CS") else kind for kind in kinds]


def _resolve_neutrals(kinds: list[str], outer: str) -> None:
    """Rules N1 and N2: between two of one direction they follow it, else the whole text."""
    place = 0
    while place < len(kinds):
        end = place
        while end < len(kinds) and kinds[end] not in (*_STRONG, *_NUMBERS):
            end += 1
        before = _direction(kinds[place - 1]) if place else outer
        after = _direction(kinds[end]) if end < len(kinds) else outer
        kinds[place:end] = [before if before == after else outer] * (end - place)
        place = end + 1


def _direction(kind: str) -> str:
    return "L" if kind == "L" else "R"


def _level(kind: str, base: int) -> int:
    if base:
        return 1 if kind == "R" else 2
    return {"L": 0, "R": 1}.get(kind, 2)
