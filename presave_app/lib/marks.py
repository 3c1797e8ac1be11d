"""Two people at one form: nobody overwrites what they have not seen, and what was left alone keeps the newer text.

Each field carries a mark of what it showed. What is stored may be another text by the time the form comes back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

# Before a field's name: the mark of what was shown.
SHOWN = "shown-"


def mark_of(texts: Mapping[str, str]) -> str:
    """A short word that differs when any of the texts does, but not by how a browser ends its lines."""
    plain = sorted((name, text.replace("\r\n", "\n").strip()) for name, text in texts.items())
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:16]


def marks_of(stored: Mapping[str, str]) -> dict[str, str]:
    """The mark of each text, by the name of the hidden input that carries it."""
    return {SHOWN + name: mark_of({name: text}) for name, text in stored.items()}


def settle(typed: Mapping[str, str], stored: Mapping[str, str]) -> dict[str, str]:
    """What was typed, with the stored text in those fields that were left alone while somebody else changed them."""
    left_alone = {name for name in _outdated(typed, stored) if _mark(name, typed) == typed[SHOWN + name]}
    return {**typed, **{name: stored[name] for name in left_alone}}


def find_collisions(
    typed: Mapping[str, str], stored: Mapping[str, str], said: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What is to be said beside each field that the form would overwrite without its sender having seen it.

    `said` has the stored texts as somebody reads them, where that is not as they are typed.
    """
    settled, theirs = settle(typed, stored), {**stored, **(said or {})}
    unseen = [name for name in _outdated(typed, stored) if _mark(name, settled) != _mark(name, stored)]
    return {name: _words_of(theirs[name]) for name in unseen}


def _words_of(theirs: str) -> str:
    lines = [line for line in theirs.split("\n") if line]
    by_now = f"“{' / '.join(lines)}”" if lines else "empty"
    return f"Somebody else changed this: it is {by_now} by now. Save again to put yours in its place."


def _outdated(typed: Mapping[str, str], stored: Mapping[str, str]) -> list[str]:
    """The fields that showed something else than what is stored; one that came without a mark is none of them."""
    return [name for name in stored if typed.get(SHOWN + name, _mark(name, stored)) != _mark(name, stored)]


def _mark(name: str, texts: Mapping[str, str]) -> str:
    return mark_of({name: texts.get(name, "")})
