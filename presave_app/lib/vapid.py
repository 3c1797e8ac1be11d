"""The key pair by which push services know this installation (RFC 8292)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_KEY_BYTES = 32


class BadVapidKey(ValueError):
    """The text can't be used; the message says why and never repeats it, for it is a secret."""


@dataclass(frozen=True)
class VapidKey:
    """`private` as it was given, 32 bytes in base64url; `public` as browsers want it, a point in base64url."""

    private: str = field(repr=False)
    public: str


def parse_vapid_key(text: str) -> VapidKey:
    """The key in 32 bytes of base64url, as web-push tools print it; raises BadVapidKey."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        key = ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1()) if len(raw) == _KEY_BYTES else None
    except (binascii.Error, ValueError):
        key = None
    if key is None:
        raise BadVapidKey("must be a private key of P-256: 32 bytes in base64url")
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return VapidKey(text, base64.urlsafe_b64encode(point).rstrip(b"=").decode())
