"""Everything Redis holds, readable: RQ keeps the traceback of a failed job compressed."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator
from typing import Any

import redis


def dump_redis(client: redis.Redis) -> bytes:
    """All keys and values, unpacked."""
    return b"\n".join(_unpacked(piece) for key in client.scan_iter("*") for piece in (key, *_pieces(client, key)))


def _pieces(client: Any, key: bytes) -> Iterator[bytes]:
    match client.type(key):
        case b"string":
            yield client.get(key) or b""
        case b"hash":
            for pair in client.hgetall(key).items():
                yield from pair
        case b"list":
            yield from client.lrange(key, 0, -1)
        case b"set":
            yield from client.smembers(key)
        case b"zset":
            yield from client.zrange(key, 0, -1)
        case b"stream":
            for _, fields in client.xrange(key):
                for pair in fields.items():
                    yield from pair
        case b"none":
            # It has expired since it was listed.
            return
        case other:
            raise AssertionError(f"Redis holds a {other!r}, which nobody looks into")


def _unpacked(value: bytes) -> bytes:
    for unpack in (zlib.decompress, lambda packed: zlib.decompress(base64.b64decode(packed, validate=True))):
        try:
            return unpack(value)
        except (zlib.error, binascii.Error):
            continue
    return value
