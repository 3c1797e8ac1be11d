"""What the tests of the front share: asking through it and behind it, and a clock whose hand can be moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask, request, request_started
from front_asking import Said, ask

from presave_app.counts.tally import forget_counts
from presave_app.front.layer import Front
from presave_app.lib import clock


@pytest.fixture(autouse=True)
def _nothing_remembered(app: Flask, front: Front) -> Iterator[None]:
    forget_counts()
    front.forget()
    yield
    forget_counts()


@pytest.fixture
def front(app: Flask) -> Front:
    return app.extensions["presave_front"]


@pytest.fixture
def through(app: Flask, front: Front) -> Callable[..., Said]:
    """Ask as everybody does."""
    return partial(_asked_afresh, app, front)


@pytest.fixture
def behind(app: Flask, front: Front) -> Callable[..., Said]:
    """Ask Flask itself."""
    return partial(_asked_afresh, app, front.inner)


def _asked_afresh(app: Flask, wsgi: Any, path: str, method: str = "GET", **headers: str) -> Said:
    # The tests hold a context open, in which one request's language would be the next one's too.
    with app.app_context():
        return ask(wsgi, path, method, headers)


@pytest.fixture
def asked(app: Flask) -> Iterator[list[str]]:
    """The path of each request that Flask gets."""
    paths: list[str] = []

    def note(_: Flask) -> None:
        paths.append(request.full_path.rstrip("?"))

    with request_started.connected_to(note, app):
        yield paths


class Hand:
    """The hand of the clock: it stands where it is put, for all who ask `lib.clock`."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def put(self, at: datetime, seconds: float = 0.0) -> None:
        self.at = at + timedelta(seconds=seconds)


@pytest.fixture
def hand(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Hand:
    made = Hand(clock.now())
    monkeypatch.setattr(clock, "now", made.now)
    monkeypatch.setattr(clock, "seconds", lambda: made.at.timestamp())
    return made
