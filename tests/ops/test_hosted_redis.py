"""Redis as hosts give it: over TLS, with a certificate that nobody signed."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from presave_app.extensions import redis_tls_options


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for somebody else's name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody.example")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private


def pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
    except OSError:
        return


def join(outside: socket.socket, inside: socket.socket) -> None:
    """Carry what either side says to the other until the outside hangs up."""
    with outside, inside:
        back = threading.Thread(target=pump, args=(inside, outside), daemon=True)
        back.start()
        pump(outside, inside)
        inside.shutdown(socket.SHUT_RDWR)
        back.join()


@pytest.fixture
def tls_url(redis_url: str, tmp_path: Path) -> Iterator[str]:
    """The tests' own Valkey behind TLS."""
    inner = urlsplit(redis_url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*write_certificate(tmp_path))
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                outside = context.wrap_socket(listener.accept()[0], server_side=True)
            except OSError:
                return
            inside = socket.create_connection((str(inner.hostname), inner.port or 6379))
            threading.Thread(target=join, args=(outside, inside), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield inner._replace(
        scheme="rediss", netloc=f":{inner.password or ''}@127.0.0.1:{listener.getsockname()[1]}"
    ).geturl()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(timeout=5)


def test_a_self_signed_redis_is_reached(tls_url: str) -> None:
    with redis.Redis.from_url(tls_url, **redis_tls_options(tls_url)) as connection:
        assert connection.ping()


def test_an_address_may_ask_for_a_signed_one(tls_url: str) -> None:
    strict = f"{tls_url}?ssl_cert_reqs=required"
    refused = pytest.raises(redis.ConnectionError, match="CERTIFICATE_VERIFY_FAILED")
    with redis.Redis.from_url(strict, **redis_tls_options(strict)) as connection, refused:
        connection.ping()


def test_a_plain_address_gets_no_options() -> None:
    assert redis_tls_options("redis://127.0.0.1") == {}
