"""A small browser: one fan's cookies, redirects followed hop by hop, the headers a real one sends."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import requests

TIMEOUT_SECONDS = 20
MOST_HOPS = 10
USER_AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 sandbox-fan"
REDIRECTS = (301, 302, 303, 307, 308)


class TooManyHopsError(RuntimeError):
    """The app or the service sends the fan round in circles."""


class Browser:
    def __init__(self) -> None:
        self._session = requests.Session()
        # A proxy in the environment is for the outside world; everybody here is on this machine.
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept": "text/html", "Accept-Language": "en"})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def open(self, address: str) -> requests.Response:
        return self._follow("GET", address, None, None)

    def follow(self, page: str, address: str) -> requests.Response:
        """Takes a link that stands on `page`, or opens a window from there."""
        return self._follow("GET", address, page, None)

    def fetch(self, page: str, address: str, headers: Mapping[str, str]) -> requests.Response:
        """What a script of `page` asks another site, without this fan's cookies.

        https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header
        """
        sent = {
            "User-Agent": USER_AGENT,
            "Accept": "*/*",
            "Sec-Fetch-Site": _site(page, [address]),
            "Sec-Fetch-Mode": "cors",
            "Sec-Fetch-Dest": "empty",
            "Origin": origin_of(page),
        }
        with requests.Session() as stranger:
            stranger.trust_env = False
            return stranger.get(address, headers={**sent, **headers}, allow_redirects=False, timeout=TIMEOUT_SECONDS)

    def submit(self, page: str, address: str, fields: dict[str, str]) -> requests.Response:
        """Sends a form that stands on `page`."""
        return self._follow("POST", address, page, fields)

    def _follow(self, method: str, address: str, page: str | None, fields: dict[str, str] | None) -> requests.Response:
        """Follows redirects; one hop to another site makes all that follow it cross-site.

        https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
        """
        visited: list[str] = []
        for _ in range(MOST_HOPS):
            visited.append(address)
            response = self._session.request(
                method,
                address,
                data=fields,
                headers=_headers(method, page, visited),
                allow_redirects=False,
                timeout=TIMEOUT_SECONDS,
            )
            if response.status_code not in REDIRECTS:
                return response
            address = urljoin(address, response.headers["Location"])
            if response.status_code not in (307, 308):
                method, fields = "GET", None
        raise TooManyHopsError(f"more than {MOST_HOPS} redirects, the last to {plain_address(address)}")


def _headers(method: str, page: str | None, visited: list[str]) -> dict[str, str]:
    headers = {
        "Sec-Fetch-Site": _site(page, visited),
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
        "Sec-Fetch-User": "?1",
    }
    if page is not None and method == "POST":
        headers["Origin"] = origin_of(page)
    return headers


def _site(page: str | None, visited: list[str]) -> str:
    if page is None:
        return "none"
    if any(urlsplit(address).hostname != urlsplit(page).hostname for address in visited):
        return "cross-site"
    is_same = all(origin_of(address) == origin_of(page) for address in visited)
    return "same-origin" if is_same else "same-site"


def origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def plain_address(address: str) -> str:
    """Without the query, which may hold a code, and without the secret of a fan's own page."""
    parts = urlsplit(address)
    path = "/mine/..." if parts.path.startswith("/mine/") else parts.path
    return f"{parts.scheme}://{parts.netloc}{path}"
