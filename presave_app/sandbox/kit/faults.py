"""A queue of things that go wrong on purpose: which call is hit, how often, by what."""

import random
from dataclasses import dataclass
from fnmatch import fnmatchcase
from threading import RLock

# Fixed, so that "one call in five fails" fails the same calls in every run of a test.
SEED = 20261204


@dataclass(slots=True, kw_only=True)
class Fault:
    """`times` None means without end; `rate` is the share of matching calls that are hit."""

    number: int
    kind: str
    method: str | None
    path: str
    fan: str | None
    times: int | None
    rate: float
    retry_after: int
    retry_after_form: str
    seconds: float
    hits: int = 0

    def matches(self, method: str, path: str, fan: str | None) -> bool:
        return (
            self.method in (None, method)
            and self.fan in (None, fan)
            and fnmatchcase(path, self.path)
            and (self.times is None or self.hits < self.times)
        )

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.number,
            "kind": self.kind,
            "method": self.method,
            "path": self.path,
            "fan": self.fan,
            "times": self.times,
            "rate": self.rate,
            "retry_after": self.retry_after,
            "retry_after_form": self.retry_after_form,
            "seconds": self.seconds,
            "hits": self.hits,
        }


class FaultQueue:
    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._faults: list[Fault] = []
        self._random = random.Random(SEED)  # noqa: S311 - chance for tests, nothing secret
        self._next_number = 1

    def add(
        self,
        kind: str,
        *,
        method: str | None = None,
        path: str = "*",
        fan: str | None = None,
        times: int | None = None,
        rate: float = 1.0,
        retry_after: int = 30,
        retry_after_form: str = "seconds",
        seconds: float = 0.0,
    ) -> Fault:
        with self._lock:
            fault = Fault(
                number=self._next_number,
                kind=kind,
                method=method,
                path=path,
                fan=fan,
                times=times,
                rate=rate,
                retry_after=retry_after,
                retry_after_form=retry_after_form,
                seconds=seconds,
            )
            self._next_number += 1
            self._faults.append(fault)
            return fault

    def take(self, method: str, path: str, fan: str | None) -> Fault | None:
        """The first fault in the queue that hits this call; one of N times is then used up."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(method, path, fan) and self._random.random() < fault.rate:
                    fault.hits += 1
                    return fault
            return None

    def remove(self, number: int | None = None) -> int:
        """Removes one fault, or all of them; says how many were there."""
        with self._lock:
            before = len(self._faults)
            self._faults = [fault for fault in self._faults if number is not None and fault.number != number]
            return before - len(self._faults)

    def list_all(self) -> list[Fault]:
        with self._lock:
            return list(self._faults)

    def reset(self) -> None:
        with self._lock:
            self._faults.clear()
            self._random.seed(SEED)
