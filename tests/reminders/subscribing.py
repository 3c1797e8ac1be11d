"""What a browser gives when it agrees to show messages."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

AUTH = bytes(range(16))


def form_of(key: ec.EllipticCurvePrivateKey, endpoint: str) -> dict[str, str]:
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"way": "push", "endpoint": endpoint, "p256dh": typed_text(point), "auth": typed_text(AUTH)}


def typed_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
