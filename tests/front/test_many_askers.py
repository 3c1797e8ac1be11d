"""A crowd costs one making, and memory has an end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from fans import open_campaign
from flask import Flask
from front_asking import Said

from presave_app.front.answer import Answer, make_answer
from presave_app.front.layer import Front
from presave_app.front.offers import Offer
from presave_app.front.shelf import Shelf

Ask = Callable[..., Said]
FANS = 200


def an_answer(size: int = 10) -> Answer:
    return make_answer("200 OK", [("Content-Type", "image/webp")], bytes(size), Offer(), time.monotonic() + 60)


def is_good(answer: Answer) -> bool:
    return answer.is_good(datetime.now(UTC), time.monotonic())


@pytest.mark.parametrize("path", ["/night-drive", "/night-drive?src=tiktok", "/static/css/fan.css"])
def test_a_burst_costs_one_making(app: Flask, through: Ask, front: Front, path: str) -> None:
    open_campaign()
    makings: list[str] = []
    inner = front.inner

    def counted(environ: dict[str, object], start_response: object) -> object:
        makings.append(str(environ["PATH_INFO"]))
        return inner(environ, start_response)

    front.inner = counted  # type: ignore[assignment]
    began = time.monotonic()
    try:
        with ThreadPoolExecutor(24) as crowd:
            said = set(crowd.map(lambda _: through(path), range(FANS)))
    finally:
        front.inner = inner
    assert {one.status for one in said} == {"200 OK"}
    # One making lasts for seconds; a machine that is busy may need more of them.
    assert len(makings) <= 1 + int(time.monotonic() - began)


def test_all_who_wait_get_the_one_that_is_made() -> None:
    shelf: Shelf[str] = Shelf()
    makings: list[int] = []
    ready = threading.Barrier(12)

    def make() -> Answer:
        makings.append(1)
        time.sleep(0.05)
        return an_answer()

    def fan(_: int) -> Answer | None:
        ready.wait()
        return shelf.made_once("page", is_good, make)

    with ThreadPoolExecutor(12) as crowd:
        answers = list(crowd.map(fan, range(12)))
    assert len(makings) == 1
    assert len({id(answer) for answer in answers}) == 1


def test_a_making_that_fails_holds_nobody_up() -> None:
    shelf: Shelf[str] = Shelf()
    begun = threading.Event()

    def fail() -> Answer:
        begun.set()
        time.sleep(0.05)
        raise ZeroDivisionError

    with ThreadPoolExecutor(2) as crowd:
        first = crowd.submit(shelf.made_once, "page", is_good, fail)
        begun.wait()
        second = crowd.submit(shelf.made_once, "page", is_good, an_answer)
        with pytest.raises(ZeroDivisionError):
            first.result()
        # Who waited for it asks alone; who comes later makes it.
        second.result()
    assert shelf.made_once("page", is_good, an_answer) is not None


def test_other_pages_do_not_wait() -> None:
    shelf: Shelf[str] = Shelf()
    inside = shelf.made_once("a", is_good, lambda: shelf.made_once("b", is_good, an_answer))
    assert inside is not None


def test_memory_has_an_end() -> None:
    shelf: Shelf[object] = Shelf(most_bytes=100_000)
    for number in range(500):
        shelf.made_once(number, is_good, lambda: an_answer(3000))
        assert shelf.held_bytes <= 100_000
    assert shelf.find(0) is None
    assert shelf.find(499) is not None
    shelf.made_once("huge", is_good, lambda: an_answer(200_000))
    assert shelf.find("huge") is None
    assert shelf.find(499) is not None
    shelf.clear()
    assert shelf.held_bytes == 0


def test_an_answer_made_again_counts_once() -> None:
    shelf: Shelf[str] = Shelf()
    for _ in range(3):
        shelf.made_once("page", lambda _: False, lambda: an_answer(3000))
    assert shelf.held_bytes == an_answer(3000).size


def test_a_thousand_made_up_sources_leave_the_page_quick(app: Flask, front: Front, through: Ask) -> None:
    open_campaign()
    for number in range(60):
        through(f"/night-drive?src=s{number}")
    assert front.shelf.held_bytes < 60 * 40_000


def test_what_ends_is_not_given(app: Flask) -> None:
    ended = make_answer("200 OK", [], b"x", Offer(), time.monotonic() - 0.001)
    turned = make_answer("200 OK", [], b"x", Offer(turns_at=datetime.now(UTC)), time.monotonic() + 9)
    told = make_answer("200 OK", [], b"x", Offer(still_good=lambda: False), time.monotonic() + 9)
    ahead = Offer(turns_at=datetime.now(UTC) + timedelta(seconds=9))
    assert [is_good(each) for each in (ended, turned, told)] == [False, False, False]
    assert is_good(make_answer("200 OK", [], b"x", ahead, time.monotonic() + 9))
