"""The fast twin: it answers what the connector asks, holds its limit and its latency, and counts what it sees."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from twin_client import CLIENT_ID, SECRET

from bench.fast_twin import ALBUM_URI, UPC, RollingWindow, access_token, refresh_token
from bench.twin_process import Limits, TwinProcess, running_twin
from presave_app.lib.upc import same_upc
from presave_app.settings import ServiceSettings
from presave_app.streaming.connector import Outcome
from presave_app.streaming.errors import AccessExpired, NeedsReauth, Refused, RetryLater
from presave_app.streaming.spotify import Spotify

PUT = f"PUT /api/v1/me/library?uris={ALBUM_URI} HTTP/1.1\r\nAuthorization: Bearer {access_token(7)}\r\n\r\n".encode()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def open_twin(stack: ExitStack, rate: float = 1000, latency: float = 0.0) -> tuple[TwinProcess, Spotify]:
    """A twin with an hour's window, so that no test waits for it, and the app's own connector to it."""
    twin = stack.enter_context(running_twin(Limits(rate / 3600, latency, window_seconds=3600)))
    urls = {"SPOTIFY_ACCOUNTS_URL": f"{twin.url}/accounts", "SPOTIFY_API_URL": f"{twin.url}/api/v1"}
    credentials = {"SPOTIFY_CLIENT_ID": CLIENT_ID, "SPOTIFY_CLIENT_SECRET": SECRET}
    connector = Spotify(ServiceSettings(True, credentials, urls, {"SPOTIFY_MODE": "extended"}, 1000))
    stack.callback(connector.close)
    return twin, connector


def test_the_connector_finds_adds_and_reads_back(stack: ExitStack) -> None:
    twin, spotify = open_twin(stack)
    release = spotify.find_release(ref=ALBUM_URI, upc=None)
    assert release is not None
    assert same_upc(release.upc or "", UPC)
    assert not spotify.contains(access_token(7), ALBUM_URI)
    assert spotify.add(access_token(7), ALBUM_URI) is Outcome.ADDED
    assert spotify.contains(access_token(7), ALBUM_URI)
    assert not spotify.contains(access_token(8), ALBUM_URI)
    assert twin.report().calls == {
        "POST /api/token": 1,
        "GET /albums": 1,
        "PUT /me/library": 1,
        "GET /me/library/contains": 3,
    }


def test_a_renewed_token_is_the_same_fans(stack: ExitStack) -> None:
    twin, spotify = open_twin(stack)
    renewed = spotify.refresh(refresh_token(7)).access_token
    assert renewed != access_token(7)
    spotify.add(renewed, ALBUM_URI)
    spotify.add(access_token(7), ALBUM_URI)
    assert [add.fan for add in twin.report().adds] == [7, 7]
    assert twin.count_fans() == 1


def test_strange_tokens_and_releases_are_refused(stack: ExitStack) -> None:
    twin, spotify = open_twin(stack)
    with pytest.raises(AccessExpired):
        spotify.add("somebody", ALBUM_URI)
    with pytest.raises(Refused):
        spotify.add(access_token(7), "spotify:album:0000000000000000000000")
    with pytest.raises(NeedsReauth):
        spotify.refresh(access_token(7))
    assert spotify.find_release(ref="spotify:album:0000000000000000000000", upc=None) is None
    assert twin.report().adds == ()


def test_a_call_over_the_limit_adds_nothing(stack: ExitStack) -> None:
    twin, spotify = open_twin(stack, rate=2)
    spotify.add(access_token(0), ALBUM_URI)
    spotify.add(access_token(1), ALBUM_URI)
    with pytest.raises(RetryLater) as refusal:
        spotify.add(access_token(2), ALBUM_URI)
    assert refusal.value.reason == "rate_limited"
    assert 3590 <= (refusal.value.pause_seconds or 0) <= 3600
    report = twin.report()
    assert (report.too_many, report.all_calls, len(report.adds)) == (1, 3, 2)


def test_the_window_rolls_and_forgets_refused_calls() -> None:
    window = RollingWindow(2, 10)
    assert [window.take(now) for now in (0, 4, 5, 9.5, 10, 11, 14)] == [None, None, 5, 1, None, 3, None]


def test_an_answer_takes_its_time_but_the_add_is_counted_at_once(stack: ExitStack) -> None:
    twin, spotify = open_twin(stack, latency=0.2)
    began = time.time()
    spotify.add(access_token(7), ALBUM_URI)
    (add,) = twin.report().adds
    assert time.time() - began >= 0.2
    assert time.time() - add.at >= 0.2
    assert add.at >= began


def test_requests_may_come_in_pieces_and_in_one(stack: ExitStack) -> None:
    twin, _ = open_twin(stack)
    port = urlsplit(twin.url).port
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection, connection.makefile("rb") as answers:
        connection.sendall(PUT[:90])
        assert twin.count_fans() == 0
        connection.sendall(PUT[90:] + PUT + PUT)
        for _ in range(3):
            assert answers.readline() == b"HTTP/1.1 200 OK\r\n"
            assert [answers.readline() for _ in range(2)] == [b"Content-Length: 0\r\n", b"\r\n"]
    assert len(twin.report().adds) == 3
