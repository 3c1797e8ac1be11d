"""What a schema allows, whichever way it is written: allOf, oneOf and anyOf, `nullable` and lists of types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .document import Document, Json

_KINDS: dict[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}


@dataclass
class Shape:
    """All alternatives of a schema thrown together. Without `types` nothing is known; without `values` any will do."""

    types: set[str] = field(default_factory=set)
    values: set[Any] = field(default_factory=set)
    fields: dict[str, list[Json]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    items: list[Json] = field(default_factory=list)
    may_be_null: bool = False


def shape_of(document: Document, schemas: list[Json]) -> Shape:
    """The shape of whatever fits one of these schemas."""
    shape = Shape()
    for schema in schemas:
        _add(shape, document, schema)
    return shape


def _add(shape: Shape, document: Document, schema: Json) -> None:
    schema = document.follow(schema)
    _add_types(shape, schema)
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    shape.values |= set(values)
    shape.types |= {_KINDS[type(value)] for value in values if type(value) in _KINDS}
    for name, each in schema.get("properties", {}).items():
        shape.fields.setdefault(name, []).append(each)
    shape.required |= set(schema.get("required", []))
    if "items" in schema:
        shape.items.append(schema["items"])
    for part in (*schema.get("allOf", []), *schema.get("oneOf", []), *schema.get("anyOf", [])):
        _add(shape, document, part)


def _add_types(shape: Shape, schema: Json) -> None:
    told = schema.get("type", [])
    types = {told} if isinstance(told, str) else set(told)
    shape.may_be_null |= "null" in types or schema.get("nullable", False)
    shape.types |= types - {"null"}
    shape.types |= {"object"} if "properties" in schema else set()
    shape.types |= {"array"} if "items" in schema else set()
