"""Paths on our own host that came in from outside."""

from __future__ import annotations

from urllib.parse import urlsplit


def find_own_path(text: str | None) -> str | None:
    """`text` when it is a path on this host and nothing else; browsers read `//x` and `/\\x` as another host."""
    if not text or not text.startswith("/") or text.startswith("//"):
        return None
    if "\\" in text or not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if not parts.scheme and not parts.netloc else None
