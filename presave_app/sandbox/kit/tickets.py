"""Where the extra hop after the consent page sends the browser, without an address in the query.

The real service, too, answers the consent form with a redirect to itself before the one to the app. Chromium
holds every hop of a form against the page's `form-action`, so the twin has to imitate it.
"""

import secrets
from threading import RLock


class Tickets:
    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._addresses: dict[str, str] = {}

    def issue(self, address: str) -> str:
        with self._lock:
            ticket = secrets.token_urlsafe(16)
            self._addresses[ticket] = address
            return ticket

    def take(self, ticket: str) -> str | None:
        with self._lock:
            return self._addresses.pop(ticket, None)

    def reset(self) -> None:
        with self._lock:
            self._addresses.clear()
