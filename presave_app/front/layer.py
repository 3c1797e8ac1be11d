"""The WSGI layer: answers from memory what it can prove to be true now, and hands everything else on to Flask."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.wrappers import Request

from presave_app.fanpage.language import language_of
from presave_app.fanpage.visitor import ZONE_COOKIE, zone_among
from presave_app.front.answer import Answer, Header, is_everybodys, make_answer
from presave_app.front.offers import Offer, Side, open_slot
from presave_app.front.question import Question, reader
from presave_app.front.ready import ReadyReplies, Reply
from presave_app.front.shelf import Shelf
from presave_app.front.standing import Standing, find_standing, forget_standings, known_standing
from presave_app.lib import clock
from presave_app.transaction import after_every_commit

Environ = dict[str, Any]
# What is asked, the side it is asked from, and the stamp of the campaign behind it.
Key = tuple[Question, Side | None, str]
WsgiApp = Callable[[Environ, Any], Iterable[bytes]]

# Files never change under their address; this is how long one that was deleted may still be seen.
_FILE = Offer(longest=timedelta(minutes=1))
_BEFORE, _AFTER = Side(is_split=False, is_out=False), Side(is_split=False, is_out=True)
_DROPPED = frozenset({"CONTENT_LENGTH", "CONTENT_TYPE"})

log = logging.getLogger(__name__)


def init_front(app: Flask) -> None:
    """Put the front before all that the app is wrapped in by now."""
    front = Front(app, app.wsgi_app)
    app.wsgi_app = front
    app.extensions["presave_front"] = front
    after_every_commit(front.look_again)


class Front:
    """See `presave_app.front`."""

    def __init__(self, app: Flask, inner: WsgiApp) -> None:
        self._app = app
        self.inner = inner
        self.shelf: Shelf[Key] = Shelf()
        self._ready = ReadyReplies()
        first_parts = (rule.rule.split("/")[1] for rule in app.url_map.iter_rules())
        self._read = reader(frozenset(part for part in first_parts if not part.startswith("<")))
        self._is_ours = lru_cache(256)(lambda host: host_is_trusted(host, app.config["TRUSTED_HOSTS"]))

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer from memory, or as Flask does."""
        reply = self._ready.find(environ)
        if reply is None:
            reply = self._reply(environ) if _is_plain(environ) else None
        if reply is None:
            return self.inner(environ, start_response)
        start_response(reply.status, reply.headers)
        return reply.chunks

    def _reply(self, environ: Environ) -> Reply | None:
        question = self._read(environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""))
        if question is None or not self._is_ours(environ.get("HTTP_HOST")):
            return None
        if question.slug is not None:
            question = question._replace(language=language_of(environ))
        edition = self._ready.edition
        answer, standing = self._find(question, environ)
        now = clock.now()
        # Whoever waited for the making may have waited beyond the moment.
        if answer is None or answer.has_turned(now):
            return None
        knows = environ.get("HTTP_IF_NONE_MATCH")
        status, headers, chunks = answer.reply(accepts=environ.get("HTTP_ACCEPT_ENCODING", ""), knows=knows, now=now)
        chunks = chunks if environ["REQUEST_METHOD"] == "GET" else []
        until = min(answer.same_until(now), standing.same_until(now)) if standing else answer.same_until(now)
        times = now.timestamp(), until.timestamp(), answer.ends
        reply = Reply(*times, answer.offer.still_good, edition, status, headers, chunks)
        if knows is None:
            self._ready.keep(environ, reply)
        return reply

    def forget(self) -> None:
        """Forget all answers, for tests that empty the database."""
        self.shelf.clear()
        self.look_again()

    def look_again(self) -> None:
        """Something was changed in the database: what was read of it before is not to be relied on."""
        forget_standings()
        self._ready.forget()

    def kept_paths(self) -> set[str]:
        """The paths that something is kept of."""
        return {question.path for question, *_ in self.shelf.held_keys()}

    def _find(self, question: Question, environ: Environ) -> tuple[Answer | None, Standing | None]:
        """The answer, kept or made, and the campaign that it belongs to."""
        now = clock.now()
        if question.slug is None:
            return self._kept_or_made((question, None, ""), None, environ, now), None
        standing = known_standing(question.slug) or self._look_up(question.slug)
        if standing is None:
            return None, None
        side, zone = _side_of(standing, environ, now)
        return self._kept_or_made((question, side, standing.stamp), zone, environ, now), standing

    def _kept_or_made(self, key: Key, zone: str | None, environ: Environ, now: datetime) -> Answer | None:
        answer = self.shelf.find(key)
        if answer is not None and answer.is_good(now, time.monotonic()):
            return answer
        return self.shelf.made_once(key, _is_good_now, lambda: self._make(key[0], key[1], zone, environ))

    def _look_up(self, slug: str) -> Standing | None:
        try:
            with self._app.app_context():
                return find_standing(slug)
        except SQLAlchemyError as fault:
            # Flask meets the same fault, and has a page for it.
            log.warning("no standing of a campaign: %s", type(fault).__name__)
            return None

    def _make(self, question: Question, side: Side | None, zone: str | None, environ: Environ) -> Answer | None:
        """Flask's answer, if it may be given to everybody on this side."""
        request = clean_request(environ, question, zone)
        slot = open_slot(request)
        began, ticks = clock.now(), time.monotonic()
        status, headers, body = _ask(self.inner, request)
        given = slot[-1] if slot else _FILE if question.slug is None else None
        if given is None or given.side not in (None, side) or not is_everybodys(status, headers, given):
            return None
        lasts = given.longest if given.turns_at is None else min(given.longest, given.turns_at - began)
        answer = make_answer(status, headers, body, given, ticks + lasts.total_seconds())
        return answer if _is_good_now(answer) else None


