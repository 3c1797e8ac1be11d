"""Reads the JSON sent to a control address, and says exactly what is wrong with it."""

from typing import TypeVar, cast

from flask import request

T = TypeVar("T")
N = TypeVar("N", int, float)


class BodyError(ValueError):
    """The text says which field is wrong and what it should be."""


class JsonBody:
    def __init__(self, allowed: tuple[str, ...]) -> None:
        self.fields = _read_object()
        unknown = sorted(self.fields.keys() - set(allowed))
        if unknown:
            raise BodyError(f"unknown: {', '.join(unknown)}; known: {', '.join(allowed) or 'nothing'}")

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def text(self, name: str, usual: str) -> str:
        return self._typed(name, str, usual)

    def optional_text(self, name: str) -> str | None:
        return None if self.fields.get(name) is None else self._typed(name, str, "")

    def flag(self, name: str, usual: bool) -> bool:
        return self._typed(name, bool, usual)

    def whole(self, name: str, usual: int) -> int:
        return self._number(name, int, usual)

    def optional_whole(self, name: str) -> int | None:
        return None if self.fields.get(name) is None else self._number(name, int, 0)

    def number(self, name: str, usual: float) -> float:
        return float(self._number(name, (int, float), usual))

    def texts(self, name: str, usual: tuple[str, ...]) -> tuple[str, ...]:
        values = self._typed(name, list, list(usual))
        if not all(isinstance(value, str) for value in values):
            raise BodyError(f"{name} has to be a list of texts")
        return tuple(values)

    def choice(self, name: str, choices: tuple[str, ...], usual: str) -> str:
        value = self.text(name, usual)
        if value not in choices:
            raise BodyError(f"{name} is one of {', '.join(choices)}, not {value!r}")
        return value

    def objects(self, name: str) -> list[dict[str, object]]:
        values = self._typed(name, list, [])
        if not all(isinstance(value, dict) for value in values):
            raise BodyError(f"{name} has to be a list of objects")
        return values

    def _typed(self, name: str, kind: type[T], usual: T) -> T:
        value = self.fields.get(name, usual)
        if not isinstance(value, kind):
            raise BodyError(f"{name} has to be of type {kind.__name__}, not {value!r}")
        return value

    def _number(self, name: str, kinds: type | tuple[type, ...], usual: N) -> N:
        value = self.fields.get(name, usual)
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise BodyError(f"{name} has to be a number, not {value!r}")
        return cast(N, value)


def _read_object() -> dict[str, object]:
    """No body is an empty object. Only JSON is read: a page of another site cannot send that unasked."""
    if not request.data:
        return {}
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise BodyError("the body has to be a JSON object, with Content-Type: application/json")
    return cast(dict[str, object], body)
