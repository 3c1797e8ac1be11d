"""What a look-up is: it is asked for a UPC or by a link, and names links that a person or a check decides about."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from presave_app.settings import ServiceSettings
from presave_app.streaming.directory import recognise
from presave_app.streaming.errors import NotYetAvailable, Refused, RetryLater, ServiceError
from presave_app.streaming.http import Answer, ServiceHTTP

# Called before each request, because these catalogues count single requests and allow few of them.
Permit = Callable[[], object]

_BUSY = (403, 429, 503)
_LEAST_PAUSE_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 600.0


@dataclass(frozen=True)
class FoundLink:
    """A release on a service as a catalogue names it; texts are empty where it does not say."""

    service: str
    ref: str
    title: str
    artist: str
    upc_matches: bool


class Lookup(ABC):
    """One catalogue. `find` calls out and raises only `streaming.errors.ServiceError`."""

    # The key of its gate and settings, and its name for people.
    source: str
    name: str
    # Whether it is asked for a UPC; otherwise by a link to the release anywhere.
    asks_by_upc: bool = True
    # Whether its answer for the very UPC may be taken without asking a person.
    is_exact: bool = False

    def __init__(self, settings: ServiceSettings, contact: str) -> None:
        """`contact` is where its people reach ours."""
        (self._url,) = settings.urls.values()
        self._contact = contact
        self._http = ServiceHTTP(fault_of)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    @abstractmethod
    def find(self, asked: str, permit: Permit) -> list[FoundLink]:
        """What the catalogue knows of a UPC, or of the release behind a link; an empty list when it is not there."""

    def _get(self, path: str, permit: Permit, query: Mapping[str, str] | None = None) -> Answer:
        permit()
        return self._http.call("GET", self._url + path, query=query)


def found_link(link: str, *, title: str, artist: str, upc_matches: bool) -> FoundLink | None:
    """The link as one of a service; None when it can't stand on a public page."""
    found = recognise(link)
    return FoundLink(*found, title=title, artist=artist, upc_matches=upc_matches) if found else None


def fault_of(answer: Answer) -> ServiceError:
    """What an answer outside 2xx means. Throttling comes as 403, 429 or 503, seldom with a Retry-After."""
    if answer.status in _BUSY:
        seconds = max(answer.retry_after_seconds(), _LEAST_PAUSE_SECONDS)
        return RetryLater("rate_limited", min(seconds, _LONGEST_PAUSE_SECONDS))
    if answer.status == 404:
        return NotYetAvailable("not_in_catalogue")
    return RetryLater(f"http_{answer.status}") if answer.status >= 500 else Refused(f"http_{answer.status}")
