"""Says where our description of a service disagrees with the service's own OpenAPI document.

    python -m tests.openapi.compare spotify downloaded.yml

Only what we describe is looked at. What is known and meant stands under `x-known-differences` of our description, each
with its reason; one of these that is no longer found is told as well.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .document import FOLDER, Document, Json, Operation, bare, describe, read_document
from .shapes import Shape, shape_of


def compare(ours: Document, official: Document) -> list[str]:
    """What is to be looked into, one line each; empty when all is as the official document has it."""
    known = ours.root.get("x-known-differences", {})
    sides = _Sides(ours, official)
    found = [f"{operation}: {each}" for operation in ours.operations() for each in sides.differences(operation)]
    met = {pattern for pattern in known if any(_fits(pattern, each) for each in found)}
    left = [each for each in found if not any(_fits(pattern, each) for pattern in met)]
    return left + [f"known, but not found any more: {pattern}" for pattern in known if pattern not in met]


def _fits(pattern: str, text: str) -> bool:
    """A star stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None


@dataclass(frozen=True)
class _Sides:
    ours: Document
    official: Document

    def differences(self, operation: Operation) -> Iterator[str]:
        if operation.base + operation.path in self.official.flow_urls():
            # The two addresses of OAuth are all that such a document says of it.
            return
        theirs = next((each for each in self.official.operations() if each.shape == operation.shape), None)
        if theirs is None:
            yield "the operation is not there"
            return
        yield from self._in_parameters(operation, theirs)
        yield from self._in_content("body", operation.content, theirs.content, asks=True)
        yield from self._in_answers(operation, theirs)
        yield from _in_scopes(operation, theirs)

    def _in_parameters(self, operation: Operation, theirs: Operation) -> Iterator[str]:
        for key, parameter in operation.parameters.items():
            where = " ".join(("parameter", *key))
            other = theirs.parameters.get(key)
            if other is None:
                yield f"{where} is not there"
                continue
            if other.get("required", False) and not parameter.get("required", False):
                yield f"{where} is required there"
            yield from self._in_schemas(where, "", [parameter["schema"]], [other.get("schema", {})], asks=True)
        for key, other in theirs.parameters.items():
            if other.get("required", False) and key not in operation.parameters:
                yield f"{' '.join(('parameter', *key))} is required there and not described here"

    def _in_answers(self, operation: Operation, theirs: Operation) -> Iterator[str]:
        for status, answer in operation.answers.items():
            where = f"answer {status}"
            if status not in theirs.answers:
                yield f"{where} is not there"
                continue
            contents = (bare(each.get("content", {})) for each in (answer, theirs.answers[status]))
            yield from self._in_content(where, *contents, asks=False)
        for status in sorted(theirs.answers.keys() - operation.answers.keys()):
            if status < "5":
                yield f"answer {status} is not described here"

    def _in_content(
        self, where: str, content: Mapping[str, Json], other: Mapping[str, Json], *, asks: bool
    ) -> Iterator[str]:
        for kind, media in content.items():
            if kind in other:
                yield from self._in_schemas(
                    where, "", *([each.get("schema", {})] for each in (media, other[kind])), asks=asks
                )
            else:
                yield f"{where}: {kind} is not there"
        if other and not content:
            yield f"{where}: {', '.join(sorted(other))} is not described here"

    def _in_schemas(
        self, where: str, place: str, schemas: list[Json], others: list[Json], *, asks: bool
    ) -> Iterator[str]:
        """Fields and types, all the way down; nothing is said where the other side says nothing.

        `asks` is true for what we send: then what they require has to be described here.
        """
        shape, other = shape_of(self.ours, schemas), shape_of(self.official, others)
        if not other.types:
            return
        named = f"{where}: {place.removeprefix('.')}" if place else where
        yield from (f"{named} {difference}" for difference in _in_values(shape, other, asks=asks))
        if asks and shape.fields:
            for name in sorted(other.required - shape.fields.keys()):
                yield f"{named} has to have {name} there, which is not described here"
        for name, below in shape.fields.items():
            inner = f"{place}.{name}"
            if name in other.fields:
                yield from self._in_schemas(where, inner, below, other.fields[name], asks=asks)
            else:
                yield f"{where}: no field {inner.removeprefix('.')}"
        if shape.items:
            yield from self._in_schemas(where, f"{place}[]", shape.items, other.items, asks=asks)


def _in_values(shape: Shape, other: Shape, *, asks: bool) -> Iterator[str]:
    """We may send less than they take, and have to know all that they answer."""
    types = other.types | ({"integer"} if "number" in other.types else set())
    if stray := shape.types - types:
        yield f"is {_listed(stray)} here and {_listed(other.types)} there"
    if shape.values and other.values:
        missing = shape.values - other.values if asks else other.values - shape.values
        if missing:
            yield f"may be {_listed(missing)} only {'here' if asks else 'there'}"
    if shape.may_be_null and not other.may_be_null:
        yield "may be null here, not there"


def _in_scopes(operation: Operation, theirs: Operation) -> Iterator[str]:
    """Documents write scopes of which any will do as if all were needed, so one of theirs is enough."""
    wanted = [_scopes(way) for way in theirs.security] or [set()]
    for way in operation.security or ({},):
        mine = _scopes(way)
        if not any(mine <= them and bool(mine) == bool(them) for them in wanted):
            yield f"scopes: {_listed(mine)} here; there one of {_listed(set().union(*wanted))}"


def _scopes(way: Mapping[str, list[str]]) -> set[str]:
    return {scope for scopes in way.values() for scope in scopes}


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(map(str, names))) or "none"


def main() -> None:
    """Prints the differences; the exit status is 1 if there are any."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("service", choices=sorted(path.stem for path in FOLDER.glob("*.yaml")))
    parser.add_argument("document", type=Path, help="the official document, .json or YAML")
    asked = parser.parse_args()
    found = compare(describe(asked.service), read_document(asked.document))
    for line in found:
        print(line)  # noqa: T201 - it is what the command is for
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()
