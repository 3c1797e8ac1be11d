"""The whole way of a fan by the keyboard, without JavaScript, and as a screen reader tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fans import SLUG, open_campaign, read_sql
from flask import Flask
from installation import Installation
from playwright.sync_api import Browser, Locator, Page, expect
from twin_client import TwinClient

# A page that needs more presses than these to get anywhere has lost its reader.
MOST_PRESSES = 40
OPENS = {True: "with-scripts", False: "without-scripts"}

PRE_SAVE = """
- heading "Night Drive" [level=1]
- paragraph: Alba Voss
- paragraph:
  - text: Out
  - time
- list:
  - listitem:
    - button "Spotify Pre-save add it to your Spotify library"
- paragraph: /Alba Records asks this for Alba Voss/
"""
PRE_SAVED = """
- heading "You're in" [level=1]
- heading "What happened" [level=2]
- list:
  - listitem:
    - text: You gave Spotify your permission.
    - time
- button "Cancel this pre-save"
- heading "Keep this address" [level=2]
- textbox "Address of this page"
- heading "What you agreed to" [level=2]
- blockquote
- heading "Your permission" [level=2]
"""


@pytest.fixture(autouse=True)
def _running(app: Flask, twin: TwinClient, installation: Installation) -> None:
    open_campaign(timedelta(hours=1))
    installation.start_web()


@pytest.fixture(params=OPENS, ids=OPENS.get)
def page(request: pytest.FixtureRequest, browser: Browser, installation: Installation) -> Iterator[Page]:
    """A browser with scripts, and one without."""
    with browser.new_context(
        base_url=installation.url, viewport={"width": 360, "height": 740}, java_script_enabled=request.param
    ) as context:
        yield context.new_page()


def test_there_and_back_by_keyboard_alone(page: Page) -> None:
    page.goto(f"/{SLUG}")
    press(page, page.locator("#connect-spotify"))
    tab_to(page, page.locator("input[name=fan]"))
    page.keyboard.type("ida")
    press(page, page.locator("button[value=allow]"))
    expect(page).to_have_url(re.compile("/mine/"))
    assert read_sql("SELECT state FROM pre_save") == "armed"
    press(page, page.locator("#cancel"))
    expect(page.locator("h1")).to_have_text("Cancelled")
    assert read_sql("SELECT state FROM pre_save") == "withdrawn"
    press(page, page.get_by_role("link", name="To the release page"))
    expect(page).to_have_url(re.compile(rf"/{SLUG}$"))


def test_as_a_screen_reader_tells_it(page: Page) -> None:
    page.goto(f"/{SLUG}")
    expect(page.locator("main")).to_match_aria_snapshot(PRE_SAVE)
    connect = page.locator("#connect-spotify")
    expect(connect).to_have_accessible_description(
        re.compile(
            r"^When Night Drive is out we do this for you, and nothing else: add it to your Spotify library Alba"
        )
    )
    connect.click()
    page.locator("input[name=fan]").fill("ida")
    page.locator("button[value=allow]").click()
    expect(page.locator("main")).to_match_aria_snapshot(PRE_SAVED)


def press(page: Page, wanted: Locator) -> None:
    """Go there by the tabulator, see that it shows, and press Enter."""
    tab_to(page, wanted)
    assert shows_focus(wanted)
    page.keyboard.press("Enter")


def tab_to(page: Page, wanted: Locator) -> None:
    expect(wanted).to_be_visible()
    for _ in range(MOST_PRESSES):
        if wanted.evaluate("(each) => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{wanted} is not reached by {MOST_PRESSES} presses")


def shows_focus(wanted: Locator) -> bool:
    return wanted.evaluate("(each) => parseFloat(getComputedStyle(each).outlineWidth) >= 2")
