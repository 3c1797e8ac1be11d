"""Each fan's own midnight in real browsers: three of them in three zones, and one without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from fans import move_local_release, open_campaign, read_sql
from flask import Flask
from installation import Installation
from playwright.sync_api import Browser, BrowserContext, Page, expect
from twin_client import TwinClient

AUCKLAND, BERLIN, LOS_ANGELES = "Pacific/Auckland", "Europe/Berlin", "America/Los_Angeles"
PRE_SAVE, OUT_NOW = re.compile("Pre-save"), re.compile("Out now")


@pytest.fixture
def browser_in(browser: Browser, installation: Installation, twin: TwinClient) -> Iterator[Callable[..., Page]]:
    """Opens the release's page in a browser whose clock is in the zone."""
    contexts: list[BrowserContext] = []
    installation.start_web()

    def make(zone: str, *, scripts: bool = True) -> Page:
        context = browser.new_context(base_url=installation.url, timezone_id=zone, java_script_enabled=scripts)
        contexts.append(context)
        page = context.new_page()
        page.goto("/night-drive")
        return page

    yield make
    for context in contexts:
        context.close()


def test_an_open_page_turns_at_its_own_midnight(app: Flask, browser_in: Callable[..., Page]) -> None:
    campaign_id = open_campaign()
    move_local_release(campaign_id, timedelta(days=1), AUCKLAND)
    auckland, angeles = browser_in(AUCKLAND), browser_in(LOS_ANGELES)
    plain = browser_in(LOS_ANGELES, scripts=False)
    expect(auckland.locator("#services")).to_contain_text(PRE_SAVE)
    expect(auckland.locator(".when")).to_contain_text("where you are")
    move_local_release(campaign_id, timedelta(seconds=2), AUCKLAND)
    expect(auckland.locator(".when")).to_have_text(OUT_NOW, timeout=15_000)
    expect(angeles.locator("#services")).to_contain_text(PRE_SAVE)

    # In Berlin it is out: that holds where no script says more, and a first visit turns back once one does.
    move_local_release(campaign_id, timedelta(0), BERLIN)
    plain.reload()
    expect(plain.locator(".when")).to_have_text(OUT_NOW)
    newcomer = browser_in(LOS_ANGELES)
    expect(newcomer.locator("#services")).to_contain_text(PRE_SAVE, timeout=15_000)
    newcomer.reload()
    expect(newcomer.locator("#services")).to_contain_text(PRE_SAVE)


def test_a_fan_is_due_where_their_clock_says(app: Flask, browser_in: Callable[..., Page]) -> None:
    campaign_id = open_campaign()
    move_local_release(campaign_id, timedelta(days=5), BERLIN)
    page = browser_in(AUCKLAND)
    promised = page.locator("#promise-lead").inner_text()
    page.get_by_role("button", name=re.compile("Spotify")).first.click()
    page.locator("input[name=fan]").fill("ida")
    page.locator("button[value=allow]").click()
    expect(page).to_have_url(re.compile("/mine/"))
    expect(page.locator(".agreed")).to_contain_text(promised)
    expect(page.locator(".state-text")).to_contain_text("where you are")
    assert read_sql("SELECT time_zone FROM pre_save") == AUCKLAND
    earlier = read_sql("SELECT k.release_at - p.due_at FROM pre_save p JOIN campaign k ON k.id = p.campaign_id")
    assert timedelta(hours=10) <= earlier <= timedelta(hours=12)
