"""Connections on which an answer has to be over by a deadline, its head included.

A timeout of a socket is only the longest silence between two pieces: an answer that drips could hold a thread, and
the claim that the thread works on, for as long as it likes.
"""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_here = threading.local()


@contextmanager
def all_over_by(give_up_at: float, silence_seconds: float) -> Generator[None]:
    """What is read inside raises TimeoutError at `give_up_at` (monotonic), and after so long a silence."""
    _here.give_up_at = give_up_at
    _here.silence_seconds = silence_seconds
    try:
        yield
    finally:
        del _here.give_up_at


class _TimedReader(io.RawIOBase):
    """Reads from a socket; each piece may take only what is left of the time."""

    def __init__(self, sock: socket.socket, inner: Any) -> None:
        super().__init__()
        self._sock = sock
        self._inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = _here.give_up_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer was not over by its deadline")
        self._sock.settimeout(min(left, _here.silence_seconds))
        return self._inner.raw.readinto(buffer)

    def close(self) -> None:
        self._inner.close()
        super().close()


class _TimedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp: Any = io.BufferedReader(_TimedReader(sock, self.fp))


def _check_time(connection: HTTPConnection) -> None:
    """A name with many dead addresses, or a slow resolver, may use up the time: then nothing is sent any more."""
    if time.monotonic() >= _here.give_up_at:
        connection.close()
        raise TimeoutError("connecting took all the time there was")


class _TimedConnection(HTTPConnection):
    response_class = _TimedResponse

    def connect(self) -> None:
        super().connect()
        _check_time(self)


class TimedTLSConnection(HTTPSConnection):
    response_class = _TimedResponse

    def connect(self) -> None:
        super().connect()
        _check_time(self)


class _TimedPool(HTTPConnectionPool):
    ConnectionCls = _TimedConnection  # pyright: ignore[reportAssignmentType]


class _TimedTLSPool(HTTPSConnectionPool):
    ConnectionCls = TimedTLSConnection  # pyright: ignore[reportAssignmentType]


POOLS = {"http": _TimedPool, "https": _TimedTLSPool}
