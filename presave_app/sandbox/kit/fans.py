"""The sandbox fans, what is in their libraries, whom they follow, and their playlists."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import ClassVar, Generic, TypeVar

from .clock import iso_exact
from .settable import Settable

NAME_SHAPE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


class FanNameError(ValueError):
    """Not a name a sandbox fan can have."""


@dataclass(slots=True)
class SavedItem:
    """`at` is the first time it was saved, `times` counts every further one too."""

    ref: str
    at: datetime
    times: int = 1
    last_at: datetime | None = None

    def as_json(self) -> dict[str, object]:
        return {"ref": self.ref, "at": iso_exact(self.at), "times": self.times}

    def apply_again(self, now: datetime) -> None:
        self.times += 1
        self.last_at = now


@dataclass(slots=True)
class PlaylistItem:
    id: str
    ref: str
    at: datetime


@dataclass(slots=True)
class Playlist:
    """One thing may stand in a playlist more than once."""

    id: str
    title: str
    items: list[PlaylistItem] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        items = [{"ref": item.ref, "at": iso_exact(item.at)} for item in self.items]
        return {"id": self.id, "title": self.title, "items": items}


@dataclass
class Fan(Settable):
    """A twin adds its own fields in a child; the plain ones of them are set by PUT fans/<name>."""

    FIXED: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str
    library: dict[str, SavedItem] = field(default_factory=dict)
    following: dict[str, SavedItem] = field(default_factory=dict)
    playlists: dict[str, Playlist] = field(default_factory=dict)

    @property
    def account_id(self) -> str:
        """The id by which the service's profile call knows the fan; the same after a restart."""
        return self.name

    @property
    def display_name(self) -> str:
        return self.name.replace("-", " ").title()

    def own_json(self) -> dict[str, object]:
        """What this service's fans have beyond the usual."""
        return self.settable_json()


F = TypeVar("F", bound=Fan)


def clean_fan_name(text: str) -> str:
    name = text.strip().lower()
    if not NAME_SHAPE.fullmatch(name):
        raise FanNameError("A fan's name has 1 to 40 letters a to z, digits, dots, dashes or underscores.")
    return name


class Fans(Generic[F]):
    """Every fan by name. Beside the libraries it keeps who holds what, so that counting 20,000 is instant."""

    def __init__(self, lock: RLock, new_fan: Callable[[str], F]) -> None:
        self._lock = lock
        self._new_fan = new_fan
        self._fans: dict[str, F] = {}
        self._holders: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._fans)

    def find(self, name: str) -> F | None:
        return self._fans.get(name)

    def find_first(self, is_wanted: Callable[[F], bool]) -> F | None:
        with self._lock:
            return next(filter(is_wanted, self._fans.values()), None)

    def welcome(self, name: str) -> F:
        """The fan of that name, who comes into being at the first mention."""
        with self._lock:
            return self._fans.setdefault(name, self._new_fan(name))

    def newest(self, most: int, containing: str = "") -> list[F]:
        with self._lock:
            found = [fan for name, fan in reversed(self._fans.items()) if containing in name]
        return found[:most]

    def save(self, fan: F, refs: Iterable[str], now: datetime) -> None:
        """Saving twice keeps the first time, as a library does, and counts the second."""
        with self._lock:
            for ref in refs:
                _put(fan.library, ref, now)
                self._holders[ref][fan.name] = None

    def remove(self, fan: F, refs: Iterable[str]) -> None:
        with self._lock:
            for ref in refs:
                fan.library.pop(ref, None)
                self._holders[ref].pop(fan.name, None)

    def follow(self, fan: F, ref: str, now: datetime) -> bool:
        """Whether it is new to the fan; following twice is counted."""
        with self._lock:
            return _put(fan.following, ref, now)

    def unfollow(self, fan: F, ref: str) -> bool:
        """Whether the fan did follow it."""
        with self._lock:
            return fan.following.pop(ref, None) is not None

    def library_of(self, fan: F) -> list[SavedItem]:
        with self._lock:
            return list(fan.library.values())

    def following_of(self, fan: F) -> list[SavedItem]:
        with self._lock:
            return list(fan.following.values())

    def times_applied(self, ref: str) -> dict[str, int]:
        """Who holds it, and how often each library was told to save it."""
        with self._lock:
            return {name: self._fans[name].library[ref].times for name in self._holders.get(ref, ())}

    def count_holders(self, ref: str) -> int:
        return len(self._holders.get(ref, ()))

    def reset(self) -> None:
        with self._lock:
            self._fans.clear()
            self._holders.clear()


def _put(shelf: dict[str, SavedItem], ref: str, now: datetime) -> bool:
    if ref in shelf:
        shelf[ref].apply_again(now)
        return False
    shelf[ref] = SavedItem(ref, now)
    return True
