"""Careful reading of other people's JSON: what has not the expected shape reads as empty, never as a fault of ours."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from presave_app.lib.text import storable


def as_object(value: object) -> dict[str, Any]:
    """The object, or an empty one."""
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """The list, or an empty one."""
    return cast(list[Any], value) if isinstance(value, list) else []


def as_text(value: object) -> str:
    """The text, or an empty one."""
    return value if isinstance(value, str) else ""


def as_date(value: object) -> date | None:
    """The day of a text like 2026-12-04, or None."""
    try:
        return date.fromisoformat(as_text(value))
    except ValueError:
        return None


def all_storable(value: Any) -> Any:
    """The same with each text in it, names too, as a database can keep it; raises RecursionError."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(name): all_storable(each) for name, each in cast(dict[str, Any], value).items()}
    return [all_storable(each) for each in cast(list[Any], value)] if isinstance(value, list) else value


def are_texts(given: object, keys: tuple[str, ...]) -> bool:
    """Whether it is an object that has none but these keys, and texts under them."""
    if not isinstance(given, dict):
        return False
    found = cast(dict[str, Any], given)
    return found.keys() <= set(keys) and all(isinstance(each, str) for each in found.values())
