"""What was called, in order. No token, code or secret ever enters it.

A `ref` is the service's own id of a thing that the call is about.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from threading import RLock

from .clock import iso_exact

# A wave of 20,000 fans makes about three calls each; beyond this the oldest entries are dropped.
KEPT_CALLS = 100_000


@dataclass(frozen=True, slots=True)
class Call:
    number: int
    at: datetime
    host: str
    method: str
    path: str
    status: int | None
    fan: str | None = None
    client_id: str | None = None
    refs: tuple[str, ...] = ()
    grant_type: str | None = None
    fault: str | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "number": self.number,
            "at": iso_exact(self.at),
            "host": self.host,
            "method": self.method,
            "path": self.path,
            "fan": self.fan,
            "client_id": self.client_id,
            "status": self.status,
            "refs": list(self.refs),
            "grant_type": self.grant_type,
            "fault": self.fault,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """A field that is None lets everything through."""

    since: datetime | None = None
    after: int | None = None
    host: str | None = None
    method: str | None = None
    path: str | None = None
    fan: str | None = None
    status: int | None = None
    ref: str | None = None
    grant_type: str | None = None

    def wants(self, call: Call) -> bool:
        exact = ("host", "method", "path", "fan", "status", "grant_type")
        return (
            (self.since is None or call.at >= self.since)
            and (self.after is None or call.number > self.after)
            and (self.ref is None or self.ref in call.refs)
            and all(getattr(self, name) in (None, getattr(call, name)) for name in exact)
        )


class Journal:
    def __init__(self, lock: RLock, kept: int = KEPT_CALLS) -> None:
        self._lock = lock
        self._calls: deque[Call] = deque(maxlen=kept)
        self.total = 0

    def write(
        self,
        *,
        at: datetime,
        host: str,
        method: str,
        path: str,
        status: int | None,
        fan: str | None = None,
        client_id: str | None = None,
        refs: tuple[str, ...] = (),
        grant_type: str | None = None,
        fault: str | None = None,
    ) -> None:
        with self._lock:
            self.total += 1
            self._calls.append(
                Call(self.total, at, host, method, path, status, fan, client_id, refs, grant_type, fault)
            )

    def find(self, wanted: CallFilter) -> list[Call]:
        return [call for call in self._snapshot() if wanted.wants(call)]

    def newest(self, most: int) -> list[Call]:
        with self._lock:
            return list(islice(reversed(self._calls), most))

    def dropped(self) -> int:
        return self.total - len(self._calls)

    def reset(self) -> None:
        with self._lock:
            self._calls.clear()
            self.total = 0

    def _snapshot(self) -> tuple[Call, ...]:
        with self._lock:
            return tuple(self._calls)
