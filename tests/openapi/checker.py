"""Holds each request of a connector, and each answer it gets, against the description of the service.

A 5xx is never looked at: it comes from wherever something broke.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

import requests
from jsonschema import Draft202012Validator

from .document import Document, Json, Operation, bare, media_type

_READERS: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}


@dataclass
class Checker:
    """`public` leads from the base addresses that are called to those of the description.

    What is wrong is kept in words, for requests and answers apart; `met` keeps each operation with the statuses it got.
    """

    description: Document
    public: Mapping[str, str]
    requests: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    met: dict[str, set[int]] = field(default_factory=dict)

    @cached_property
    def operations(self) -> list[Operation]:
        """All that is described."""
        return list(self.description.operations())

    def check_request(self, request: requests.PreparedRequest) -> Operation | None:
        """Look at a request before it is sent; None when the description has no such operation."""
        address, _, query = (request.url or "").partition("?")
        found = self._find(request.method or "", address)
        if found is None:
            self.requests.append(f"{request.method} {address} is not described")
            return None
        operation, pieces = found
        self.met.setdefault(str(operation), set())
        given = {
            "path": {name: [unquote(piece)] for name, piece in zip(operation.braces, pieces, strict=True)},
            "query": _by_name(query),
            "header": {name.lower(): [_text(value)] for name, value in request.headers.items()},
        }
        complaints = (
            *self._wrong_parameters(operation, given),
            *self._wrong_body(operation, request),
            *self._wrong_proof(operation, request),
            *_wrong_accept(operation, request),
        )
        self.requests += [f"{operation}: {complaint}" for complaint in complaints]
        return operation

    def check_answer(self, operation: Operation, response: requests.Response) -> None:
        """Look at an answer; its body is in memory afterwards."""
        status = response.status_code
        self.met[str(operation)].add(status)
        if status >= 500:
            return
        told = operation.answers.get(str(status))
        complaints = ["the status is not described"] if told is None else self._wrong_answer(told, response)
        self.answers += [f"{operation}: {status}: {complaint}" for complaint in complaints]

    def _find(self, method: str, address: str) -> tuple[Operation, tuple[str, ...]] | None:
        """The operation with the fewest pieces in braces that fits, and what stands in them."""
        for here, public in self.public.items():
            if not address.startswith(f"{here}/"):
                continue
            url = public + address.removeprefix(here)
            fitting = [(one, pieces) for one in self.operations if (pieces := one.fits(method, url)) is not None]
            if fitting:
                return min(fitting, key=lambda found: len(found[1]))
        return None

    def _wrong_parameters(self, operation: Operation, given: Mapping[str, Mapping[str, list[str]]]) -> Iterator[str]:
        for name in given["query"]:
            if ("query", name) not in operation.parameters:
                yield f"query {name} is not described"
        for (place, name), parameter in operation.parameters.items():
            texts = given[place].get(name.lower() if place == "header" else name)
            if texts is not None:
                yield from self._wrong_value(f"{place} {name}", parameter, texts)
            elif parameter.get("required"):
                yield f"{place} {name} is missing"

    def _wrong_value(self, where: str, parameter: Json, texts: list[str]) -> Iterator[str]:
        schema = self.description.whole(parameter["schema"])
        try:
            if schema.get("type") == "array":
                pieces = texts if parameter.get("explode", True) else texts[0].split(",")
                value: Any = [_read(schema["items"], piece) for piece in pieces]
            else:
                (text,) = texts
                value = _read(schema, text)
        except (ValueError, KeyError):
            yield f"{where} is no {schema.get('type', 'single value')}: {texts}"
        else:
            yield from _faults(schema, value, where)

    def _wrong_body(self, operation: Operation, request: requests.PreparedRequest) -> Iterator[str]:
        body = request.body or ""
        assert isinstance(body, str | bytes)
        body = _text(body)
        if not operation.content:
            if body:
                yield "a body is not described"
            return
        kind = media_type(_text(request.headers.get("Content-Type", "")))
        if kind not in operation.content:
            yield f"a body of {kind or 'no type'} is not described"
            return
        if kind == "application/x-www-form-urlencoded":
            value = {name: texts[0] if len(texts) == 1 else texts for name, texts in _by_name(body).items()}
            yield from _faults(self.description.whole(operation.content[kind]["schema"]), value, "body")
        else:
            yield from self._wrong_json(operation.content[kind]["schema"], body)

    def _wrong_proof(self, operation: Operation, request: requests.PreparedRequest) -> Iterator[str]:
        header = _text(request.headers.get("Authorization", ""))
        ways = operation.security or ({},)
        if not any(self._proves(way, header) for way in ways):
            yield f"the Authorization is not as described: {header.partition(' ')[0] or 'none'}"

    def _proves(self, way: Mapping[str, object], header: str) -> bool:
        """Whether the header is what this way asks for; no header for a way that asks for nothing."""
        prefixes = [_prefix(self.description.scheme(name)) for name in way]
        return all(header.startswith(prefix) for prefix in prefixes) if prefixes else not header

    def _wrong_answer(self, told: Json, response: requests.Response) -> Iterator[str]:
        for name, header in told.get("headers", {}).items():
            if name in response.headers:
                yield from self._wrong_value(f"header {name}", header, [response.headers[name]])
            elif header.get("required"):
                yield f"header {name} is missing"
        content = bare(told.get("content", {}))
        kind = media_type(response.headers.get("Content-Type", ""))
        if not content:
            if response.content:
                yield "a body is not described"
        elif kind not in content:
            yield f"a body of {kind or 'no type'} is not described"
        elif "schema" in content[kind]:
            yield from self._wrong_json(content[kind]["schema"], response.text)

    def _wrong_json(self, schema: Json, text: str) -> Iterator[str]:
        try:
            value = json.loads(text)
        except ValueError:
            yield "the body is no JSON"
        else:
            yield from _faults(self.description.whole(schema), value, "body")


def _wrong_accept(operation: Operation, request: requests.PreparedRequest) -> Iterator[str]:
    """What is asked for has to be what is answered to a success."""
    accepted = {media_type(each) for each in _text(request.headers.get("Accept", "*/*")).split(",")}
    wanted = {
        kind for status, told in operation.answers.items() if status < "4" for kind in bare(told.get("content", {}))
    }
    if wanted and not accepted & {"*/*", *wanted}:
        yield f"Accept is {sorted(accepted)} where {sorted(wanted)} is answered"


def _faults(schema: Json, value: Any, where: str) -> Iterator[str]:
    for error in Draft202012Validator(schema).iter_errors(value):
        yield f"{where}{error.json_path.removeprefix('$')}: {error.message[:200]}"


def _read(schema: Json, text: str) -> Any:
    return _READERS.get(schema.get("type", "string"), str)(text)


def _prefix(scheme: Json) -> str:
    return scheme.get("x-prefix") or f"{scheme['scheme'].capitalize()} "


def _by_name(text: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return values


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
