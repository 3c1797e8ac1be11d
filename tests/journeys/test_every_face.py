"""Every face of the fans' pages is for everybody: axe, three languages, a narrow phone, large letters.

`SCREENSHOTS=docs/screenshots/faces bin/test tests/journeys/test_every_face.py` keeps what was seen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe import faults_of
from faces import PAGES, STOPS, USER_AGENTS, Label, label_with_services
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize
from twin_client import TwinClient

PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
DIRECTIONS = {"en": "ltr", "de": "ltr", "ar": "rtl"}
# What can be read and pressed, with the size of its letters.
LETTERS = """() => [...document.querySelectorAll('p, a, button, label, summary, input:not([type=hidden])')]
    .filter((each) => each.offsetParent).map((each) => parseFloat(getComputedStyle(each).fontSize))"""
KEPT = os.environ.get("SCREENSHOTS")


@pytest.fixture
def label(app: Flask, twin: TwinClient, twin_url: str) -> Iterator[Label]:
    with label_with_services(app, twin, twin_url) as made:
        yield made


@contextmanager
def visitor(browser: Browser, label: Label, site: str, face: str, language: str) -> Iterator[Page]:
    """A browser of that language which has nothing to complain of."""
    complaints: list[str] = []
    with browser.new_context(
        base_url=site, locale=language, viewport=PHONE, user_agent=USER_AGENTS.get(face), reduced_motion="reduce"
    ) as context:
        context.add_cookies([{"name": name, "value": value, "url": site} for name, value in label.cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        yield page
    # The browser itself tells of every answer that is no success.
    assert [line for line in complaints if "the server responded with a status of" not in line] == []


@pytest.mark.parametrize("face", [*PAGES, *STOPS])
def test_it_is_for_everybody(face: str, label: Label, site: str, browser: Browser) -> None:
    path = PAGES[face](label) if face in PAGES else ""
    for language, direction in DIRECTIONS.items():
        label.language = language
        opened = path or STOPS[face](label)
        with visitor(browser, label, site, face, language) as page:
            page.goto(opened)
            page.wait_for_load_state("networkidle")
            assert page.evaluate("[document.documentElement.lang, document.dir]") == [language, direction]
            assert faults_of(page) == []
            keep(page, face, language)
            fits_a_narrow_phone(page)
            grows_with_large_letters(page)


def test_axe_sees_what_is_wrong(browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content("<p style='color: #999; background: #fff'>Pale</p><img src='x.png'>")
        assert {"color-contrast", "image-alt"} <= {rule for rule, _ in faults_of(page)}


def fits_a_narrow_phone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def grows_with_large_letters(page: Page) -> None:
    """Twice as large, as set in the phone: all of it grows, and nothing reaches over the edge."""
    page.set_viewport_size(PHONE)
    before = page.evaluate(LETTERS)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    after = page.evaluate(LETTERS)
    assert [(one, two) for one, two in zip(before, after, strict=True) if two < 1.9 * one] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def keep(page: Page, face: str, language: str) -> None:
    """Pictures for people to look at: each face at both sizes, and in Arabic on the phone."""
    if not KEPT or language == "de":
        return
    folder = Path(KEPT)
    folder.mkdir(parents=True, exist_ok=True)
    for size in (PHONE, DESKTOP) if language == "en" else (PHONE,):
        page.set_viewport_size(size)
        # A larger window chooses a larger picture.
        page.evaluate("Promise.allSettled([...document.images].map((each) => each.decode()))")
        name = f"{face}-{size['width']}{'-ar' if language == 'ar' else ''}.jpg"
        page.screenshot(path=folder / name, type="jpeg", quality=60, full_page=True)
    page.set_viewport_size(PHONE)
