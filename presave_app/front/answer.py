"""A kept answer in the forms in which it goes out: packed or not, whole, or only that the browser has it already."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from werkzeug.datastructures import Headers
from werkzeug.http import http_date, is_resource_modified, parse_accept_header, remove_entity_headers

from presave_app.front.offers import Offer

Header = tuple[str, str]

_PACKABLE = ("text/", "application/json", "application/javascript", "image/svg+xml")
# A shorter body fits into one packet with its headers either way.
_WORTH_PACKING = 1024
_MAX_AGE = re.compile(r"max-age=(\d+)")
_NOT_MODIFIED = "304 NOT MODIFIED"


@dataclass(frozen=True)
class Form:
    """One way to say it. `known` are the headers for a browser that has it."""

    headers: list[Header]
    known: list[Header]
    tag: str | None
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What Flask said, ready to go out. `ends` is by the monotonic clock, in seconds."""

    status: str
    plain: Form
    packed: Form | None
    is_dated: bool
    max_age: int | None
    offer: Offer
    ends: float

    @property
    def size(self) -> int:
        """What it takes in memory, in bytes, about."""
        return 2048 + len(self.plain.body) + (len(self.packed.body) if self.packed else 0)

    def is_good(self, now: datetime, ticks: float) -> bool:
        """Whether it is true at this moment, by both clocks: the wall may be set back."""
        is_so = self.offer.still_good
        return ticks < self.ends and not self.has_turned(now) and (is_so is None or is_so())

    def has_turned(self, now: datetime) -> bool:
        """Whether its moment has come."""
        return self.offer.turns_at is not None and now >= self.offer.turns_at

    def reply(self, *, accepts: str, knows: str | None, now: datetime) -> tuple[str, list[Header], list[bytes]]:
        """Status, headers and the body in its pieces for a browser that accepts such encodings and knows such tags."""
        form = self.packed if self.packed is not None and takes_gzip(accepts) else self.plain
        is_known = knows is not None and form.tag is not None and not _is_news(knows, form.tag)
        headers = form.known if is_known else form.headers
        if self.is_dated:
            headers = [*headers, ("Date", _date(int(time.time())))]
        headers = self._no_longer_than_true(headers, now)
        return (_NOT_MODIFIED, headers, []) if is_known else (self.status, headers, [form.body] if form.body else [])

    def same_until(self, now: datetime) -> datetime:
        """Until when a reply made now says what one made later would say: the date and the max-age go on."""
        next_second = now + timedelta(seconds=1 - time.time() % 1)
        if self.offer.turns_at is None:
            return next_second
        left = int((self.offer.turns_at - now).total_seconds())
        shown = left if self.max_age is None else min(left, self.max_age)
        return min(next_second, self.offer.turns_at - timedelta(seconds=shown))

    def _no_longer_than_true(self, headers: list[Header], now: datetime) -> list[Header]:
        """The headers with a max-age that ends before the answer turns."""
        if self.offer.turns_at is None or self.max_age is None:
            return headers
        left = int((self.offer.turns_at - now).total_seconds())
        if left >= self.max_age:
            return headers
        shorter = f"max-age={max(0, left)}"
        return [(n, _MAX_AGE.sub(shorter, v) if n == "Cache-Control" else v) for n, v in headers]


def make_answer(status: str, headers: Sequence[Header], body: bytes, given: Offer, ends: float) -> Answer:
    """The answer in all its forms."""
    said = Headers(list(headers))
    is_dated = said.pop("Date", None) is not None
    age = _MAX_AGE.search(said.get("Cache-Control", ""))
    packed = _packed(said, body)
    if packed is not None:
        said.add("Vary", "Accept-Encoding")
    plain = _form(said, body)
    return Answer(status, plain, packed, is_dated, int(age[1]) if age else None, given, ends)


def is_everybodys(status: str, headers: Sequence[Header], given: Offer) -> bool:
    """Whether nothing in the answer says that it is somebody's own, or one that a cache gets wrong."""
    said = Headers(list(headers))
    cache, vary = said.get("Cache-Control", ""), ", ".join(said.getlist("Vary")).lower()
    is_open = given.only_here or ("public" in cache and "no-store" not in cache and "private" not in cache)
    is_plain = not any(name in said for name in ("Set-Cookie", "Content-Encoding", "Content-Range"))
    return status[:3] in ("200", "204") and is_open and is_plain and "cookie" not in vary and "*" not in vary


@lru_cache(256)
def takes_gzip(accepts: str) -> bool:
    """Whether an `Accept-Encoding` takes gzip; one that says nothing of it takes none."""
    return parse_accept_header(accepts)["gzip"] > 0


def _packed(said: Headers, body: bytes) -> Form | None:
    if len(body) < _WORTH_PACKING or not said.get("Content-Type", "").startswith(_PACKABLE):
        return None
    packed = gzip.compress(body, 6, mtime=0)
    headers = Headers(list(said))
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(packed))
    headers.add("Vary", "Accept-Encoding")
    tag = headers.get("ETag")
    if tag is not None and not tag.startswith("W/"):
        # A strong tag promises the same bytes, which the other form has not (RFC 9110, 8.8.1).
        headers["ETag"] = f"W/{tag}"
    return _form(headers, packed) if len(packed) < len(body) else None


def _form(said: Headers, body: bytes) -> Form:
    known = list(said)
    remove_entity_headers(known)
    return Form(list(said), known, said.get("ETag"), body)


@lru_cache(1024)
def _is_news(knows: str, tag: str) -> bool:
    return is_resource_modified({"HTTP_IF_NONE_MATCH": knows}, tag)


@lru_cache(2)
def _date(second: int) -> str:
    return http_date(second)
