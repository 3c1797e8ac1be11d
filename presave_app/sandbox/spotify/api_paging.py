"""`limit` and `offset`, and what is said about a bad one."""

from dataclasses import dataclass

from flask import request

from .errors import ApiError


@dataclass(frozen=True, slots=True)
class Page:
    limit: int
    offset: int


def read_page(*, usual: int = 20, most: int = 50, farthest: int = 100_000) -> Page:
    return Page(_read_number("limit", usual, least=1, most=most), _read_number("offset", 0, least=0, most=farthest))


def _read_number(name: str, usual: int, *, least: int, most: int) -> int:
    text = request.args.get(name)
    if text is None:
        return usual
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise ApiError(400, f"Invalid {name}")
    return int(text)
