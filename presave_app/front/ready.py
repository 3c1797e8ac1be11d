"""Replies that are known to be the right ones for a moment still, by the request's own words.

Working out that an answer is still true takes longer than sending it. For as long as nothing that it depends on can
change (the second of its date, the campaign's standing, its max-age, its moment) the same request gets the same reply.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from presave_app.lib import clock

# All that an answer can depend on. A request with conditions has other words than one without, and finds nothing here.
_WORDS = (
    "REQUEST_METHOD",
    "PATH_INFO",
    "QUERY_STRING",
    "SCRIPT_NAME",
    "HTTP_HOST",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_RANGE",
    "HTTP_IF_MATCH",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_UNMODIFIED_SINCE",
)
# What is held here is held on the shelf too, but for what was replaced there less than a second ago.
_MOST = 256


class Reply(NamedTuple):
    """What to say, from `since` to before `until` by `clock.seconds`, and before `ends` by the monotonic clock."""

    since: float
    until: float
    ends: float
    still_good: Callable[[], bool] | None
    edition: int
    status: str
    headers: list[tuple[str, str]]
    chunks: list[bytes]


class ReadyReplies:
    """Replies by the words of the request."""

    def __init__(self) -> None:
        self._replies: dict[tuple[Any, ...], Reply] = {}
        # A reply that was worked out while something was changed is not kept.
        self.edition = 0

    def find(self, environ: dict[str, Any]) -> Reply | None:
        """The reply to this request, if it is still right."""
        reply = self._replies.get(_words_of(environ))
        if reply is None or reply.edition != self.edition:
            return None
        if not reply.since <= clock.seconds() < reply.until or time.monotonic() >= reply.ends:
            return None
        return reply if reply.still_good is None or reply.still_good() else None

    def keep(self, environ: dict[str, Any], reply: Reply) -> None:
        """The reply to this request and all that use the same words."""
        if len(self._replies) >= _MOST:
            self._replies.clear()
        self._replies[_words_of(environ)] = reply

    def forget(self) -> None:
        """Something was changed."""
        self.edition += 1
        self._replies.clear()


def _words_of(environ: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(map(environ.get, _WORDS))
