"""The two lines that mail is set up with: the server's address, and the address that mail comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from urllib.parse import unquote, urlsplit

_PORTS = {"smtp": 587, "smtps": 465}
_HOST = re.compile(r"[a-z0-9.:_-]+")
_ADDRESS = re.compile(r"""[^\s@<>,;:"()\[\]\\]+@[^\s@<>,;:"()\[\]\\]+""")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class BadMailAddress(ValueError):
    """The text can't be used; the message says why and never repeats it, for it may hold a password."""


@dataclass(frozen=True)
class MailServer:
    """A server that takes our mail. With `is_tls` the connection is encrypted from its first byte on."""

    host: str
    port: int
    is_tls: bool
    user: str = field(repr=False)
    password: str = field(repr=False)


def parse_mail_server(text: str) -> MailServer:
    """The server in an address like smtp://user:password@host:587; raises BadMailAddress."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadMailAddress("has no port that can be read") from None
    if parts.scheme not in _PORTS:
        raise BadMailAddress("must begin with smtp:// or smtps://")
    if not _HOST.fullmatch(host) or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise BadMailAddress("must look like smtp://user:password@host:587, with special characters as %40")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise BadMailAddress("needs a user and a password, or neither")
    return MailServer(host, port or _PORTS[parts.scheme], parts.scheme == "smtps", user, password)


def parse_mail_address(text: str) -> Address:
    """The mailbox in `you@label.example` or `Presave <you@label.example>`; raises BadMailAddress."""
    name, _, address = text[:-1].rpartition("<") if text.endswith(">") else ("", "", text)
    if not _ADDRESS.fullmatch(address) or _CONTROL.search(name):
        raise BadMailAddress("must be an address like presave@label.example")
    user, _, domain = address.rpartition("@")
    return Address(name.strip().strip('"'), user, domain)
