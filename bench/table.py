"""Figures with their goals, as a table with a verdict for each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A figure; without a goal it is only told."""

    name: str
    value: str
    goal: str = ""
    is_met: bool | None = None

    @property
    def verdict(self) -> str:
        return {None: "", True: "ok", False: "MISSED"}[self.is_met]


def at_least(name: str, value: float, goal: float, shown: str) -> Row:
    """A figure that must not be smaller; `shown` is how it is written."""
    return Row(name, shown.format(value), f">= {shown.format(goal)}", value >= goal)


def at_most(name: str, value: float, goal: float, shown: str) -> Row:
    """A figure that must not be larger."""
    return Row(name, shown.format(value), f"<= {shown.format(goal)}", value <= goal)


def render(title: str, rows: Sequence[Row]) -> str:
    """The table under its title, in aligned columns."""
    lines = [("figure", "value", "goal", "verdict"), *((r.name, r.value, r.goal, r.verdict) for r in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    texts = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    rule = "-" * len(texts[0])
    return "\n".join([title, rule, texts[0].rstrip(), rule, *(text.rstrip() for text in texts[1:]), rule])
