"""Answers beside the service's own: a front end's page, a socket that closes, a body that drips."""

import socket
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email.utils import format_datetime

from flask import Response, request

from .clock import TwinClock, wait

DRIPS = 20


def text_answer(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(text, status, headers, content_type="text/plain; charset=utf-8")


def html_answer(status: int, title: str) -> Response:
    """What the front end before the API says by itself; it knows no JSON."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Response(page, status, content_type="text/html; charset=utf-8")


def close_socket() -> None:
    """Hangs up on the caller; whatever is answered after this reaches nobody."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)


def delayed(answer: Response, seconds: float) -> Response:
    """The whole answer, headers too, held back. The work behind it is already done."""
    answer.response = _drip([answer.get_data()], seconds)
    return answer


def dripping(answer: Response, seconds: float) -> Response:
    """The same answer in small pieces. An empty one is stretched with spaces, which mean nothing in JSON."""
    body = answer.get_data() or b" " * DRIPS
    answer.headers["Content-Length"] = str(len(body))
    size = max(1, len(body) // DRIPS)
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    answer.response = _drip(pieces, seconds / len(pieces))
    return answer


def _drip(pieces: list[bytes], pause: float) -> Iterator[bytes]:
    for piece in pieces:
        wait(pause)
        yield piece


def retry_after_header(form: str, seconds: int, clock: TwinClock) -> dict[str, str]:
    """Retry-After in the forms seen in the wild: a number, a date, nothing, or nonsense.

    https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    """
    if form == "none":
        return {}
    if form == "garbage":
        return {"Retry-After": "soon"}
    if form == "date":
        return {"Retry-After": format_datetime(clock.now() + timedelta(seconds=seconds), usegmt=True)}
    return {"Retry-After": str(seconds)}
