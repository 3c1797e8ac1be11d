"""From inside Instagram and TikTok to the fan's own browser and through the sign-in there, on phones of both kinds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import user_agents as ua
from fans import SLUG, answer_at_spotify, open_campaign, read_sql
from flask import Flask
from installation import Installation
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from twin_client import TwinClient

PHONES = {
    "instagram-ios": (ua.INSTAGRAM_IOS, ua.SAFARI, r"x-safari-(http://.*)"),
    "instagram-android": (ua.INSTAGRAM_ANDROID, ua.CHROME_ANDROID, r"intent:(//.*)#Intent;scheme=http;end"),
    "tiktok-ios": (ua.TIKTOK_IOS, ua.SAFARI, r"x-safari-(http://.*)"),
    "tiktok-android": (ua.TIKTOK_ANDROID, ua.CHROME_ANDROID, ""),
}


@pytest.fixture
def phone_as(
    browser: Browser, app: Flask, twin: TwinClient, installation: Installation
) -> Iterator[Callable[[str], Page]]:
    """A new browser of that name on a phone, with a cookie jar of its own."""
    open_campaign(timedelta(hours=1))
    installation.start_web()
    opened: list[BrowserContext] = []

    def open_page(user_agent: str) -> Page:
        small: ViewportSize = {"width": 360, "height": 740}
        opened.append(browser.new_context(base_url=installation.url, user_agent=user_agent, viewport=small))
        return opened[-1].new_page()

    yield open_page
    for context in opened:
        context.close()


@pytest.mark.parametrize("phone", PHONES)
def test_out_of_the_app_and_through_the_sign_in(phone_as: Callable[[str], Page], phone: str) -> None:
    inside, outside, pattern = PHONES[phone]
    page = phone_as(inside)
    page.goto(f"/{SLUG}?src=bio")
    expect(page.locator("#way-out")).to_be_in_viewport()
    own = phone_as(outside)
    own.goto(address_out(page, pattern))
    expect(own).to_have_url(re.compile(rf"/{SLUG}\?src=bio$"))
    expect(own.locator("#way-out")).to_have_count(0)
    sign_in(own)
    expect(own).to_have_url(re.compile("/mine/"))
    assert read_sql("SELECT source FROM pre_save") == "bio"


def test_a_return_in_another_browser_goes_on_with_one_tap(phone_as: Callable[[str], Page], twin: TwinClient) -> None:
    page = phone_as(ua.INSTAGRAM_IOS)
    page.goto(f"/{SLUG}")
    page.locator("#connect-spotify").click()
    expect(page.locator("input[name=fan]")).to_be_visible()
    back = answer_at_spotify(twin, page.url, "ida")
    own = phone_as(ua.SAFARI)
    own.goto(back)
    expect(own.locator("h1")).to_have_text("Continue here")
    assert read_sql("SELECT count(*) FROM pre_save") == 0
    own.locator("#again").click()
    own.locator("input[name=fan]").fill("ida")
    own.locator("button[value=allow]").click()
    expect(own).to_have_url(re.compile("/mine/"))
    assert read_sql("SELECT sum(number) FROM app_step WHERE step = 'elsewhere'") == 1


def address_out(page: Page, pattern: str) -> str:
    """Where the link leads, as the system would open it; where there is none, the address that is copied."""
    if not pattern:
        expect(page.locator("#open-outside")).to_have_count(0)
        return page.locator("#way-out [data-copy]").get_attribute("data-copy") or ""
    found = re.fullmatch(pattern, page.locator("#open-outside").get_attribute("href") or "")
    assert found is not None
    parts = urlsplit(found[1], scheme="http")
    return parts.geturl()


def sign_in(page: Page) -> None:
    page.locator("#connect-spotify").click()
    page.locator("input[name=fan]").fill("ida")
    page.locator("button[value=allow]").click()
