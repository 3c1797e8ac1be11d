"""Text that people typed, made safe to keep and to show."""

from __future__ import annotations

import unicodedata

# Format characters that scripts and emoji need: the zero-width joiners and the marks of direction.
_USEFUL_FORMATS = frozenset("\u200c\u200d")


def storable(text: str) -> str:
    """`text` without what no database keeps: NUL, and halves of a character that a program tore apart."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def clean_line(text: str) -> str:
    """`text` in one line and in NFC, without control characters and without characters that turn the reading order."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(_kept(character) for character in composed).split())


def clean_lines(text: str) -> str:
    """`text` line by line as `clean_line` has it, with at most one empty line between two others."""
    lines = [clean_line(line) for line in text.splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip("\n")


def _kept(character: str) -> str:
    if character in _USEFUL_FORMATS:
        return character
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp" | "Zs":
            return " "
        case "Cf" | "Cs" | "Co" | "Cn":
            return ""
        case _:
            return character
