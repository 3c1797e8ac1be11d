"""Faults as programs read them: problem details (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response

PATH = "/api/"


def problem(status: int, detail: str, errors: Mapping[str, str] | None = None) -> Response:
    """A fault. `errors` are those of single fields, by their place in the campaign file."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors is not None:
        body["errors"] = [{"field": field, "detail": words} for field, words in errors.items()]
    response = Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/problem+json")
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Presave"'
    return response
