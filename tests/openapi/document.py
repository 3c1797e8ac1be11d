"""An OpenAPI document as its operations, every reference in them followed when it is met."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]
FOLDER = Path(__file__).parent
_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


@dataclass(frozen=True)
class Operation:
    """One method of one path. `content` and `answers` are as written; only their outermost reference is followed."""

    method: str
    base: str
    path: str
    parameters: Mapping[tuple[str, str], Json] = field(repr=False)
    content: Mapping[str, Json] = field(repr=False)
    answers: Mapping[str, Json] = field(repr=False)
    security: tuple[Mapping[str, list[str]], ...] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def shape(self) -> tuple[str, str]:
        """Method and whole address, whatever the pieces in braces are called."""
        return self.method, re.sub(r"\{[^}]*\}", "{}", self.base + self.path)

    def fits(self, method: str, url: str) -> tuple[str, ...] | None:
        """The pieces of an address without its query that stand where this one has braces; None if it is another."""
        pieces = (re.escape(piece) for piece in re.split(r"\{[^}]*\}", self.base + self.path))
        found = re.fullmatch("([^/]+)".join(pieces), url)
        return found.groups() if found and method == self.method else None

    @property
    def braces(self) -> list[str]:
        """The names of the pieces of the path, in their order."""
        return re.findall(r"\{([^}]*)\}", self.path)


class Document:
    """A whole document. Only references into itself are followed."""

    def __init__(self, root: Json) -> None:
        self.root = root

    def follow(self, node: Json) -> Json:
        """What stands at the end of a reference; anything else is itself."""
        while "$ref" in node:
            place: Any = self.root
            for step in node["$ref"].removeprefix("#/").split("/"):
                place = place[step.replace("~1", "/").replace("~0", "~")]
            node = place
        return node

    def whole(self, node: Any) -> Any:
        """The same without any reference in it, which takes a document whose schemas do not hold themselves."""
        if isinstance(node, dict):
            return {name: self.whole(value) for name, value in self.follow(node).items()}
        return [self.whole(value) for value in node] if isinstance(node, list) else node

    def scheme(self, name: str) -> Json:
        """A way to prove who calls."""
        return self.follow(self.root["components"]["securitySchemes"][name])

    def servers(self) -> list[str]:
        """The base addresses, without a slash at their end."""
        return [server["url"].rstrip("/") for server in self.root.get("servers", [])]

    def flow_urls(self) -> set[str]:
        """The addresses of OAuth, which stand beside the paths."""
        schemes = self.root.get("components", {}).get("securitySchemes", {})
        flows = [flow for name in schemes for flow in self.scheme(name).get("flows", {}).values()]
        return {flow[url] for flow in flows for url in ("authorizationUrl", "tokenUrl", "refreshUrl") if url in flow}

    def operations(self) -> Iterator[Operation]:
        """All of them, once for each base address."""
        for path, item in self.root["paths"].items():
            for method in filter(item.__contains__, _METHODS):
                for base in _addresses(item) or self.servers():
                    yield self._operation(method, base, path, item)

    def _operation(self, method: str, base: str, path: str, item: Json) -> Operation:
        told = item[method]
        parameters = [self.follow(each) for each in item.get("parameters", []) + told.get("parameters", [])]
        return Operation(
            method.upper(),
            base,
            path,
            {(each["in"], each["name"]): each for each in parameters},
            bare(self.follow(told.get("requestBody", {})).get("content", {})),
            {str(status): self.follow(answer) for status, answer in told["responses"].items()},
            tuple(told.get("security", self.root.get("security", []))),
        )


def bare(content: Mapping[str, Json]) -> dict[str, Json]:
    """By media types without their parameters: a charset says nothing of a shape."""
    return {media_type(name): media for name, media in content.items()}


def media_type(header: str) -> str:
    """The type in a Content-Type."""
    return header.split(";")[0].strip().lower()


def read_document(path: Path) -> Document:
    """Read JSON or YAML."""
    text = path.read_text()
    return Document(json.loads(text) if path.suffix == ".json" else yaml.safe_load(text))


def describe(service: str) -> Document:
    """Our own description of a service."""
    return read_document(FOLDER / f"{service}.yaml")


def _addresses(item: Json) -> list[str]:
    return [server["url"].rstrip("/") for server in item.get("servers", [])]
