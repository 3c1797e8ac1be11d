"""The bodies of mutations: a list of resource identifiers, or one new resource.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json (the ..._Payload schemas)
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import request

from presave_app.sandbox.kit.clock import parse_moment

from .errors import ApiError, bad_value

MOST_ITEMS = 50

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class BodyItem:
    """`added_at` is what the app claims; `item_id` names one place in a playlist."""

    kind: str
    id: str
    added_at: datetime | None
    item_id: str | None


def read_body() -> Json:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise ApiError(400, "The body is no JSON object", source={"pointer": ""})
    return cast(Json, body)


def read_items(kinds: Collection[str]) -> list[BodyItem]:
    """One to fifty resource identifiers of these types."""
    items = read_body().get("data")
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        raise bad_value("/data", f"data holds 1 to {MOST_ITEMS} resource identifiers")
    return [_read_item(f"/data/{index}", item, kinds) for index, item in enumerate(items)]


def read_object(value: object, pointer: str) -> Json:
    if not isinstance(value, dict):
        raise bad_value(pointer, f"{pointer} is no object")
    return cast(Json, value)


def read_text(fields: Json, name: str, pointer: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise bad_value(f"{pointer}/{name}", f"{name} is missing or no text")
    return value


def read_moment(fields: Json, name: str, pointer: str) -> datetime | None:
    if name not in fields:
        return None
    try:
        return parse_moment(read_text(fields, name, pointer))
    except ValueError:
        raise bad_value(f"{pointer}/{name}", f"{name} is no date-time") from None


def _read_item(pointer: str, item: object, kinds: Collection[str]) -> BodyItem:
    fields = read_object(item, pointer)
    kind = read_text(fields, "type", pointer)
    if kind not in kinds:
        raise bad_value(f"{pointer}/type", f"type is one of {', '.join(sorted(kinds))}")
    meta = read_object(fields.get("meta", {}), f"{pointer}/meta")
    item_id = read_text(meta, "itemId", f"{pointer}/meta") if "itemId" in meta else None
    added_at = read_moment(meta, "addedAt", f"{pointer}/meta")
    return BodyItem(kind, read_text(fields, "id", pointer), added_at, item_id)
