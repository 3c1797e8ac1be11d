"""What comes out on a service, under the service's own id, and from when on it is to be had."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import RLock
from typing import ClassVar, Generic, Self, TypeVar

from .settable import Settable

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Settable):
    """A twin adds its own fields in a child. `live_from` None means never."""

    FIXED: ClassVar[frozenset[str]] = frozenset({"id"})

    id: str
    title: str = "Untitled"
    artist: str = "Unknown Artist"
    artist_id: str = ""
    upc: str = ""
    isrc: str = ""
    live_from: datetime | None = ALWAYS

    def is_live(self, now: datetime) -> bool:
        return self.live_from is not None and self.live_from <= now

    def changed(self, changes: Mapping[str, object]) -> Self:
        return replace(self, **self.check(changes))


R = TypeVar("R", bound=Release)


class Releases(Generic[R]):
    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._releases: dict[str, R] = {}

    def put(self, release: R) -> None:
        with self._lock:
            self._releases[release.id] = release

    def find(self, release_id: str) -> R | None:
        return self._releases.get(release_id)

    def find_first(self, is_wanted: Callable[[R], bool]) -> R | None:
        return next(filter(is_wanted, self.list_all()), None)

    def list_all(self) -> list[R]:
        with self._lock:
            return list(self._releases.values())

    def reset(self) -> None:
        with self._lock:
            self._releases.clear()
