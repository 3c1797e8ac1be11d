"""A push service for tests on a free port of this machine: it checks what RFC 8030, 8188 and 8292 ask of a sender."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from serving import serving

_DAY = 86_400


@dataclass(frozen=True)
class Pushed:
    """One message as it came in, still encrypted."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """Answers with `status` to what is well made, else with 400 or 403 and a note in `faults`."""

    url: str = ""
    public_key: str = ""
    status: int = 201
    location: str = ""
    pushed: list[Pushed] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def answer_to(self, pushed: Pushed) -> int:
        """The status for a message."""
        self.pushed.append(pushed)
        fault = _fault_of(pushed, self.url, self.public_key)
        if fault:
            self.faults.append(fault)
            return 400
        return self.status


def _fault_of(pushed: Pushed, origin: str, public_key: str) -> str | None:
    headers = pushed.headers
    if headers.get("content-encoding") != "aes128gcm":
        return "Content-Encoding"
    if not headers.get("ttl", "").isdigit():
        return "TTL"
    if len(headers.get("topic", "")) > 32:
        return "Topic"
    # A salt, a record size, and the length and the bytes of the sender's key (RFC 8188, 2.1).
    if len(pushed.body) < 16 + 4 + 1 + 65 + 18 or pushed.body[20] != 65 or len(pushed.body) > 4096:
        return "body"
    return _vapid_fault(headers.get("authorization", ""), origin, public_key)


def _vapid_fault(authorization: str, origin: str, public_key: str) -> str | None:
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    if scheme != "vapid" or parts["k"] != public_key:
        return "key"
    signed, _, signature = parts["t"].rpartition(".")
    raw = _bytes_of(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes_of(public_key))
    try:
        key.verify(der, signed.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return "signature"
    claims = json.loads(_bytes_of(signed.split(".")[1]))
    if claims["aud"] != origin or not time.time() < claims["exp"] <= time.time() + _DAY:
        return "claims"
    return None if claims["sub"].startswith(("mailto:", "https://")) else "sub"


def _bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class _Handler(BaseHTTPRequestHandler):
    house: PushService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.send_response(self.house.answer_to(Pushed(self.path, headers, body)))
        if self.house.location:
            self.send_header("Location", self.house.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Tests look at what was pushed instead."""


@contextmanager
def push_service(public_key: str) -> Iterator[PushService]:
    """A service that listens until the end of the block, and knows a sender by this key."""
    house = PushService(public_key=public_key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"house": house}))
    house.url = f"http://127.0.0.1:{server.server_port}"
    with serving(server):
        yield house
