"""Asks a web server the same thing over many open connections, as fast as it answers."""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass

from local.errors import LaunchError

_CHUNK = 262_144


@dataclass
class _Line:
    """One connection, and how much of the answer has come."""

    link: socket.socket
    got: int = 0


def request_bytes(port: int, path: str) -> bytes:
    """What a browser asks, as far as it matters."""
    lines = (f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: text/html,*/*", "Accept-Encoding: gzip, br")
    return "\r\n".join((*lines, "", "")).encode()


def ask_once(port: int, path: str) -> bytes:
    """The whole answer, headers and all."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        link.sendall(request_bytes(port, path))
        answer = b""
        while not _is_whole(answer):
            chunk = link.recv(_CHUNK)
            if not chunk:
                raise LaunchError(f"{path} was not answered to its end.")
            answer += chunk
        return answer


def ask_for(port: int, path: str, seconds: float, connections: int = 16) -> int:
    """How many answers came within so many seconds; raises LaunchError on one that is not like the first."""
    length, question = len(ask_once(port, path)), request_bytes(port, path)
    lines = [_Line(socket.create_connection(("127.0.0.1", port), timeout=20)) for _ in range(connections)]
    try:
        with selectors.DefaultSelector() as ready:
            for line in lines:
                ready.register(line.link, selectors.EVENT_READ, line)
                line.link.sendall(question)
            return _count(ready, question, length, time.monotonic() + seconds)
    finally:
        for line in lines:
            line.link.close()


def _count(ready: selectors.DefaultSelector, question: bytes, length: int, until: float) -> int:
    answers = 0
    while time.monotonic() < until:
        for key, _ in ready.select(1.0):
            line: _Line = key.data
            chunk = line.link.recv(_CHUNK)
            if line.got == 0 and not chunk.startswith(b"HTTP/1.1 20"):
                raise LaunchError(f"An answer began with {chunk[:40]!r}.")
            line.got += len(chunk)
            if line.got > length:
                raise LaunchError("An answer was longer than the first one.")
            if line.got == length:
                line.got = 0
                answers += 1
                line.link.sendall(question)
    return answers


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    if end and head.startswith(b"HTTP/1.1 204"):
        return True
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), None)
    return bool(end) and length is not None and len(body) >= int(length.partition(b":")[2])
