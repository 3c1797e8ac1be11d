"""The checker finds what it is there to find: one wrong request, or one wrong answer, at a time."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
import yaml

from openapi.checker import Checker
from openapi.document import Document

HERE = "http://127.0.0.1:1/api"
SHELF = f"{HERE}/shelves/12"
GOOD_HEADERS = {"Authorization": "Bearer t", "Content-Type": "application/json", "Accept": "application/json"}
GOOD_BODY = json.dumps({"title": "Night Drive"})
DESCRIPTION = """
openapi: 3.1.0
info: {title: Shelves, version: "1"}
servers: [{url: "https://api.example/v1"}]
security: [{fan: []}]
paths:
  /shelves/{id}:
    post:
      parameters:
        - {name: id, in: path, required: true, schema: {type: string, pattern: "^[0-9]+$"}}
        - {name: limit, in: query, required: true, schema: {type: integer, maximum: 10}}
        - {name: kinds, in: query, explode: false, schema: {type: array, items: {enum: [a, b]}}}
        - {name: Key, in: header, schema: {type: string, maxLength: 3}}
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Record"}
      responses:
        "200":
          description: Put there
          headers:
            Place: {required: true, schema: {type: integer}}
          content:
            application/json; charset=utf-8:
              schema: {$ref: "#/components/schemas/Record"}
        "204": {description: Nothing to say}
  /shelves/all:
    get:
      security: [{}]
      responses:
        "200": {description: All of them}
components:
  securitySchemes:
    fan: {type: http, scheme: bearer}
  schemas:
    Record:
      type: object
      required: [title]
      properties: {title: {type: string}}
      additionalProperties: false
"""


@pytest.fixture
def checker() -> Checker:
    return Checker(Document(yaml.safe_load(DESCRIPTION)), {HERE: "https://api.example/v1"})


def sent(method: str = "POST", url: str = f"{SHELF}?limit=3", **changed: Any) -> requests.PreparedRequest:
    return requests.Request(method, url, **({"headers": GOOD_HEADERS, "data": GOOD_BODY} | changed)).prepare()


def came_back(status: int, body: str, **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = body.encode()
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


@pytest.mark.parametrize(
    "request_",
    [
        sent(),
        sent(url=f"{SHELF}?limit=10&kinds=a,b"),
        sent(headers=GOOD_HEADERS | {"Key": "abc", "Accept": "*/*"}),
        sent("GET", f"{HERE}/shelves/all", headers={}, data=None),
    ],
)
def test_a_good_request_is_let_pass(request_: requests.PreparedRequest, checker: Checker) -> None:
    assert checker.check_request(request_) is not None
    assert checker.requests == []


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        (sent(url=f"{HERE}/shelves"), f"POST {HERE}/shelves is not described"),
        (sent(url="http://127.0.0.1:1/other/shelves/12"), "is not described"),
        (sent("PUT"), f"PUT {SHELF} is not described"),
        (sent(url=SHELF), "query limit is missing"),
        (sent(url=f"{SHELF}?limit=3&sort=x"), "query sort is not described"),
        (sent(url=f"{SHELF}?limit=many"), "query limit is no integer"),
        (sent(url=f"{SHELF}?limit=3&limit=4"), "query limit is no integer"),
        (sent(url=f"{SHELF}?limit=11"), "query limit: 11 is greater than the maximum of 10"),
        (sent(url=f"{SHELF}?limit=3&kinds=a,c"), "query kinds[1]: 'c' is not one of ['a', 'b']"),
        (sent(url=f"{HERE}/shelves/x?limit=3"), "path id: 'x' does not match"),
        (sent(headers=GOOD_HEADERS | {"Key": "long"}), "header Key: 'long' is too long"),
        (sent(headers=GOOD_HEADERS | {"Authorization": "OAuth t"}), "the Authorization is not as described: OAuth"),
        (sent(headers=GOOD_HEADERS | {"Accept": "text/html"}), "Accept is ['text/html']"),
        (sent(headers=GOOD_HEADERS | {"Content-Type": "text/plain"}), "a body of text/plain is not described"),
        (sent(data=""), "body is no JSON"),
        (sent(data="{}"), "'title' is a required property"),
        (sent(data='{"title": 1}'), "body.title: 1 is not of type 'string'"),
        (sent(data='{"title": "x", "more": 1}'), "Additional properties are not allowed"),
        (sent("GET", f"{HERE}/shelves/all", data=None), "the Authorization is not as described: Bearer"),
        (sent("GET", f"{HERE}/shelves/all", headers={}), "a body is not described"),
    ],
)
def test_a_wrong_request_is_found(request_: requests.PreparedRequest, complaint: str, checker: Checker) -> None:
    checker.check_request(request_)
    (found,) = checker.requests
    assert complaint in found


@pytest.mark.parametrize(
    ("response", "complaint"),
    [
        (came_back(200, GOOD_BODY, Content_Type="application/json", Place="3"), ""),
        (came_back(204, ""), ""),
        (came_back(503, "<html>", Content_Type="text/html"), ""),
        (came_back(404, ""), "the status is not described"),
        (came_back(204, "x"), "a body is not described"),
        (came_back(200, GOOD_BODY, Content_Type="application/json"), "header Place is missing"),
        (came_back(200, GOOD_BODY, Content_Type="application/json", Place="x"), "header Place is no integer"),
        (came_back(200, GOOD_BODY, Content_Type="text/html", Place="3"), "a body of text/html is not described"),
        (came_back(200, "{", Content_Type="application/json", Place="3"), "the body is no JSON"),
        (came_back(200, "{}", Content_Type="application/json", Place="3"), "'title' is a required property"),
    ],
)
def test_a_wrong_answer_is_found(response: requests.Response, complaint: str, checker: Checker) -> None:
    operation = checker.check_request(sent())
    assert operation is not None
    checker.check_answer(operation, response)
    assert checker.met == {"POST /shelves/{id}": {response.status_code}}
    assert len(checker.answers) == bool(complaint)
    assert complaint in "".join(checker.answers)
