"""Whatever htmx sends can be sent without it: what posts is a form, lies in one, or has a button with its address."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from doors import World, doors_of, make_world
from flask import Flask

from presave_app.extensions import limiter

Attributes = dict[str, str | None]


class Posts(HTMLParser):
    """Collects every element with `hx-post`, and where a plain browser could send the same."""

    VOID = frozenset({"input", "link", "meta", "img", "br", "hr", "path", "circle", "rect", "line"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, Attributes]] = []
        self.posts: list[tuple[Attributes, bool]] = []
        self.actions: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.actions |= {found[name] or "" for name in ("action", "formaction") if name in found}
        if "hx-post" in found:
            self.posts.append((found, tag == "form" or any(each == "form" for each, _ in self.open)))
        if tag not in self.VOID:
            self.open.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass


@pytest.fixture
def world(app: Flask) -> World:
    limiter.reset()
    return make_world()


def test_nothing_needs_htmx_to_be_sent(app: Flask, world: World) -> None:
    browser = world.browser_of(app, "owner")
    posts: dict[str, str] = {}
    for door in doors_of(app):
        if door.is_safe:
            answer = browser.get(world.address(app, door), buffered=True)
            if answer.mimetype == "text/html" and "<html" in answer.text:
                posts |= {address: str(door) for address in _lost_without_htmx(answer.text)}
    assert posts == {}


def _lost_without_htmx(html: str) -> list[str]:
    page = Posts()
    page.feed(html)
    return [
        post["hx-post"] or ""
        for post, is_in_form in page.posts
        if not is_in_form and post["hx-post"] not in page.actions
    ]


def test_a_part_that_only_htmx_can_send_would_be_seen() -> None:
    assert _lost_without_htmx('<div hx-post="/a"><p>x</p></div><form action="/b"><p hx-post="/c"></p></form>') == ["/a"]
