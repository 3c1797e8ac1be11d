"""An artwork that is dropped on its place is taken, with progress; one that falls beside it harms nothing."""

from __future__ import annotations

import base64

import pytest
from fans import read_sql
from flask import Flask
from installation import Installation
from makers import PASSWORD, make_campaign, make_picture, make_team
from playwright.sync_api import Browser, Page, expect

DROP = """([place, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "cover.jpg", {type: "image/jpeg"}));
  const target = document.querySelector(place);
  const told = [];
  for (const kind of ["dragover", "drop"]) {
    const event = new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: carried});
    target.dispatchEvent(event);
    told.push([kind, event.defaultPrevented, document.querySelectorAll(".is-awaited").length]);
  }
  return told;
}"""
WATCH = """() => {
  window.seen = [];
  document.addEventListener("htmx:xhr:progress", () => {
    const bar = document.querySelector("#artwork progress");
    window.seen.push([bar.value, document.querySelector("[data-progress-words]").textContent]);
  });
}"""


@pytest.fixture
def editor(app: Flask, installation: Installation, browser: Browser) -> Page:
    campaign_id = make_campaign(make_team(), slug="night-drive")
    installation.start_web()
    page = browser.new_page()
    page.goto(f"{installation.url}/sign-in?next=/campaigns/{campaign_id}")
    page.get_by_label("E-mail").fill("alice@alba.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#campaign-form")).to_be_visible()
    page.wait_for_load_state("load")
    return page


def drop(page: Page, place: str, picture: bytes) -> list[list[object]]:
    return page.evaluate(DROP, [place, base64.b64encode(picture).decode()])


def test_a_dropped_picture_is_taken_with_progress(editor: Page) -> None:
    editor.evaluate(WATCH)
    told = drop(editor, "#artwork .cover", make_picture(900))
    assert told == [["dragover", True, 1], ["drop", True, 0]]
    expect(editor.locator("#message-artwork .saved")).to_have_text("Saved", timeout=20_000)
    seen = editor.evaluate("window.seen")
    assert [100, "Making its sizes…"] in seen
    assert read_sql("SELECT count(*) FROM artwork") == 1
    editor.close()


def test_a_picture_that_can_not_be_used_is_said_beside_it(editor: Page) -> None:
    drop(editor, "#artwork .cover", b"no picture")
    expect(editor.locator("#message-artwork .fault")).to_be_visible(timeout=20_000)
    editor.close()


def test_beside_its_place_it_harms_nothing(editor: Page) -> None:
    told = drop(editor, "#section-release", make_picture(700))
    assert told == [["dragover", True, 0], ["drop", True, 0]]
    expect(editor.locator("#campaign-form")).to_be_visible()
    assert read_sql("SELECT count(*) FROM artwork") == 0
    editor.close()
