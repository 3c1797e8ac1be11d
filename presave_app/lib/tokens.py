"""Random and derived secrets for links and cookies, and the hashes that are stored in their place."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

_LINK_BYTES = 24


def new_secret() -> str:
    """A fresh secret of 256 bits, safe in a URL or a cookie."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """A fresh secret of 80 bits that a person can copy from paper: four groups of four letters and figures."""
    letters = base64.b32encode(secrets.token_bytes(10)).decode()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def hash_secret(secret: str) -> str:
    """What is stored of a secret that somebody else keeps: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def derive_secret(key: str, purpose: str, subject: str) -> str:
    """The one link secret (192 bits) of `subject` for `purpose`: it can be made again, so it is never stored."""
    return base64.urlsafe_b64encode(_keyed_hash(key, purpose, subject)[:_LINK_BYTES]).decode()


def pseudonym(key: str, purpose: str, subject: str) -> str:
    """A stable name in hex for `subject` from which the subject can't be found without the key."""
    return _keyed_hash(key, purpose, subject).hex()


def _keyed_hash(key: str, *parts: str) -> bytes:
    # Lengths are part of the message, so that no two lists of parts give the same one.
    message = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.digest(key.encode(), message, "sha256")
