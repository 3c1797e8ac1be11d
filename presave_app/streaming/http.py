"""The only way out: one pool of connections a service, a deadline for every call, no retry behind our back."""

from __future__ import annotations

import contextlib
import io
import json
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from presave_app.lib import clock
from presave_app.lib.public_hosts import InnerHost, public_addresses
from presave_app.lib.shapes import as_object
from presave_app.streaming.deadline import POOLS, all_over_by
from presave_app.streaming.errors import Refused, RetryLater, ServiceError
from presave_app.streaming.pinned import pools_to

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
# From the first byte out to the last byte in. The lease of a claim counts on it.
DEADLINE_SECONDS = 20.0
_MOST_BYTES = 2 * 1024 * 1024
# As many as a drain has threads, and a few for those who sign in.
_POOL_SIZE = 72
_LONGEST_PAUSE_SECONDS = 86_400.0
_PAUSE_WITHOUT_WORD_SECONDS = 5.0


@dataclass(frozen=True)
class Answer:
    """A whole answer. Its text may hold secrets, so it is never part of a repr."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    text: str = field(repr=False)

    def json(self) -> Any:
        """The parsed body; raises RetryLater when it is not JSON, because then nobody knows what happened."""
        try:
            return json.loads(self.text)
        except ValueError as fault:
            raise RetryLater("answer_unreadable") from fault

    def json_object(self) -> dict[str, Any]:
        """The parsed body, which must be an object."""
        body = self.json()
        if not isinstance(body, dict):
            raise RetryLater("answer_unreadable")
        return as_object(cast(object, body))

    def json_or_empty(self) -> dict[str, Any]:
        """The parsed body of an error, or an empty object: errors come as HTML and plain text too."""
        with contextlib.suppress(RetryLater):
            return self.json_object()
        return {}

    def retry_after_seconds(self) -> float:
        """How long the service wants to be left alone: seconds or a date (RFC 9110, 10.2.3), at most a day."""
        value = self.headers.get("Retry-After", "").strip()
        seconds = _PAUSE_WITHOUT_WORD_SECONDS
        if value.isascii() and value.isdigit():
            seconds = float(value)
        else:
            with contextlib.suppress(ValueError, OverflowError):
                seconds = (parsedate_to_datetime(value).astimezone(UTC) - self._sent_at()).total_seconds()
        return min(max(seconds, 1.0), _LONGEST_PAUSE_SECONDS)

    def _sent_at(self) -> datetime:
        """The service's own clock where it tells it, because a date of its was made by that clock."""
        with contextlib.suppress(ValueError, OverflowError):
            return parsedate_to_datetime(self.headers.get("Date", "")).astimezone(UTC)
        return clock.now()


class DeadlineAdapter(HTTPAdapter):
    """Reads the whole answer before it hands the response on, within the deadline and a limit of size."""

    def __init__(self, pools: Mapping[str, Any] = POOLS) -> None:
        super().__init__(pool_maxsize=_POOL_SIZE, max_retries=0)
        self.poolmanager.pool_classes_by_scheme = dict(pools)

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        give_up_at = time.monotonic() + DEADLINE_SECONDS
        options.update(stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS))
        with all_over_by(give_up_at, READ_SECONDS):
            response = super().send(request, **options)
            try:
                response.raw = io.BytesIO(_read(response))
            except BaseException:
                response.close()
                raise
        return response


class ServiceHTTP:
    """Calls to one service. `fault_of` says what an answer outside 2xx means."""

    def __init__(self, fault_of: Callable[[Answer], ServiceError]) -> None:
        self._fault_of = fault_of
        self._adapter = DeadlineAdapter()
        self._session = requests.Session()
        self.equip(self._session)

    def equip(self, session: requests.Session) -> None:
        """Let a session use this service's pool, and nothing of the machine's own proxies and passwords."""
        # A .netrc of the machine would replace a fan's bearer token.
        session.trust_env = False
        session.mount("https://", self._adapter)
        session.mount("http://", self._adapter)

    def close(self) -> None:
        """Give all connections back."""
        self._session.close()
        self._adapter.close()

    def call(
        self,
        method: str,
        url: str,
        *,
        bearer: str | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: str | None = None,
        redirect_is_answer: bool = False,
        auth: Callable[[requests.PreparedRequest], requests.PreparedRequest] | None = None,
    ) -> Answer:
        """One request, one answer in the 200s; anything else raises a ServiceError.

        `headers` come on top of the usual ones, and in their place where they have the same name. No redirect is
        ever followed; with `redirect_is_answer` a 302 is what was asked for. `auth` signs the finished request.
        """
        usual = {"Accept": "application/json", **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
        with broken_connections_told():
            response = self._session.request(
                method,
                url,
                params=query,
                data=body.encode() if body is not None else form,
                headers={**usual, **(headers or {})},
                auth=auth,
                allow_redirects=False,
            )
        if redirect_is_answer and response.status_code == 302:
            return Answer(response.status_code, response.headers, response.text)
        return self.checked(response)

    def checked(self, response: requests.Response) -> Answer:
        """The answer, if it is a success; otherwise raises what it means."""
        answer = Answer(response.status_code, response.headers, response.text)
        if not 200 <= answer.status < 300:
            raise self._fault_of(answer)
        if answer.text.lstrip().startswith("<"):
            # A proxy or a maintenance page in between answers for the service; nothing is known then.
            raise RetryLater("answer_unreadable")
        return answer


def post_json(url: str, body: str, headers: Mapping[str, str]) -> None:
    """Post a JSON text to an address that is no service's; raises ServiceError unless it was taken (2xx)."""
    status = post(url, body.encode(), {**headers, "Content-Type": "application/json"}).status
    if not 200 <= status < 300:
        raise RetryLater(f"http_{status}")


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post to an address that is no service's, following no redirect; raises RetryLater without a whole answer."""
    return _post(url, body, headers, DeadlineAdapter())


def post_outside(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Like `post`, for an https address that a stranger gave: only ever to the public internet, else raises Refused.

    The name is looked up once, so that nobody can let it lead elsewhere between the check and the call.
    """
    parts = urlsplit(url)
    if parts.scheme != "https":
        raise Refused("address_refused")
    try:
        addresses = public_addresses(parts.hostname or "", parts.port or 443)
    except InnerHost:
        raise Refused("address_refused") from None
    except OSError:
        raise RetryLater("host_unknown") from None
    return _post(url, body, headers, DeadlineAdapter(pools_to(addresses)))


def _post(url: str, body: bytes, headers: Mapping[str, str], adapter: DeadlineAdapter) -> Answer:
    with requests.Session() as session, broken_connections_told():
        session.trust_env = False
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        response = session.post(url, data=body, headers=dict(headers), allow_redirects=False)
    return Answer(response.status_code, response.headers, response.text)


@contextlib.contextmanager
def broken_connections_told() -> Generator[None]:
    """Tell a broken connection as what it is to the engine: an unknown outcome.

    Its own words hold the address, and some services want their tokens there, so they are left behind.
    """
    try:
        yield
    except requests.exceptions.SSLError:
        raise RetryLater("tls_fault") from None
    except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError):
        raise RetryLater("no_answer_in_time") from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError):
        raise RetryLater("connection_lost") from None


def _read(response: requests.Response) -> bytes:
    """The body to its end."""
    pieces: list[bytes] = []
    size = 0
    # `read1` gives what is there; `read` would wait for a full piece, however slowly it comes.
    while piece := response.raw.read1(8192, decode_content=True):
        pieces.append(piece)
        size += len(piece)
        if size > _MOST_BYTES:
            raise RetryLater("answer_too_large")
    return b"".join(pieces)
