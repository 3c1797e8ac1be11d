"""The sandbox fans and their libraries."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock

from presave_app.sandbox.clock import iso_exact

from .ids import made_up_id

NAME_SHAPE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


class FanNameError(ValueError):
    """Not a name a sandbox fan can have."""


@dataclass(slots=True)
class SavedItem:
    uri: str
    added_at: datetime
    times_applied: int = 1
    last_applied_at: datetime | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "uri": self.uri,
            "added_at": iso_exact(self.added_at),
            "times_applied": self.times_applied,
            "last_applied_at": iso_exact(self.last_applied_at or self.added_at),
        }


@dataclass(slots=True)
class Fan:
    name: str
    country: str = "DE"
    allow_listed: bool = False
    product: str = "premium"
    library: dict[str, SavedItem] = field(default_factory=dict)

    @property
    def account_id(self) -> str:
        return made_up_id(f"account {self.name}")

    @property
    def user_id(self) -> str:
        return self.name.replace("-", "_")

    @property
    def display_name(self) -> str:
        return self.name.replace("-", " ").title()


def clean_fan_name(text: str) -> str:
    name = text.strip().lower()
    if not NAME_SHAPE.fullmatch(name):
        raise FanNameError("A fan's name has 1 to 40 letters a to z, digits, dots, dashes or underscores.")
    return name


class Fans:
    """Every fan by name. Beside the libraries it keeps who holds what, so that counting 20,000 is instant."""

    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._fans: dict[str, Fan] = {}
        self._holders: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._fans)

    def find(self, name: str) -> Fan | None:
        return self._fans.get(name)

    def welcome(self, name: str) -> Fan:
        """The fan of that name, who comes into being at the first mention."""
        with self._lock:
            return self._fans.setdefault(name, Fan(name))

    def newest(self, most: int, containing: str = "") -> list[Fan]:
        with self._lock:
            found = [fan for name, fan in reversed(self._fans.items()) if containing in name]
        return found[:most]

    def save(self, fan: Fan, uris: Iterable[str], now: datetime) -> None:
        """Saving twice keeps the first time, as a library does, and counts the second."""
        with self._lock:
            for uri in uris:
                item = fan.library.get(uri)
                if item is None:
                    fan.library[uri] = SavedItem(uri, now)
                    self._holders[uri][fan.name] = None
                else:
                    item.times_applied += 1
                    item.last_applied_at = now

    def remove(self, fan: Fan, uris: Iterable[str]) -> None:
        with self._lock:
            for uri in uris:
                fan.library.pop(uri, None)
                self._holders[uri].pop(fan.name, None)

    def library_of(self, fan: Fan) -> list[SavedItem]:
        with self._lock:
            return list(fan.library.values())

    def times_applied(self, uri: str) -> dict[str, int]:
        """Who holds it, and how often each library was told to save it."""
        with self._lock:
            return {name: self._fans[name].library[uri].times_applied for name in self._holders.get(uri, ())}

    def count_holders(self, uri: str) -> int:
        return len(self._holders.get(uri, ()))

    def reset(self) -> None:
        with self._lock:
            self._fans.clear()
            self._holders.clear()
