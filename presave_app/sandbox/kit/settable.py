"""Dataclasses whose fields the control API may set: a field's type says what it takes, a Literal its choices."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

from .clock import iso_exact, parse_moment

PLAIN = (bool, int, float, str, datetime)
MAPS = (Mapping[str, str], Mapping[str, datetime])


class FieldError(ValueError):
    """There is no such field, or it cannot be set to that."""


class Settable:
    """Settable are plain values, lists of texts, and texts or moments by name; `FIXED` names those that are not."""

    FIXED: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def settable(cls) -> tuple[str, ...]:
        return tuple(_kinds_of(cls))

    @classmethod
    def choices(cls, name: str) -> tuple[str, ...]:
        """The words a field may hold; a field that may hold any has none."""
        (kind, *_) = _kinds_of(cls)[name]
        return get_args(kind) if get_origin(kind) is Literal else ()

    @classmethod
    def check(cls, changes: Mapping[str, object]) -> dict[str, Any]:
        """The changes as the fields hold them. Raises FieldError, and says what would be right."""
        kinds = _kinds_of(cls)
        unknown = sorted(changes.keys() - kinds.keys())
        if unknown:
            raise FieldError(f"unknown: {', '.join(unknown)}; known: {', '.join(kinds)}")
        return {name: _read(name, kinds[name], value) for name, value in changes.items()}

    def settable_json(self) -> dict[str, object]:
        return {name: _as_json(getattr(self, name)) for name in self.settable()}


@cache
def _kinds_of(cls: type[Settable]) -> dict[str, tuple[Any, ...]]:
    """Of each settable field the types it may have."""
    hints = get_type_hints(cls)
    kinds = {field.name: _alternatives(hints[field.name]) for field in fields(cls)}  # type: ignore[arg-type]
    return {name: kind for name, kind in kinds.items() if name not in cls.FIXED and _is_plain(kind[0])}


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _is_plain(kind: Any) -> bool:
    return kind in PLAIN or kind in MAPS or get_origin(kind) is Literal or kind == tuple[str, ...]


def _read(name: str, kinds: tuple[Any, ...], value: object) -> object:
    if value is None and NoneType in kinds:
        return None
    kind = kinds[0]
    if get_origin(kind) is Literal:
        return _read_choice(name, get_args(kind), value)
    if kind == tuple[str, ...]:
        return _read_texts(name, value)
    if kind in MAPS:
        return _read_map(name, get_args(kind)[1], value)
    if kind is datetime:
        return _read_moment(name, value)
    if not _fits(kind, value):
        raise FieldError(f"{name} cannot be {value!r}")
    return value


def _read_choice(name: str, choices: tuple[str, ...], value: object) -> object:
    if value not in choices:
        raise FieldError(f"{name} is one of {', '.join(choices)}, not {value!r}")
    return value


def _read_texts(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise FieldError(f"{name} has to be a list of texts, not {value!r}")
    return tuple(value)


def _read_map(name: str, kind: type, value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise FieldError(f"{name} has to be an object, not {value!r}")
    return {str(key): _read(f"{name}.{key}", (kind,), one) for key, one in value.items()}


def _read_moment(name: str, value: object) -> datetime:
    if not isinstance(value, str):
        raise FieldError(f"{name} is a time with its zone, not {value!r}")
    return parse_moment(value)


def _fits(kind: type, value: object) -> bool:
    """JSON's `true` is no number, and no number here is ever negative."""
    if kind in (bool, str) or isinstance(value, bool):
        return isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
    numbers = (int, float) if kind is float else (int,)
    return isinstance(value, numbers) and value >= 0


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        return iso_exact(value)
    if isinstance(value, Mapping):
        return {key: _as_json(one) for key, one in value.items()}
    return list(value) if isinstance(value, tuple) else value
