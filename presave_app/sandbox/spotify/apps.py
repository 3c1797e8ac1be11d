"""The apps that are registered with the twin, and where each may send a fan back to.

https://developer.spotify.com/documentation/web-api/concepts/redirect_uri
"""

import hmac
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from .switches import Switches

LOOPBACK_HOSTS = ("127.0.0.1", "::1")


@dataclass(slots=True)
class App:
    client_id: str
    secret: str
    name: str
    redirect_uris: tuple[str, ...]
    switches: Switches = field(default_factory=Switches)

    def has_secret(self, secret: str) -> bool:
        return hmac.compare_digest(self.secret.encode(), secret.encode())

    def may_redirect_to(self, uri: str) -> bool:
        return is_safe_address(uri) and any(_is_same(known, uri) for known in self.redirect_uris)


def is_safe_address(uri: str) -> bool:
    """https anywhere, plain http only on a loopback address; the name `localhost` is refused."""
    parts = _split(uri)
    if parts is None or not parts.hostname or parts.hostname == "localhost" or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS)


def _is_same(known: str, asked: str) -> bool:
    return known == asked or (_without_loopback_port(known) == _without_loopback_port(asked) is not None)


def _without_loopback_port(uri: str) -> str | None:
    parts = _split(uri)
    if parts is None or parts.hostname not in LOOPBACK_HOSTS:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return parts._replace(netloc=host).geturl()


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return None
    return parts
