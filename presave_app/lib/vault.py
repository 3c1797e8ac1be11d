"""Sealing of secrets at rest: AES-256-GCM under a ring of keys, bound to the place they are stored in."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"v1"
_NONCE_BYTES = 12
_KEY_BYTES = 32


class VaultError(Exception):
    """A sealed secret could not be opened, or the key ring could not be read."""


@dataclass(frozen=True)
class KeyRing:
    """Keys by id. The first one seals, all of them open."""

    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> KeyRing:
        """Read `id:base64,id:base64`; raises VaultError with the reason in words."""
        keys: dict[str, bytes] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            key_id, _, encoded = part.partition(":")
            keys[_checked_id(key_id, keys)] = _decoded_key(key_id, encoded)
        if not keys:
            raise VaultError("holds no key")
        return cls(keys)

    @property
    def sealing_key_id(self) -> str:
        return next(iter(self.keys))

    def seal(self, secret: str, place: str) -> bytes:
        """Encrypt `secret` so that it opens only at `place` (table, row, column)."""
        key_id = self.sealing_key_id
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self.keys[key_id]).encrypt(nonce, secret.encode(), place.encode())
        return b"|".join((_VERSION, key_id.encode(), nonce + sealed))

    def open(self, blob: bytes, place: str) -> str:
        """Decrypt what `seal` made for the same place; raises VaultError when it is not that."""
        version, key_id, rest = _parts(blob)
        key = self.keys.get(key_id)
        if version != _VERSION or key is None:
            raise VaultError(f"sealed under an unknown key: {key_id}")
        try:
            return AESGCM(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], place.encode()).decode()
        except (InvalidTag, ValueError) as fault:
            raise VaultError("the sealed secret does not belong to this place or was changed") from fault


def _parts(blob: bytes) -> tuple[bytes, str, bytes]:
    pieces = bytes(blob).split(b"|", 2)
    if len(pieces) != 3:
        raise VaultError("not a sealed secret")
    return pieces[0], pieces[1].decode(errors="replace"), pieces[2]


def _checked_id(key_id: str, known: Mapping[str, bytes]) -> str:
    if not key_id.isalnum() or key_id in known:
        raise VaultError(f"key id {key_id!r} is not a new word of letters and digits")
    return key_id


def _decoded_key(key_id: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error as fault:
        raise VaultError(f"key {key_id} is not base64") from fault
    if len(key) != _KEY_BYTES:
        raise VaultError(f"key {key_id} has {len(key)} bytes instead of {_KEY_BYTES}")
    return key
