"""A receiver of webhooks for tests on a free port of this machine: it keeps what is posted, and fails on demand."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from serving import serving


@dataclass(frozen=True)
class Posted:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def signed_at(self) -> int:
        return int(self._signature()["t"])

    def is_signed_with(self, secret: str) -> bool:
        """As a receiver checks it, from the header and the bytes alone."""
        signature = self._signature()
        expected = hmac.new(secret.encode(), f"{signature['t']}.{self.body}".encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(signature["v1"], expected)

    def _signature(self) -> dict[str, str]:
        return dict(part.split("=", 1) for part in self.headers["X-Presave-Signature"].split(","))


@dataclass
class WebhookReceiver:
    """Answers with `status`, and with `location` where there is one."""

    url: str = ""
    status: int = 204
    location: str = ""
    posted: list[Posted] = field(default_factory=list)

    @property
    def news(self) -> list[tuple[str, str]]:
        """Kind and state of each notice, in the order in which they came."""
        return [(posted.json["kind"], posted.json["state"]) for posted in self.posted]


class _Handler(BaseHTTPRequestHandler):
    house: WebhookReceiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.house.posted.append(Posted(self.path, dict(self.headers.items()), body))
        self.send_response(self.house.status)
        if self.house.location:
            self.send_header("Location", self.house.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Tests look at what was posted instead."""


@contextmanager
def webhook_receiver() -> Iterator[WebhookReceiver]:
    """A receiver that listens until the end of the block."""
    house = WebhookReceiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"house": house}))
    house.url = f"http://127.0.0.1:{server.server_port}/presave"
    with serving(server):
        yield house
