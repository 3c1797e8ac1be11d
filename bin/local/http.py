"""Small HTTP calls to our own processes, past any proxy that the person's environment names."""

import json
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

SECONDS = 10
_opener: OpenerDirector = build_opener(ProxyHandler({}))


def answers(url: str) -> bool:
    """Whether anything speaks HTTP there and is not in trouble."""
    try:
        with _opener.open(url, timeout=SECONDS):
            return True
    except HTTPError as error:
        return error.code < 500
    except (OSError, HTTPException):
        return False


def get_text(url: str) -> str | None:
    """The body, or None while it cannot be had."""
    try:
        with _opener.open(url, timeout=SECONDS) as answer:
            return answer.read().decode(errors="replace")
    except (OSError, HTTPException):
        return None


def get_json(url: str) -> dict[str, Any] | None:
    try:
        return json.loads(get_text(url) or "null")
    except ValueError:
        return None


def send_json(method: str, url: str, content: Mapping[str, object]) -> None:
    """Raises OSError when it is refused."""
    body = json.dumps(content).encode()
    request = Request(url, data=body, method=method, headers={"Content-Type": "application/json"})  # noqa: S310
    with _opener.open(request, timeout=SECONDS):
        pass
