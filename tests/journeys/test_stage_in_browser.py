"""The artist's page in Chromium: on a phone on stage, light and dark, and ended while it is open."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from axe import faults_of
from crowds import put_crowd
from fans import run_sql
from flask import Flask
from local.demo_campaign import COVER
from makers import make_campaign, make_team, move_campaign
from playwright.sync_api import Browser, expect

from presave_app.campaigns.campaign import live_path
from presave_app.campaigns.models import Campaign
from presave_app.counts.stage_facts import forget_facts
from presave_app.extensions import db

SHOTS = os.environ.get("SCREENSHOTS")
SIZES = "all => all.map(each => parseFloat(getComputedStyle(each).fontSize))"
# Only when the answer is in its place does the page listen again.
ASK_AND_SETTLE = """() => new Promise(settled => {
    document.body.addEventListener("htmx:afterSettle", settled, { once: true });
    htmx.trigger(document.body, "released");
})"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture
def live(app: Flask) -> str:
    campaign_id = make_campaign(make_team(), artwork=COVER.read_bytes())
    for zone, number in (("Europe/Berlin", 300), ("America/New_York", 80), ("Asia/Tokyo", 40), ("Europe/Paris", 3)):
        put_crowd(campaign_id, number, "armed", zone=zone)
    put_crowd(campaign_id, 57, "armed", service="deezer")
    run_sql("UPDATE pre_save SET accepted_at = now() - random() * interval '12 days'")
    return live_path(db.session.get_one(Campaign, campaign_id))


def test_it_is_read_on_every_screen(browser: Browser, site: str, live: str) -> None:
    for scheme in SCHEMES:
        with browser.new_context(base_url=site, color_scheme=scheme, reduced_motion="reduce") as context:
            page = context.new_page()
            page.goto(live)
            for width, height in ((320, 640), (740, 360), (1280, 800)):
                page.set_viewport_size({"width": width, "height": height})
                if SHOTS:
                    page.screenshot(path=Path(SHOTS) / f"live-{width}-{scheme}.png", full_page=True)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                number = page.locator(".count-number").bounding_box()
                assert number is not None
                assert number["height"] < 0.7 * max(width, height)
                letters = page.eval_on_selector_all(
                    ".release-clock li, .until, .stage-fact",
                    "all => all.map(e => parseFloat(getComputedStyle(e).fontSize))",
                )
                assert min(letters) >= 20
            assert faults_of(page) == []


def test_a_page_that_is_open_ends_with_its_link(browser: Browser, site: str, live: str) -> None:
    with browser.new_context(base_url=site) as context:
        page = context.new_page()
        page.goto(live)
        page.locator("summary").click()
        page.evaluate(ASK_AND_SETTLE)
        expect(page.locator("#days-rows")).to_be_visible()
        run_sql("UPDATE live_link SET revoked_at = now()")
        page.evaluate("htmx.trigger(document.body, 'released')")
        expect(page.locator("body")).to_contain_text("There is nothing at this address")


def test_a_page_that_was_open_before_goes_on_when_the_campaign_opens(browser: Browser, site: str, app: Flask) -> None:
    campaign_id = make_campaign(make_team(), published=False, release_in=None)
    with browser.new_context(base_url=site, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(live_path(db.session.get_one(Campaign, campaign_id)))
        expect(page.locator(".until")).to_have_text("No release day yet")
        expect(page.locator(".days-table")).to_be_hidden()
        move_campaign(campaign_id, timedelta(days=3))
        for opened, fans in (("now()", 4), ("NULL", 0), ("now()", 3)):
            run_sql(f"UPDATE campaign SET published_at = {opened}")
            page.evaluate(ASK_AND_SETTLE)
            put_crowd(campaign_id, fans, "armed")
            if opened != "NULL":
                expect(page.locator(".count-number")).to_have_text("4" if fans == 4 else "7")
        forget_facts()
        page.evaluate(ASK_AND_SETTLE)
        expect(page.locator(".until")).to_have_text("Out in 2 days")
        expect(page.locator(".days-table")).to_be_visible()
