"""Calls to strangers' addresses: only to what was checked, under its own name, whatever the resolver says next."""

from __future__ import annotations

import datetime
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests.adapters
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from serving import serving

from presave_app.lib import public_hosts
from presave_app.streaming import http
from presave_app.streaming.errors import Refused, RetryLater

NAME = "hooks.label.example"
# Two of this machine's own: one that counts as public here, and one that does not.
OUTSIDE, INSIDE = "127.0.0.2", "127.0.0.3"
Resolver = Callable[..., list[str]]


@dataclass
class House:
    """What a receiver was called by: the name in the TLS handshake, and the one in the request."""

    port: int = 0
    tls_names: list[str | None] = field(default_factory=list)
    hosts: list[str | None] = field(default_factory=list)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One for the name, which is trusted."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(path))
    return path


@contextmanager
def house_at(address: str, certificate: Path, port: int = 0) -> Iterator[House]:
    house = House()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            house.hosts.append(self.headers["Host"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """The test looks at what was called instead."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _, name, __: house.tls_names.append(name)
    server = ThreadingHTTPServer((address, port), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    house.port = server.server_port
    with serving(server):
        yield house


@pytest.fixture
def outside(certificate: Path) -> Iterator[House]:
    with house_at(OUTSIDE, certificate) as house:
        yield house


@pytest.fixture
def inside(certificate: Path, outside: House) -> Iterator[House]:
    """It listens on the same port, has the same certificate, and must never be called."""
    with house_at(INSIDE, certificate, outside.port) as house:
        yield house


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Let names lead to these addresses, one list a question, the last one for good; returns what was asked."""
    real, asked = socket.getaddrinfo, list[str]()
    monkeypatch.setattr(public_hosts, "_is_public", lambda address: address == OUTSIDE)

    def let(*answers: list[str]) -> list[str]:
        def answer(host: str, port: int, *args: Any, **options: Any) -> Any:
            if host.replace(".", "").isdigit():
                return real(host, port, *args, **options)
            asked.append(host)
            addresses = answers[min(len(asked), len(answers)) - 1]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        return asked

    return let


def test_a_name_that_leads_elsewhere_a_moment_later(resolve: Resolver, outside: House, inside: House) -> None:
    asked = resolve([OUTSIDE], [INSIDE])
    assert http.post_outside(f"https://{NAME}:{outside.port}/in", b"{}", {}).status == 204
    assert asked == [NAME]
    assert outside.tls_names == [NAME]
    assert outside.hosts == [f"{NAME}:{outside.port}"]
    assert inside.tls_names == []


def test_a_certificate_for_another_name_is_not_taken(resolve: Resolver, outside: House) -> None:
    resolve([OUTSIDE])
    with pytest.raises(RetryLater, match="tls_fault"):
        http.post_outside(f"https://other.label.example:{outside.port}/in", b"{}", {})
    assert outside.hosts == []


def test_one_inner_address_among_public_ones_is_enough(resolve: Resolver, outside: House, inside: House) -> None:
    resolve([OUTSIDE, INSIDE])
    with pytest.raises(Refused, match="address_refused"):
        http.post_outside(f"https://{NAME}:{outside.port}/in", b"{}", {})
    assert outside.hosts == inside.hosts == []


def test_the_next_address_is_tried_where_nobody_answers(
    resolve: Resolver, outside: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_hosts, "_is_public", lambda _: True)
    resolve(["127.0.0.9", OUTSIDE])
    assert http.post_outside(f"https://{NAME}:{outside.port}/in", b"{}", {}).status == 204
    assert outside.tls_names == [NAME]


def test_plain_http_never_goes_there(resolve: Resolver, outside: House) -> None:
    resolve([OUTSIDE])
    with pytest.raises(Refused, match="address_refused"):
        http.post_outside(f"http://{NAME}:{outside.port}/in", b"{}", {})
    assert outside.hosts == []
