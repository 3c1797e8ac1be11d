"""The deadline of a call: over in time whatever drips, the head of an answer included."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from presave_app.streaming import http
from presave_app.streaming.errors import RetryLater, ServiceError
from presave_app.streaming.http import Answer, ServiceHTTP

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"


@contextmanager
def service(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on loopback that gives `answer` to each connection once its request is there."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listening:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                answer(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    thread.join(timeout=10)
    assert not thread.is_alive()


def drip(whole: bytes) -> Callable[[socket.socket], None]:
    """One byte after the other, until the other side has had enough."""

    def answer(connection: socket.socket) -> None:
        for byte in whole:
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                return
            time.sleep(0.05)

    return answer


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[ServiceHTTP]:
    def fault_of(answer: Answer) -> ServiceError:
        return RetryLater(f"http_{answer.status}")

    monkeypatch.setattr(http, "DEADLINE_SECONDS", 0.5)
    made = ServiceHTTP(fault_of)
    yield made
    made.close()


@pytest.mark.parametrize("whole", [HEAD + b"{}", HEAD[:-2] + b"X-Long: " + b"x" * 200 + b"\r\n\r\n{}"])
def test_a_head_that_drips_ends_at_the_deadline(whole: bytes, calls: ServiceHTTP) -> None:
    began = time.monotonic()
    with service(drip(whole)) as url, pytest.raises(RetryLater, match="no_answer_in_time"):
        calls.call("PUT", url, bearer="token")
    # The whole answer would have taken over three seconds.
    assert time.monotonic() - began < 2.5


def test_an_answer_in_time_is_whole(calls: ServiceHTTP) -> None:
    with service(lambda connection: connection.sendall(HEAD + b"{}")) as url:
        assert calls.call("GET", url, bearer="token").json() == {}


def test_a_silence_ends_before_the_deadline(calls: ServiceHTTP, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "DEADLINE_SECONDS", 30)
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    began = time.monotonic()
    with service(lambda _: time.sleep(1)) as url, pytest.raises(RetryLater, match="no_answer_in_time"):
        calls.call("GET", url, bearer="token")
    assert time.monotonic() - began < 10
