"""Which characters a font file has letters for: its `cmap` table, read without any library.

https://learn.microsoft.com/en-us/typography/opentype/spec/cmap
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path


@cache
def characters_of(path: Path, index: int = 0) -> frozenset[int]:
    """The code points of the font; of one font of a collection, where the file holds several."""
    data = path.read_bytes()
    table = _find_cmap(data, index)
    found: set[int] = set()
    for place in range(_short(data, table + 2)):
        platform, encoding, offset = struct.unpack_from(">HHI", data, table + 4 + 8 * place)
        if platform == 0 or (platform == 3 and encoding in (1, 10)):
            found.update(_mapped(data, table + offset))
    return frozenset(found)


def _find_cmap(data: bytes, index: int) -> int:
    start = _long(data, 12 + 4 * index) if data[:4] == b"ttcf" else 0
    for place in range(_short(data, start + 4)):
        record = start + 12 + 16 * place
        if data[record : record + 4] == b"cmap":
            return _long(data, record + 8)
    raise ValueError("a font without a cmap")


def _mapped(data: bytes, at: int) -> Iterator[int]:
    match _short(data, at):
        case 4:
            yield from _mapped_by_segments(data, at)
        case 12:
            for group in range(_long(data, at + 12)):
                first, last, _ = struct.unpack_from(">III", data, at + 16 + 12 * group)
                yield from range(first, last + 1)
        case _:
            return


def _mapped_by_segments(data: bytes, at: int) -> Iterator[int]:
    size = _short(data, at + 6)
    for segment in range(0, size, 2):
        last = _short(data, at + 14 + segment)
        first = _short(data, at + 16 + size + segment)
        if first != 0xFFFF:
            yield from range(first, last + 1)


def _short(data: bytes, at: int) -> int:
    return struct.unpack_from(">H", data, at)[0]


def _long(data: bytes, at: int) -> int:
    return struct.unpack_from(">I", data, at)[0]
