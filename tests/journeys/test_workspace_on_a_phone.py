"""The workspace at the width of a phone: no name breaks in a word, and the rail is evenly spaced."""

from __future__ import annotations

import pytest
from flask import Flask
from makers import PASSWORD, make_campaign, make_team
from playwright.sync_api import Browser

_GAPS = """() => {
  const boxes = [...document.querySelectorAll('.rail-nav .rail-link')].map(link => {
    const words = document.createRange();
    words.selectNodeContents(link);
    return words.getBoundingClientRect();
  });
  return boxes.slice(1).map((box, n) => box.left - boxes[n].right);
}"""


@pytest.mark.parametrize("width", [320, 360, 414])
def test_names_and_links_have_room(app: Flask, site: str, browser: Browser, width: int) -> None:
    campaign_id = make_campaign(make_team(), slug="night-drive")
    with browser.new_context(base_url=site, viewport={"width": width, "height": 740}) as context:
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("[name=email]", "alice@alba.example")
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.goto(f"/campaigns/{campaign_id}")
        name = page.locator(".phone .service-name").first
        height = name.evaluate("name => { name.textContent = 'SoundCloud'; return name.offsetHeight }")
        assert height == name.evaluate("name => { name.textContent = 'S'; return name.offsetHeight }")
        gaps = page.evaluate(_GAPS)
        assert max(gaps) - min(gaps) < 2
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
