"""Order and pages: `sort` of the documented members, and an opaque `page[cursor]`.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json (info, Filtering, sorting, pagination)
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request

from .errors import bad_parameter
from .twin import current_twin

T = TypeVar("T")
Json = dict[str, object]

CURSOR = "page[cursor]"


def take_page(items: list[T], path: str) -> tuple[list[T], Json]:
    """One page and the links of it, which begin after `/v2` as those in the documentation do."""
    start, size = _read_cursor(), current_twin().switches.page_size
    links: Json = {"self": _link(path, request.args.get(CURSOR))}
    if start + size < len(items):
        cursor = _cursor(start + size)
        links |= {"next": _link(path, cursor), "meta": {"nextCursor": cursor}}
    return items[start : start + size], links


def sort_by(items: list[T], keys: Mapping[str, Callable[[T], Any]], usual: str) -> list[T]:
    """`-` before a member sorts downwards; members that are not documented are refused."""
    text = request.args.get("sort", usual)
    member = text.removeprefix("-")
    if member not in keys:
        raise bad_parameter("sort", f"sort is one of {', '.join(sorted(keys))}")
    return sorted(items, key=keys[member], reverse=text.startswith("-"))


def refuse_sort() -> None:
    if "sort" in request.args:
        raise bad_parameter("sort", "This cannot be sorted")


def read_filter(known: tuple[str, ...], *, needed: bool = True) -> dict[str, list[str]]:
    """Every `filter[...]` of the query; values may be repeated or stand with commas between them."""
    found: dict[str, list[str]] = {}
    for parameter in request.args:
        if not parameter.startswith("filter["):
            continue
        name = parameter.removeprefix("filter[").removesuffix("]")
        if name not in known:
            raise bad_parameter(parameter, f"Available filters: {', '.join(known) or 'none'}")
        found[name] = ",".join(request.args.getlist(parameter)).split(",")
    if needed and not found:
        raise bad_parameter("filter", f"One filter is needed at least: {', '.join(known)}")
    return found


def _link(path: str, cursor: str | None) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != CURSOR]
    query = urlencode([*kept, (CURSOR, cursor)] if cursor else kept, safe="[],")
    return f"{path}?{query}" if query else path


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"from {start}".encode()).decode().rstrip("=")


def _read_cursor() -> int:
    text = request.args.get(CURSOR)
    if text is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(" ")
    except (binascii.Error, UnicodeDecodeError):
        word, number = "", ""
    if word != "from" or not number.isdecimal():
        raise bad_parameter(CURSOR, "This cursor was not given by the server")
    return int(number)