def clean_request(environ: Environ, question: Question, zone: str | None) -> Environ:
    """A request like the visitor's but for all that is theirs: no cookies but the zone, no conditions, no ranges."""
    request = {
        name: value
        for name, value in environ.items()
        if name == "HTTP_HOST" or not (name.startswith("HTTP_") or name in _DROPPED)
    }
    request |= {"REQUEST_METHOD": "GET", "QUERY_STRING": question.query}
    if question.language:
        request["HTTP_ACCEPT_LANGUAGE"] = question.language
    if zone is not None:
        request["HTTP_COOKIE"] = f"{ZONE_COOKIE}={zone}"
    return request


def _is_plain(environ: Environ) -> bool:
    """A request that wants a whole answer, or none if it has it already. Whatever else is asked is Flask's."""
    return not (
        environ["REQUEST_METHOD"] not in ("GET", "HEAD")
        or "HTTP_RANGE" in environ
        or "HTTP_IF_MATCH" in environ
        or "HTTP_IF_UNMODIFIED_SINCE" in environ
        or ("HTTP_IF_MODIFIED_SINCE" in environ and "HTTP_IF_NONE_MATCH" not in environ)
        or environ.get("HTTP_IF_NONE_MATCH") == "*"
        or environ.get("SCRIPT_NAME")
    )


def _side_of(standing: Standing, environ: Environ, now: datetime) -> tuple[Side, str | None]:
    """The side that the visitor sees now, and their zone where it matters."""
    if now < standing.first:
        return _BEFORE, None
    if now >= standing.last:
        return _AFTER, None
    zone = zone_among(Request(environ).cookies)
    return Side(is_split=True, is_out=standing.release.is_out_for(zone, now)), zone


def _is_good_now(answer: Answer) -> bool:
    return answer.is_good(clock.now(), time.monotonic())


def _ask(inner: WsgiApp, request: Environ) -> tuple[str, Sequence[Header], bytes]:
    said: list[tuple[str, Sequence[Header]]] = []

    def start_response(status: str, headers: Sequence[Header], _: object = None) -> None:
        said.append((status, headers))

    chunks = inner(request, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = said[-1]
    return status, headers, body
