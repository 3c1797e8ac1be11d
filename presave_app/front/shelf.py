"""The answers in memory, within a bound; and a crowd that asks for the same at once waits for one making of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Event, Lock
from typing import Generic, TypeVar

from presave_app.front.answer import Answer

MOST_BYTES = 32 * 1024 * 1024
_LARGEST_BYTES = 2 * 1024 * 1024
# Whoever has waited so long for another's making asks Flask alone.
_PATIENCE_SECONDS = 5.0


Key = TypeVar("Key", bound=Hashable)


class _Making:
    def __init__(self) -> None:
        self.is_over = Event()
        self.answer: Answer | None = None


class Shelf(Generic[Key]):
    """Answers by key. They live for seconds, so the one made first goes first where there is no room."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._answers: dict[Key, Answer] = {}
        self._makings: dict[Key, _Making] = {}
        self._bytes = 0

    @property
    def held_bytes(self) -> int:
        """What is held in memory, about."""
        return self._bytes

    def find(self, key: Key) -> Answer | None:
        """What was kept; whoever takes it looks whether it is still good."""
        return self._answers.get(key)

    def made_once(
        self, key: Key, is_good: Callable[[Answer], bool], make: Callable[[], Answer | None]
    ) -> Answer | None:
        """The answer from `make`, or from somebody else's `make` that is under way; None when that gave none."""
        with self._lock:
            making = self._makings.get(key)
            is_mine = making is None
            if making is None:
                making = self._makings[key] = _Making()
        if not is_mine:
            making.is_over.wait(_PATIENCE_SECONDS)
            return making.answer
        try:
            # Between our look and our turn somebody else may have finished.
            there = self.find(key)
            making.answer = there if there is not None and is_good(there) else make()
            if making.answer is not None and making.answer is not there:
                self._put(key, making.answer)
            return making.answer
        finally:
            with self._lock:
                del self._makings[key]
            making.is_over.set()

    def held_keys(self) -> list[Key]:
        """What is held, the oldest first."""
        with self._lock:
            return list(self._answers)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._answers.clear()
            self._bytes = 0

    def _put(self, key: Key, answer: Answer) -> None:
        with self._lock:
            self._drop(key)
            if answer.size > min(_LARGEST_BYTES, self._most_bytes):
                return
            self._answers[key] = answer
            self._bytes += answer.size
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._answers)))

    def _drop(self, key: Key) -> None:
        gone = self._answers.pop(key, None)
        self._bytes -= gone.size if gone else 0
