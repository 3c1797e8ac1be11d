"""A service that gives the answers a test has written down, in their order, and keeps what it was asked."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from serving import serving


@dataclass(frozen=True)
class Asked:
    """One request. `query` and `form` hold the last value of each name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        return _last_values(self.body)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class _Scripted:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class ScriptedService:
    """`answers` writes one down; a request beyond the last of them is answered with 599, which no service gives."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    _script: deque[_Scripted] = field(default_factory=deque)

    def answers(self, status: int, body: object = "", headers: Mapping[str, str] | None = None) -> None:
        """The next answer. A text goes out as it is, anything else as JSON."""
        content = body if isinstance(body, str) else json.dumps(body)
        kind = "text/plain" if isinstance(body, str) else "application/json"
        self._script.append(_Scripted(status, {"Content-Type": kind, **(headers or {})}, content.encode()))

    def take(self, asked: Asked) -> _Scripted:
        self.asked.append(asked)
        return self._script.popleft() if self._script else _Scripted(599, {}, b"")


@contextmanager
def scripted_service() -> Iterator[ScriptedService]:
    """Serve on loopback until the test is over."""
    service = ScriptedService()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            parts = urlsplit(self.path)
            answer = service.take(
                Asked(
                    self.command,
                    parts.path,
                    _last_values(parts.query),
                    dict(self.headers),
                    self.rfile.read(length).decode(),
                )
            )
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: what was asked is kept."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with serving(server) as service.url:
        yield service


def _last_values(text: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
