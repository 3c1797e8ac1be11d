"""A fast twin of Spotify for benchmarks: what a release day calls, a set rate limit, a set latency, and a report.

The sandbox's twin knows every rule and is slow for it. This one knows only what the connector uses while releases
are added, on one thread and the standard library alone, so that it is never the limit of what is measured.

A fan is a number inside its tokens (`fan.17.0`); nothing has to be told to the twin beforehand.
"""

import argparse
import asyncio
import json
import math
import re
import time
from array import array
from collections import Counter, deque
from dataclasses import dataclass
from urllib.parse import parse_qs

ALBUM_ID = "2up3OPMp9Tb4dAKM2erWXQ"
ALBUM_URI = f"spotify:album:{ALBUM_ID}"
UPC = "00602445868162"
TOKEN_SECONDS = 3600
# Tokens of the real service are about this long, and somebody has to seal, open and send them.
_TOKEN_LENGTH = 200
_APP_TOKEN = "app."  # noqa: S105 - the word its tokens begin with
_HEADERS = re.compile(rb"\r\n(authorization|content-length):[ \t]*([^\r\n]*)", re.IGNORECASE)
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}


def access_token(fan: int, serial: int = 0) -> str:
    """A token that the twin takes for this fan's."""
    return f"fan.{fan}.{serial}.".ljust(_TOKEN_LENGTH, "x")


def refresh_token(fan: int) -> str:
    """A token that the twin gives new access tokens for."""
    return f"refresh.{fan}.".ljust(_TOKEN_LENGTH, "x")


@dataclass(frozen=True)
class Request:
    """What of a call matters here."""

    method: str
    path: str
    query: str
    bearer: str
    body: str


@dataclass(frozen=True)
class Answer:
    """An answer before it is bytes; `None` is an empty body."""

    status: int
    content: object = None
    retry_after: int | None = None
    is_delayed: bool = True

    def encode(self) -> bytes:
        body = b"" if self.content is None else json.dumps(self.content).encode()
        wait = f"Retry-After: {self.retry_after}\r\n" if self.retry_after else ""
        kind = "Content-Type: application/json\r\n" if body else ""
        head = f"HTTP/1.1 {self.status} {_REASONS[self.status]}\r\n{wait}{kind}Content-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


