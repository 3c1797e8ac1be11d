"""Whatever htmx sends can be sent without it: what posts is a form, lies in one, or has a button with its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
from doors import World, doors_of, make_world
from flask import Flask

from presave_app.extensions import limiter

Attributes = dict[str, str | None]


@dataclass(frozen=True)
class Part:
    """An element that sends something, and the elements around it, from the outermost one on."""

    tag: str
    found: Attributes
    around: list[tuple[str, Attributes]]
    forms_by_id: Mapping[str, Attributes]

    @property
    def address(self) -> str:
        return self.found["hx-post"] or ""

    @property
    def form(self) -> Attributes:
        """The form that a plain browser sends with it; empty where there is none."""
        if self.tag == "form":
            return self.found
        if "form" in self.found:
            return self.forms_by_id.get(self.found["form"] or "", {})
        return next((each for tag, each in reversed(self.around) if tag == "form"), {})

    @property
    def goes_to(self) -> str | None:
        """Where a browser without scripts posts it to."""
        if self.form.get("method") != "post":
            return None
        return (
            self.found.get("formaction", self.form.get("action")) if self.tag == "button" else self.form.get("action")
        )

    @property
    def is_sent_with_its_form(self) -> bool:
        """Whether it is a field that saves itself, or a button of such a field: the form around sends that one too."""
        fields = [each["hx-post"] for _, each in [*self.around, (self.tag, self.found)] if _saves_itself(each)]
        return self.tag != "form" and self.goes_to is not None and self.address in fields


def _saves_itself(found: Attributes) -> bool:
    """Whether it is the wrapper of a field that saves itself at each change of what is typed in it."""
    return "hx-post" in found and "change" in (found.get("hx-trigger") or "")


class Posts(HTMLParser):
    """Collects every element with `hx-post`, and every button with an address of its own."""

    VOID = frozenset({"input", "link", "meta", "img", "br", "hr", "path", "circle", "rect", "line"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, Attributes]] = []
        self.posts: list[Part] = []
        self.buttons: list[Part] = []
        self.forms: dict[str, Attributes] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form" and found.get("id"):
            self.forms[found["id"] or ""] = found
        part = Part(tag, found, list(self.open), self.forms)
        self.posts += [part] if "hx-post" in found else []
        self.buttons += [part] if tag == "button" and "formaction" in found else []
        if tag not in self.VOID:
            self.open.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        while tag not in self.VOID and self.open and self.open.pop()[0] != tag:
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
    return [part.address for part in page.posts if not _is_sent_without_htmx(part, page)]


def _is_sent_without_htmx(part: Part, page: Posts) -> bool:
    """By its form or its own button; what is neither form nor button may leave it to a button beside it."""
    if part.goes_to == part.address or part.is_sent_with_its_form:
        return True
    return part.tag not in ("form", "button") and part.address in {button.goes_to for button in page.buttons}


FIELD = '<div hx-post="/a/title" hx-trigger="change">'


@pytest.mark.parametrize(
    "html",
    [
        '<div hx-post="/a"><p>x</p></div><form method="post" action="/b"></form>',
        '<form method="post" action="/b"><p hx-post="/a"></p></form>',
        '<form hx-post="/a"><button>x</button></form>',
        '<form hx-post="/a" action="/a"><button>x</button></form>',
        '<form hx-post="/a" hx-trigger="change" method="post"><button>x</button></form>',
        '<form method="post" action="/b" hx-post="/a"><button>x</button></form>',
        '<form method="post" action="/b"><button hx-post="/a">Remove</button></form>',
        '<form method="post" action="/a"><button hx-post="/a" formaction="/b">Remove</button></form>',
        '<form method="post" action="/a" id="one"></form><button hx-post="/a" form="two">Remove</button>',
        f'<form method="post" action="/b">{FIELD}<button hx-post="/a">Undo</button></div></form>',
        '<form method="post" action="/b"></form><div hx-post="/a"><button form="x" formaction="/a">x</button></div>',
        FIELD.replace("/a/title", "/a"),
    ],
)
def test_a_part_that_only_htmx_can_send_would_be_seen(html: str) -> None:
    assert _lost_without_htmx(html) == ["/a"]


@pytest.mark.parametrize(
    "html",
    [
        '<form method="post" action="/a" hx-post="/a"><button>x</button></form>',
        '<form method="post" action="/a"><button hx-post="/a">x</button></form>',
        '<form method="post" action="/b"><br><button hx-post="/a" formaction="/a">x</button></form>',
        '<form method="post" action="/a" id="one"></form><button hx-post="/a" form="one">x</button>',
        '<div hx-post="/a"><button form="x" formaction="/a">x</button></div><form method="post" id="x"></form>',
        f'<form method="post" action="/b">{FIELD}<button hx-post="/a/title" name="over">x</button></div></form>',
    ],
)
def test_a_part_that_every_browser_can_send_is_not_complained_of(html: str) -> None:
    assert _lost_without_htmx(html) == []
