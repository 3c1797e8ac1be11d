"""A very short memory for what many ask at once: one of them asks the database, the others get its answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Generic, TypeVar

from presave_app.lib import clock

Value = TypeVar("Value")


@dataclass
class _Entry(Generic[Value]):
    lock: Lock = field(default_factory=Lock)
    read_at: float | None = None
    value: Value | None = None


class ShortMemo(Generic[Value]):
    """Answers by key, each good for `keep` from the moment its reading began; at most `size` keys."""

    def __init__(self, *, keep: timedelta, size: int) -> None:
        self._keep = keep.total_seconds()
        self._size = size
        self._lock = Lock()
        self._entries: OrderedDict[str, _Entry[Value]] = OrderedDict()

    def get(self, key: str, read: Callable[[], Value]) -> Value:
        """The remembered answer, or a new one from `read`. What `read` raises is remembered by nobody."""
        entry = self._entry(key)
        # Whoever comes while another reads waits for that reading instead of starting one.
        with entry.lock:
            now = clock.seconds()
            if entry.read_at is None or not 0 <= now - entry.read_at < self._keep:
                entry.value = read()
                entry.read_at = now
            return entry.value  # type: ignore[return-value]

    def peek(self, key: str) -> Value | None:
        """The remembered answer without waiting for anybody; None when there is none that is still good."""
        entry = self._entries.get(key)
        if entry is None or entry.read_at is None or not 0 <= clock.seconds() - entry.read_at < self._keep:
            return None
        return entry.value

    def forget(self, key: str | None = None) -> None:
        """Forget one answer that is known to be old, or all of them."""
        with self._lock:
            if key is None:
                self._entries.clear()
            else:
                self._entries.pop(key, None)

    def __len__(self) -> int:
        return len(self._entries)

    def _entry(self, key: str) -> _Entry[Value]:
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            if len(self._entries) > self._size:
                self._entries.popitem(last=False)
            return entry
