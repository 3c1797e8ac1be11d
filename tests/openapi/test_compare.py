"""The comparison finds each planted difference, and nothing where there is none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from openapi.compare import compare
from openapi.document import Document

ROOT = Path(__file__).resolve().parents[2]
OURS = """
openapi: 3.1.0
info: {title: Ours, version: "1"}
servers: [{url: "https://api.example/v1"}]
paths:
  /token:
    servers: [{url: "https://accounts.example"}]
    post: {responses: {"200": {description: Tokens}}}
  /shelves/{id}:
    post:
      security: [{fan: [write]}]
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: limit, in: query, schema: {type: integer}}
      requestBody:
        content:
          application/json:
            schema: {type: object, required: [kind], properties: {kind: {const: album}}, additionalProperties: false}
      responses:
        "200":
          description: Put there
          content:
            application/json:
              schema:
                type: object
                properties:
                  label: {type: [string, "null"]}
                  tracks: {type: array, items: {type: object, properties: {seconds: {type: integer}}}}
                  state: {enum: [new, old]}
        "404": {description: No such shelf}
components:
  securitySchemes:
    fan: {type: http, scheme: bearer}
"""
# The same in the older way: 3.0, with references, parts and alternatives.
OFFICIAL = """
openapi: 3.0.3
info: {title: Theirs, version: "7"}
servers: [{url: "https://api.example/v1/"}]
paths:
  /shelves/{id}:
    parameters: [{$ref: "#/components/parameters/id"}]
    post:
      security: [{oauth: [write, write-all]}]
      parameters:
        - {name: limit, in: query, required: false, schema: {type: integer}}
      requestBody: {$ref: "#/components/requestBodies/Put"}
      responses:
        "200":
          description: Put
          content:
            "application/json; charset=utf-8":
              schema:
                allOf:
                  - {$ref: "#/components/schemas/Shelf"}
                  - {type: object, properties: {state: {type: string, enum: [new, old]}}}
        "404": {description: None}
        "503": {description: Later}
components:
  parameters:
    id: {name: id, in: path, required: true, schema: {type: string}}
  requestBodies:
    Put:
      content:
        application/json:
          schema:
            type: object
            required: [kind]
            properties: {kind: {type: string, enum: [album, track]}, note: {type: string}}
  schemas:
    Shelf:
      type: object
      properties:
        label: {type: string, nullable: true}
        tracks: {type: array, items: {oneOf: [{$ref: "#/components/schemas/Track"}, {type: string}]}}
        more: {type: string}
    Track: {type: object, properties: {seconds: {type: number}}}
  securitySchemes:
    oauth:
      type: oauth2
      flows:
        authorizationCode:
          authorizationUrl: https://accounts.example/authorize
          tokenUrl: https://accounts.example/token
          scopes: {write: "", write-all: ""}
"""
CALL = "POST /shelves/{id}"
Json = dict[str, Any]


def as_it_is(official: Json) -> None:
    """Plant nothing."""


def found(change: Callable[[Json], object], known: dict[str, str] | None = None) -> list[str]:
    """What is found after a change to the official document."""
    ours, official = yaml.safe_load(OURS), yaml.safe_load(OFFICIAL)
    ours["x-known-differences"] = known or {}
    change(official)
    return compare(Document(ours), Document(official))


def call(document: Json) -> Json:
    return document["paths"]["/shelves/{id}"]["post"]


def part(document: Json, name: str) -> Json:
    return document["components"]["schemas"][name]["properties"]


def body(document: Json) -> Json:
    return document["components"]["requestBodies"]["Put"]["content"]


def replace(holder: Json, **values: object) -> None:
    holder.update(values)


def test_two_that_agree_have_no_difference() -> None:
    assert found(as_it_is) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda it: it["paths"].clear(), "the operation is not there"),
        (lambda it: replace(it, servers=[{"url": "https://api.example/v2"}]), "the operation is not there"),
        (
            lambda it: it["paths"]["/shelves/{id}"].update(put=it["paths"]["/shelves/{id}"].pop("post")),
            "the operation is",
        ),
        (lambda it: call(it)["parameters"].clear(), "parameter query limit is not there"),
        (lambda it: replace(call(it)["parameters"][0], **{"in": "header"}), "parameter query limit is not there"),
        (lambda it: replace(call(it)["parameters"][0], required=True), "parameter query limit is required there"),
        (
            lambda it: replace(call(it)["parameters"][0], schema={"type": "string"}),
            "parameter query limit is integer here and string there",
        ),
        (
            lambda it: call(it)["parameters"].append({"name": "day", "in": "query", "required": True, "schema": {}}),
            "parameter query day is required there and not described here",
        ),
        (lambda it: replace(body(it), **{"text/x": body(it).pop("application/json")}), "body: application/json is not"),
        (lambda it: call(it).pop("requestBody"), "body: application/json is not there"),
        (
            lambda it: body(it)["application/json"]["schema"]["required"].append("note"),
            "body has to have note there, which is not described here",
        ),
        (
            lambda it: replace(body(it)["application/json"]["schema"]["properties"], kind={"enum": ["track"]}),
            "body: kind may be album only here",
        ),
        (lambda it: part(it, "Shelf").pop("label"), "answer 200: no field label"),
        (lambda it: part(it, "Shelf")["label"].pop("nullable"), "answer 200: label may be null here, not there"),
        (lambda it: part(it, "Track").pop("seconds"), "answer 200: no field tracks[].seconds"),
        (
            lambda it: replace(part(it, "Track"), seconds={"type": "string"}),
            "answer 200: tracks[].seconds is integer here and string there",
        ),
        (
            lambda it: replace(part(it, "Shelf"), state={"enum": ["lost"]}),
            "answer 200: state may be lost only there",
        ),
        (lambda it: call(it)["responses"].pop("404"), "answer 404 is not there"),
        (lambda it: replace(call(it)["responses"], **{"409": {}}), "answer 409 is not described here"),
        (lambda it: replace(call(it), security=[{"oauth": ["admin"]}]), "scopes: write here; there one of admin"),
        (lambda it: replace(call(it), security=[{"oauth": []}]), "scopes: write here; there one of none"),
    ],
)
def test_a_planted_difference_is_found(change: Callable[[Json], object], told: str) -> None:
    (line,) = found(change)
    assert line.startswith(f"{CALL}: {told}")


def test_a_token_endpoint_has_to_be_one_of_theirs() -> None:
    def move(official: Json) -> None:
        flow = official["components"]["securitySchemes"]["oauth"]["flows"]["authorizationCode"]
        flow["tokenUrl"] = "https://accounts.example/oauth/token"

    assert found(move) == ["POST /token: the operation is not there"]


def test_what_is_known_is_not_told_until_it_is_mended() -> None:
    known = {"POST *: answer 404 is not there": "It is met all the same."}
    assert found(lambda official: call(official)["responses"].pop("404"), known) == []
    assert found(as_it_is, known) == [f"known, but not found any more: {next(iter(known))}"]


def test_the_command_prints_what_it_finds_and_fails(tmp_path: Path) -> None:
    document = tmp_path / "official.yml"
    document.write_text(OFFICIAL)
    command = [sys.executable, "-m", "tests.openapi.compare", "spotify", str(document)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "PUT /me/library: the operation is not there" in ended.stdout.splitlines()
