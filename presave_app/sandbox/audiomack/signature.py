"""Signatures of OAuth 1.0a, made and compared as RFC 5849 describes them.

https://www.rfc-editor.org/rfc/rfc5849#section-3.4
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

FORM = "application/x-www-form-urlencoded"
DEFAULT_PORTS = {"http": 80, "https": 443}

Parameters = list[tuple[str, str]]


def escape(text: str) -> str:
    """Section 3.6: all but letters, digits, `-`, `.`, `_` and `~`, in capital hexadecimals."""
    return quote(text, safe="")


def query_parameters(text: str) -> Parameters:
    """The pairs of a query or a form body, the empty ones too."""
    return parse_qsl(text, keep_blank_values=True)


def header_parameters(header: str) -> Parameters:
    """Section 3.5.1: the pairs of an `Authorization: OAuth` header without `realm`; other schemes give none."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "oauth":
        return []
    pairs = [part.strip().partition("=") for part in rest.split(",") if part.strip()]
    named = [(unquote(name.strip()), unquote(value.strip().strip('"'))) for name, _, value in pairs]
    return [(name, value) for name, value in named if name.lower() != "realm"]


def base_string(method: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Section 3.4.1: what is signed. The signature itself is not part of it."""
    escaped = sorted((escape(name), escape(value)) for name, value in parameters if name != "oauth_signature")
    joined = "&".join(f"{name}={value}" for name, value in escaped)
    return "&".join((method.upper(), escape(_base_address(url)), escape(joined)))


def sign(base: str, consumer_secret: str, token_secret: str) -> str:
    """Section 3.4.2, HMAC-SHA1: the key is both secrets, the second may be empty."""
    key = f"{escape(consumer_secret)}&{escape(token_secret)}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()


def is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _base_address(url: str) -> str:
    """Section 3.4.1.2: scheme and host in small letters, the port only where it is not the usual one."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    is_usual = parts.port in (None, DEFAULT_PORTS.get(parts.scheme))
    return f"{parts.scheme.lower()}://{host if is_usual else f'{host}:{parts.port}'}{parts.path or '/'}"
