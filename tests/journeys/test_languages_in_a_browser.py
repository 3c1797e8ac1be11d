"""A fan's language in a browser: by its own settings, changed by one press without JavaScript, kept by every link."""

from __future__ import annotations

import pytest
from fans import open_campaign
from flask import Flask
from playwright.sync_api import Browser


@pytest.fixture(autouse=True)
def _campaign(app: Flask) -> None:
    open_campaign()


def test_it_is_changed_without_javascript_and_kept(site: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="de-AT", viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{site}/night-drive/remind/spotify")
    assert page.locator("h1").inner_text() == "Sollen wir dich erinnern?"
    with page.expect_navigation():
        page.click(".languages a[lang='ar']")
    assert page.evaluate("[document.documentElement.lang, getComputedStyle(document.body).direction]") == ["ar", "rtl"]
    page.click("#way-calendar")
    page.wait_for_url("**/mine/**")
    assert page.locator("html").get_attribute("lang") == "ar"
    page.click("article a[href^='/night-drive?']")
    assert page.locator("html").get_attribute("lang") == "ar"
    # These lead back to the reminder; the language is in none.
    assert {cookie.get("name") for cookie in context.cookies()} == {"made", "here"}
    context.close()


@pytest.mark.parametrize("language", ["de", "pl", "tr", "ja", "ar"])
def test_nothing_reaches_over_the_edge_of_a_phone(site: str, browser: Browser, language: str) -> None:
    context = browser.new_context(locale="en-US", viewport={"width": 320, "height": 640})
    page = context.new_page()
    for path in ("/night-drive", "/night-drive/remind/spotify", "/no-such-page"):
        page.goto(f"{site}{path}?lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    context.close()


def test_the_visitors_own_hour_is_told_in_the_pages_language(site: str, browser: Browser) -> None:
    for language, words in (("de", "deine Ortszeit"), ("fr", "chez toi"), ("ja", "現地時間")):
        context = browser.new_context(locale="en-US", timezone_id="Asia/Tokyo")
        page = context.new_page()
        page.goto(f"{site}/night-drive?lang={language}")
        assert words in page.locator(".when time").inner_text()
        context.close()
