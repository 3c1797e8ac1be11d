"""A mail server for tests on a free port of this machine: it keeps what it takes, and fails on demand."""

from __future__ import annotations

import base64
import socket
import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from serving import serving


@dataclass(frozen=True)
class Taken:
    """One message as it was handed over."""

    recipients: tuple[str, ...]
    message: EmailMessage
    was_encrypted: bool
    signed_in_as: str


@dataclass
class MailServer:
    """`refusals` are the codes for recipients, by address; `greeting` and `goodbye` are said in any case.

    With `hangs_up_after_data` it takes a message and breaks off before it has said so.
    """

    port: int = 0
    tls: ssl.SSLContext | None = None
    speaks_tls_at_once: bool = False
    greeting: str = "220 ready"
    goodbye: str = "221 bye"
    hangs_up_after_data: bool = False
    refusals: dict[str, int] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    visits: int = 0

    @property
    def subjects(self) -> list[str]:
        return [str(taken.message["Subject"]) for taken in self.taken]

    @property
    def recipients(self) -> list[str]:
        return sorted(address for taken in self.taken for address in taken.recipients)


class _Conversation(socketserver.StreamRequestHandler):
    house: MailServer

    def handle(self) -> None:
        self.house.visits += 1
        self.is_encrypted, self.user, self.to = False, "", []
        if self.house.speaks_tls_at_once:
            self._encrypt()
        self._say(self.house.greeting)
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ")[0].split(":")[0].upper()
            getattr(self, f"_{verb.lower()}")(line)
            if verb == "QUIT":
                return

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def _ehlo(self, _: str) -> None:
        offers = ["250-tests"]
        if self.house.tls and not self.is_encrypted:
            offers.append("250-STARTTLS")
        self._say(*offers, "250 AUTH PLAIN")

    def _starttls(self, _: str) -> None:
        self._say("220 go ahead")
        self._encrypt()

    def _auth(self, line: str) -> None:
        _, user, _ = base64.b64decode(line.split(" ")[2]).decode().split("\0")
        self.user = user
        self._say("235 welcome")

    def _mail(self, _: str) -> None:
        self.to = []
        self._say("250 ok")

    def _rcpt(self, line: str) -> None:
        address = line.partition("<")[2].partition(">")[0]
        code = self.house.refusals.get(address, 250)
        if code == 250:
            self.to.append(address)
        self._say(f"{code} {address}")

    def _data(self, _: str) -> None:
        self._say("354 go on")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        message: Any = message_from_bytes(b"".join(lines).replace(b"\r\n", b"\n"), policy=default)
        self.house.taken.append(Taken(tuple(self.to), message, self.is_encrypted, self.user))
        if self.house.hangs_up_after_data:
            self.request.shutdown(socket.SHUT_RDWR)
            return
        self._say("250 taken")

    def _rset(self, _: str) -> None:
        self._say("250 ok")

    def _quit(self, _: str) -> None:
        self._say(self.house.goodbye)

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def _encrypt(self) -> None:
        assert self.house.tls is not None
        self.request = self.house.tls.wrap_socket(self.request, server_side=True)
        self.is_encrypted = True
        self.setup()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    # Many senders come at once, and the usual five places in the queue would turn some of them away.
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off is what some tests are about."""


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, *, speaks_tls_at_once: bool = False) -> Iterator[MailServer]:
    """A server that listens until the end of the block."""
    house = MailServer(tls=tls, speaks_tls_at_once=speaks_tls_at_once)
    server = _Server(("127.0.0.1", 0), type("Conversation", (_Conversation,), {"house": house}))
    house.port = server.server_address[1]
    with serving(server):
        yield house