class RollingWindow:
    """At most so many calls in any window of so many seconds; a refused call is not counted."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls = calls
        self._seconds = seconds
        self._taken: deque[float] = deque()

    def take(self, now: float) -> int | None:
        """None when the call is allowed, else the whole seconds until one is."""
        while self._taken and self._taken[0] <= now - self._seconds:
            self._taken.popleft()
        if len(self._taken) < self._calls:
            self._taken.append(now)
            return None
        return max(1, math.ceil(self._taken[0] + self._seconds - now))


class FastTwin:
    """The service: what it answers, and what it has seen."""

    def __init__(self, window: RollingWindow) -> None:
        self._window = window
        self._calls: Counter[str] = Counter()
        self._too_many = 0
        self._serial = 0
        # Numbers side by side instead of objects: a hundred thousand adds take little more than a megabyte.
        self._added_fans = array("L")
        self._added_at = array("d")
        self._libraries: set[int] = set()

    def answer(self, request: Request) -> Answer:
        """What the service says to a call that has just arrived."""
        if request.path.startswith("/api/v1/"):
            return self._limited(request, request.path.removeprefix("/api/v1"))
        match request.method, request.path:
            case "POST", "/accounts/api/token":
                return self._token(request)
            case "GET", "/report":
                return Answer(200, self.report(), is_delayed=False)
            case "GET", "/progress":
                return Answer(200, {"fans": len(self._libraries)}, is_delayed=False)
            case _:
                return Answer(404)

    def report(self) -> dict[str, object]:
        """All that was seen: calls by kind, those refused as too many, and each add as fan and time."""
        return {
            "calls": dict(self._calls),
            "too_many": self._too_many,
            "fans": len(self._libraries),
            "adds": list(zip(self._added_fans, self._added_at, strict=True)),
        }

    def _limited(self, request: Request, path: str) -> Answer:
        self._calls[f"{request.method} {'/albums' if path.startswith('/albums/') else path}"] += 1
        seconds = self._window.take(time.monotonic())
        if seconds is not None:
            self._too_many += 1
            return Answer(429, _error(429, "API rate limit exceeded"), retry_after=seconds)
        if path.startswith("/albums/"):
            return self._album(request, path)
        fan = _number_in(request.bearer, "fan")
        if fan is None:
            return Answer(401, _error(401, "Invalid access token"))
        if parse_qs(request.query).get("uris") != [ALBUM_URI]:
            return Answer(400, _error(400, "Invalid URI"))
        return self._library(request.method, path, fan)

    def _album(self, request: Request, path: str) -> Answer:
        if not request.bearer.startswith(_APP_TOKEN):
            return Answer(401, _error(401, "Invalid access token"))
        if (request.method, path) != ("GET", f"/albums/{ALBUM_ID}"):
            return Answer(404, _error(404, "Resource not found"))
        return Answer(200, {"id": ALBUM_ID, "uri": ALBUM_URI, "external_ids": {"upc": UPC}})

    def _library(self, method: str, path: str, fan: int) -> Answer:
        match method, path:
            case "PUT", "/me/library":
                self._added_fans.append(fan)
                self._added_at.append(time.time())
                self._libraries.add(fan)
                return Answer(200)
            case "GET", "/me/library/contains":
                return Answer(200, [fan in self._libraries])
            case _:
                return Answer(404, _error(404, "Resource not found"))

    def _token(self, request: Request) -> Answer:
        self._calls["POST /api/token"] += 1
        self._serial += 1
        form = parse_qs(request.body)
        lasting: dict[str, object] = {"token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        match form.get("grant_type"):
            case ["client_credentials"]:
                return Answer(200, {**lasting, "access_token": f"{_APP_TOKEN}{self._serial}"})
            case ["refresh_token"]:
                fan = _number_in(form.get("refresh_token", [""])[0], "refresh")
                if fan is not None:
                    return Answer(200, {**lasting, "access_token": access_token(fan, self._serial)})
        return Answer(400, {"error": "invalid_grant", "error_description": "Invalid refresh token"})


class Connection(asyncio.Protocol):
    """One connection kept alive: requests in, answers out after the latency, in the order they came."""

    def __init__(self, twin: FastTwin, latency_seconds: float) -> None:
        self._twin = twin
        self._latency = latency_seconds
        self._loop = asyncio.get_running_loop()
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while (request := self._next_request()) is not None:
            answer = self._twin.answer(request)
            if answer.is_delayed and self._latency:
                self._loop.call_later(self._latency, self._transport.write, answer.encode())
            else:
                self._transport.write(answer.encode())

    def _next_request(self) -> Request | None:
        """The next whole request of what has arrived."""
        end = self._rest.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self._rest[:end]
        headers = {name.lower(): value for name, value in _HEADERS.findall(head)}
        body_end = end + 4 + int(headers.get(b"content-length", b"0"))
        if len(self._rest) < body_end:
            return None
        body, self._rest = self._rest[end + 4 : body_end], self._rest[body_end:]
        method, target, _ = head.split(b"\r\n", 1)[0].decode("ascii").split(" ", 2)
        path, _, query = target.partition("?")
        bearer = headers.get(b"authorization", b"").decode("ascii").removeprefix("Bearer ")
        return Request(method, path, query, bearer, body.decode())


def _number_in(token: str, word: str) -> int | None:
    first, _, rest = token.partition(".")
    number = rest.partition(".")[0]
    return int(number) if first == word and number.isdigit() else None


def _error(status: int, message: str) -> dict[str, object]:
    return {"error": {"status": status, "message": message}}


async def _serve(options: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    twin = FastTwin(RollingWindow(max(1, int(options.rate * options.window)), options.window))
    server = await loop.create_server(
        lambda: Connection(twin, options.latency_ms / 1000), "127.0.0.1", options.port, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve until ended; the first line of output is the port."""
    parser = argparse.ArgumentParser(prog="python -m bench.fast_twin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--rate", type=float, default=300.0, help="allowed calls per second")
    parser.add_argument("--window", type=float, default=30.0, help="seconds of the rolling window they are counted in")
    parser.add_argument("--latency-ms", type=float, default=100.0, help="time until an answer")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
