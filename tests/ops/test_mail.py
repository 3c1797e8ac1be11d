"""Mail: plain text over a real conversation, encrypted where it must be, and never more headers than ours."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from mail_server import MailServer, mail_server
from test_settings import environ

from presave_app import mail
from presave_app.extensions import current_settings
from presave_app.mail import Letter, MailFault
from presave_app.settings import read_settings
from presave_app.transaction import transaction

LETTER = Letter("Night Drive is out", "Everybody has it.\n")


@contextmanager
def mail_through(app: Flask, url: str, *, in_production: bool = False) -> Iterator[None]:
    """The app with this mail server, read from settings as in life."""
    public_url = "https://presave.label.example" if in_production else "http://127.0.0.1:5000"
    changes = {"SMTP_URL": url, "MAIL_FROM": "Presave <presave@alba.example>", "PUBLIC_URL": public_url}
    real = current_settings()
    app.extensions["presave_settings"] = replace(real, mail=read_settings(environ(**changes), ()).mail)
    try:
        yield
    finally:
        app.extensions["presave_settings"] = real


@pytest.fixture
def server(app: Flask) -> Iterator[MailServer]:
    with mail_server() as house, mail_through(app, f"smtp://127.0.0.1:{house.port}"):
        yield house


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ssl.SSLContext]:
    """A certificate for 127.0.0.1, which the whole process trusts."""
    folder = tmp_path_factory.mktemp("certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_write_certificate(folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(folder / "certificate.pem"))
        yield context


def test_each_person_gets_a_message_of_their_own(server: MailServer) -> None:
    assert mail.send(LETTER, ["alice@alba.example", "bob@alba.example"]) == 2
    assert [taken.recipients for taken in server.taken] == [("alice@alba.example",), ("bob@alba.example",)]
    message = server.taken[0].message
    assert message["From"] == "Presave <presave@alba.example>"
    assert message["To"] == "alice@alba.example"
    assert message["Subject"] == "Night Drive is out"
    assert message.get_content() == "Everybody has it.\n"
    assert message.get_content_type() == "text/plain"


def test_letters_of_all_scripts_arrive(server: MailServer) -> None:
    mail.send(Letter("Größe: 夜のドライブ", "Viel Glück — 夜\n"), ["alice@alba.example"])
    assert server.subjects == ["Größe: 夜のドライブ"]
    assert server.taken[0].message.get_content() == "Viel Glück — 夜\n"


def test_a_subject_can_not_add_a_header(server: MailServer) -> None:
    mail.send(Letter("Night\r\nBcc: eve@evil.example\r\n\r\nDrive", "x"), ["alice@alba.example"])
    assert server.subjects == ["Night Bcc: eve@evil.example Drive"]
    assert server.taken[0].message["Bcc"] is None
    assert server.recipients == ["alice@alba.example"]


@pytest.mark.parametrize("address", ["a@b.example\r\nRCPT TO:<eve@evil.example>", "a@b.example, eve@evil.example", "a"])
def test_an_address_can_not_add_a_recipient(server: MailServer, address: str) -> None:
    assert mail.send(LETTER, [address, "alice@alba.example"]) == 1
    assert server.recipients == ["alice@alba.example"]


def test_a_named_letter_is_the_same_message_again(server: MailServer) -> None:
    for _ in range(2):
        mail.send(replace(LETTER, name="alarm-1-over", answers="alarm-1-open"), ["alice@alba.example"])
    assert {taken.message["Message-ID"] for taken in server.taken} == {"<alarm-1-over@127.0.0.1>"}
    assert server.taken[0].message["References"] == "<alarm-1-open@127.0.0.1>"


def test_one_refused_address_does_not_stop_the_others(server: MailServer) -> None:
    server.refusals["gone@alba.example"] = 550
    assert mail.send(LETTER, ["gone@alba.example", "alice@alba.example"]) == 1
    assert server.recipients == ["alice@alba.example"]


def test_when_nobody_takes_it_that_is_a_fault(server: MailServer) -> None:
    server.refusals["gone@alba.example"] = 550
    with pytest.raises(MailFault, match=r"^refused$"):
        mail.send(LETTER, ["gone@alba.example"])


def test_a_refusal_for_now_is_a_fault(server: MailServer) -> None:
    server.refusals["busy@alba.example"] = 450
    with pytest.raises(MailFault, match=r"^smtp_450$"):
        mail.send(LETTER, ["alice@alba.example", "busy@alba.example"])


def test_a_rude_goodbye_changes_nothing(server: MailServer) -> None:
    server.goodbye = "421 go away"
    assert mail.send(LETTER, ["alice@alba.example"]) == 1


def test_a_busy_server_is_a_fault(server: MailServer) -> None:
    server.greeting = "421 too busy"
    with pytest.raises(MailFault, match=r"^smtp_421$"):
        mail.send(LETTER, ["alice@alba.example"])


def test_a_dead_server_is_a_fault(app: Flask) -> None:
    with mail_through(app, "smtp://127.0.0.1:1"), pytest.raises(MailFault, match=r"^connection_lost$"):
        mail.send(LETTER, ["alice@alba.example"])


def test_a_slow_conversation_is_broken_off(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "_DEADLINE_SECONDS", -1.0)
    with pytest.raises(MailFault, match=r"^no_answer_in_time$"):
        mail.send(LETTER, ["alice@alba.example"])


def test_without_a_server_nothing_is_sent(app: Flask) -> None:
    assert not mail.is_on()
    with pytest.raises(MailFault, match=r"^mail_is_off$"):
        mail.send(LETTER, ["alice@alba.example"])


def test_a_start_without_mail_says_so(app: Flask, server: MailServer, caplog: pytest.LogCaptureFixture) -> None:
    mail.say_when_off()
    assert caplog.text == ""
    app.extensions["presave_settings"] = replace(current_settings(), mail=None)
    mail.say_when_off()
    assert "mail is off" in caplog.text


def test_no_mail_is_sent_inside_a_transaction(server: MailServer) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"), transaction():
        mail.send(LETTER, ["alice@alba.example"])
    assert server.visits == 0


def test_encryption_is_taken_where_it_is_offered(app: Flask, tls: ssl.SSLContext) -> None:
    with mail_server(tls) as house, mail_through(app, f"smtp://me%40alba:p%2Fw@127.0.0.1:{house.port}"):
        mail.send(LETTER, ["alice@alba.example"])
    assert house.taken[0].was_encrypted
    assert house.taken[0].signed_in_as == "me@alba"


def test_smtps_is_encrypted_from_the_start(app: Flask, tls: ssl.SSLContext) -> None:
    with mail_server(tls, speaks_tls_at_once=True) as house, mail_through(app, f"smtps://127.0.0.1:{house.port}"):
        mail.send(LETTER, ["alice@alba.example"])
    assert house.taken[0].was_encrypted


def test_a_certificate_nobody_signed_is_refused(
    app: Flask, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with (
        mail_server(tls) as house,
        mail_through(app, f"smtp://127.0.0.1:{house.port}"),
        pytest.raises(MailFault, match=r"^tls_fault$"),
    ):
        mail.send(LETTER, ["alice@alba.example"])
    assert house.taken == []


def test_in_production_no_password_goes_in_the_clear(app: Flask) -> None:
    with mail_server() as house:
        url = f"smtp://me:secret@127.0.0.1:{house.port}"
        with mail_through(app, url, in_production=True), pytest.raises(MailFault, match="NotSupported"):
            mail.send(LETTER, ["alice@alba.example"])
        assert house.taken == []
        with mail_through(app, url):
            mail.send(LETTER, ["alice@alba.example"])
        assert house.taken[0].signed_in_as == "me"


def _write_certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
