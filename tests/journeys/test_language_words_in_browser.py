"""The words in further languages in Chromium: typed, saved by themselves, and read by fans of that language."""

from __future__ import annotations

import os
from pathlib import Path

from axe import faults_of
from fans import open_campaign, read_sql
from makers import PASSWORD
from playwright.sync_api import Browser, Page, ViewportSize, expect

DESK = ViewportSize(width=1280, height=900)


def test_a_label_writes_a_second_language_and_its_fans_read_it(browser: Browser, site: str) -> None:
    campaign_id = open_campaign()
    with browser.new_context(base_url=site, viewport=DESK) as context:
        page = signed_in(context.new_page())
        page.goto(f"/campaigns/{campaign_id}")
        for summary in ("#look", "#language-words", "#in-de"):
            page.locator(f"{summary} > summary").press("Enter")
        page.locator("#input-words-de-before").fill("Signierte Platten")
        page.keyboard.press("Tab")
        page.keyboard.type("Jetzt auf Vinyl, in jedem Laden")
        expect(page.locator("#message-words-de .saved")).to_have_text("Saved")
        with page.expect_response(f"**/campaigns/{campaign_id}/words-de"):
            page.locator("#input-words-de-after").blur()
        kept = "SELECT words_by_language -> 'de' ->> 'after' FROM campaign"
        expect(page.locator("#input-words-de-after")).to_have_value("Jetzt auf Vinyl, in jedem Laden")
        with page.expect_response(f"**/campaigns/{campaign_id}/words-ar"):
            page.locator("#in-ar > summary").press("Enter")
            page.locator("#input-words-ar-before").fill("نسخ موقعة")
            page.locator("#input-words-ar-before").blur()
        assert read_sql(kept) == "Jetzt auf Vinyl, in jedem Laden"
        is_for_everybody(page)
        page.goto("/night-drive?lang=de")
        expect(page.locator(".own-words:lang(de)")).to_have_text("Signierte Platten")
        page.goto("/night-drive?lang=ar")
        expect(page.locator(".own-words:lang(ar)")).to_have_css("direction", "rtl")


def is_for_everybody(page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert faults_of(page) == []
        for width in (360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if folder := os.environ.get("SCREENSHOTS"):
                page.locator("#look").screenshot(path=Path(folder) / f"words-{scheme}-{width}.png")


def signed_in(page: Page) -> Page:
    page.goto("/sign-in")
    page.locator("[name=email]").fill("alice@alba.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.wait_for_url("**/campaigns")
    return page
