"""A network that loses names, connections, certificates and packets: an unknown outcome each time, never a success."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from engine import let_waits_pass
from fans import read_sql, row_of, run_sql
from flask import Flask
from twin_client import ALBUM_URI, TwinClient

from presave_app.extensions import current_settings
from presave_app.lib import clock
from presave_app.presaves import claims
from presave_app.releases import adding, breaker, gate
from presave_app.streaming import http
from presave_app.streaming.errors import RetryLater
from presave_app.streaming.spotify import Spotify

PAGE = b"Content-Type: text/html\r\nContent-Length: 12\r\n\r\n<html>Hello."
Wrap = Callable[[socket.socket], socket.socket]


@contextmanager
def server(answer: bytes, wrap: Wrap = lambda connection: connection) -> Iterator[str]:
    """A server on loopback with one answer for everybody; returns its host and port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        is_over = threading.Event()

        def serve() -> None:
            while not is_over.is_set():
                with suppress(OSError), wrap(listening.accept()[0]) as connection:
                    connection.settimeout(5)
                    connection.recv(65_536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        is_over.set()
        thread.join(timeout=10)
        assert not thread.is_alive()


@contextmanager
def black_hole() -> Iterator[str]:
    """A port that swallows whatever is sent to it: its queue is full, and nobody will ever accept."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def nobody() -> Iterator[str]:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    yield f"127.0.0.1:{port}"


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> Wrap:
    """TLS under a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = clock.now()
    made = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=1,
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=1),
    ).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    path: Path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return lambda connection: context.wrap_socket(connection, server_side=True)


@pytest.fixture
def reach_service_at(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str | None], None]]:
    """Let the service's API lie at another address, or with None at its own again. Its sign-ins go on."""
    own = app.extensions["presave_connectors"]
    made: list[Spotify] = []

    def lie_at(address: str | None) -> None:
        if address is None:
            monkeypatch.setitem(app.extensions, "presave_connectors", own)
            return
        settings = current_settings().services["spotify"]
        made.append(Spotify(replace(settings, urls={**settings.urls, "SPOTIFY_API_URL": address})))
        monkeypatch.setitem(app.extensions, "presave_connectors", {"spotify": made[-1]})

    yield lie_at
    for connector in made:
        connector.close()


def is_told_as_unknown_and_mended(due: UUID, reason: str, mend: Callable[[None], None], twin: TwinClient) -> None:
    row = row_of(due)
    assert (row.state, row.reason, row.tries, row.refusals) == ("armed", reason, 1, 0)
    assert read_sql("SELECT state FROM action") == "sent"
    assert read_sql("SELECT strikes FROM service_gate") == 1
    mend(None)
    let_waits_pass()
    adding.add_due("spotify")
    assert row_of(due).state == "done"
    assert twin.library("ida")[ALBUM_URI]["times_applied"] == 1


Reach = Callable[[str | None], None]


@pytest.fixture(autouse=True)
def release_is_there(due: UUID) -> None:
    run_sql("UPDATE target SET found_at = now()")


def test_a_name_that_leads_nowhere_is_an_unknown_outcome(due: UUID, twin: TwinClient, reach_service_at: Reach) -> None:
    # The name is reserved for leading nowhere (RFC 6761).
    reach_service_at("http://name.invalid/v1")
    adding.add_due("spotify")
    is_told_as_unknown_and_mended(due, "connection_lost", reach_service_at, twin)


def test_a_refused_connection_is_an_unknown_outcome(due: UUID, twin: TwinClient, reach_service_at: Reach) -> None:
    with nobody() as place:
        reach_service_at(f"http://{place}/v1")
        adding.add_due("spotify")
    is_told_as_unknown_and_mended(due, "connection_lost", reach_service_at, twin)


def test_a_strange_certificate_is_an_unknown_outcome(
    due: UUID, twin: TwinClient, reach_service_at: Reach, self_signed: Wrap
) -> None:
    with server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", self_signed) as place:
        reach_service_at(f"https://{place}/v1")
        adding.add_due("spotify")
    is_told_as_unknown_and_mended(due, "tls_fault", reach_service_at, twin)


@pytest.mark.parametrize(("status", "reason"), [(b"502 Bad Gateway", "http_502"), (b"200 OK", "answer_unreadable")])
def test_the_page_of_a_proxy_is_an_unknown_outcome(
    status: bytes, reason: str, due: UUID, twin: TwinClient, reach_service_at: Reach
) -> None:
    with server(b"HTTP/1.1 " + status + b"\r\n" + PAGE) as place:
        reach_service_at(f"http://{place}/v1")
        adding.add_due("spotify")
    is_told_as_unknown_and_mended(due, reason, reach_service_at, twin)


def test_a_black_hole_costs_three_seconds(due: UUID, twin: TwinClient, reach_service_at: Reach) -> None:
    with black_hole() as place:
        reach_service_at(f"http://{place}/v1")
        began = time.monotonic()
        adding.add_due("spotify")
        assert http.CONNECT_SECONDS <= time.monotonic() - began < http.READ_SECONDS
    is_told_as_unknown_and_mended(due, "no_answer_in_time", reach_service_at, twin)


def test_a_black_hole_opens_the_breaker_and_claims_stop(
    crowd: Callable[[int], list[UUID]], reach_service_at: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(breaker.STRIKES_THAT_OPEN)
    monkeypatch.setattr(http, "CONNECT_SECONDS", 0.3)
    with black_hole() as place:
        reach_service_at(f"http://{place}/v1")
        adding.add_due("spotify")
        assert read_sql("SELECT breaker_reason FROM service_gate") == "no_answer_in_time"
        assert not gate.lets_through("spotify")
        claimed = read_sql("SELECT sum(claim_no) FROM pre_save")
        run_sql("UPDATE pre_save SET next_at = due_at WHERE state = 'armed'")
        assert adding.add_due("spotify") == 0
    assert read_sql("SELECT sum(claim_no) FROM pre_save") == claimed
    assert read_sql("SELECT string_agg(DISTINCT state, ' ') FROM pre_save") == "armed"


def test_a_call_ends_well_before_its_claim() -> None:
    assert http.READ_SECONDS < http.DEADLINE_SECONDS
    assert http.CONNECT_SECONDS + http.DEADLINE_SECONDS < claims.CALL_SECONDS < claims.LEASE_SECONDS


def test_a_name_with_dead_addresses_sends_nothing_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of a connection is that of one address; several of them may use up the call's whole time."""
    monkeypatch.setattr(http, "CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(http, "DEADLINE_SECONDS", 0.5)
    received: list[bytes] = []
    with black_hole() as hole, socket.create_server(("127.0.0.1", 0)) as alive:

        def serve() -> None:
            connection, _ = alive.accept()
            with connection:
                received.append(connection.recv(65_536))

        thread = threading.Thread(target=serve)
        thread.start()
        ports = [int(hole.rsplit(":", 1)[1])] * 4 + [alive.getsockname()[1]]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        calls = http.ServiceHTTP(lambda answer: RetryLater(f"http_{answer.status}"))
        with pytest.raises(RetryLater):
            calls.call("PUT", "http://api.example/", bearer="token")
        calls.close()
        thread.join(timeout=10)
    assert received == [b""]
