"""The list of campaigns in Chromium: found while typing, put away and copied, on a desk and on a phone."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from axe import faults_of
from crowds import put_crowd
from fans import run_sql
from flask import Flask
from local.demo_campaign import COVER
from makers import PASSWORD, make_campaign, make_team
from playwright.sync_api import Browser, Page, expect

SHOTS = os.environ.get("SCREENSHOTS")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (320, 768, 1280)


@pytest.fixture
def full_shelf(app: Flask) -> int:
    """Releases of every kind; returns the next one's id."""
    team_id = make_team()
    soon = make_campaign(team_id, artwork=COVER.read_bytes(), release_in=timedelta(days=12))
    put_crowd(soon, 420, "armed")
    run_sql("UPDATE pre_save SET accepted_at = now() - random() * interval '8 days' WHERE random() < 0.8")
    put_crowd(soon, 8, "needs_reauth")
    run_sql("INSERT INTO alarm (kind, service, campaign_id, detail) VALUES ('overdue', 'spotify', :id, '3')", id=soon)
    make_campaign(team_id, title="Idea", artist="Mo", release_in=None, published=False, upc=None, ref=None)
    make_campaign(team_id, title="A title that is very long, so long that no list has ever seen the like", artist="Mo")
    past = make_campaign(team_id, title="Harbour Lights", artist="Mo & the Tides", release_in=timedelta(days=-40))
    put_crowd(past, 1234, "done")
    return soon


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill("alice@alba.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/campaigns")


def keep(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_a_release_is_found_while_its_name_is_typed(browser: Browser, site: str, full_shelf: int) -> None:
    with browser.new_context(base_url=site) as context:
        page = context.new_page()
        sign_in(page)
        page.get_by_role("searchbox").press_sequentially("harb")
        expect(page.locator("#found")).to_have_text("1 campaign found for “harb”.")
        expect(page.locator(".list-link")).to_have_text(["Harbour Lights"])
        expect(page).to_have_url(re.compile(r"q=harb"))
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.reload()
        expect(page.locator(".list-link")).to_have_text(["Harbour Lights"])
        page.get_by_label("Search by").fill("")
        expect(page.locator(".list-link")).to_have_count(4)
        page.get_by_label("Status").select_option("Draft")
        expect(page.locator(".list-link")).to_have_text(["Idea"])
        page.go_back()
        expect(page.locator(".list-link")).to_have_count(4)


def test_a_campaign_is_put_away_and_copied_from_the_list(browser: Browser, site: str, full_shelf: int) -> None:
    with browser.new_context(base_url=site) as context:
        page = context.new_page()
        sign_in(page)
        page.get_by_label("More for Harbour Lights").click()
        page.get_by_role("button", name="Archive").click()
        expect(page.locator(".banner").first).to_contain_text("Archived. Its page stays")
        expect(page.locator(".list-link")).to_have_count(3)
        page.get_by_label("More for Idea").click()
        page.get_by_role("button", name="Duplicate").click()
        expect(page.locator(".heading-title")).to_have_text("Idea (copy)")
        page.get_by_role("button", name="Archive").click()
        page.get_by_role("link", name="2 archived campaigns").click()
        expect(page.locator(".list-link")).to_have_text(["Harbour Lights", "Idea (copy)"])


def test_it_is_for_everybody_at_every_width(browser: Browser, site: str, full_shelf: int) -> None:
    for scheme in SCHEMES:
        with browser.new_context(base_url=site, color_scheme=scheme) as context:
            page = context.new_page()
            sign_in(page)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                page.goto("/campaigns")
                keep(page, f"list-{width}-{scheme}")
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert faults_of(page) == []
            page.get_by_label("More for Night Drive").click()
            keep(page, f"list-menu-{scheme}")
            assert faults_of(page) == []
            page.goto("/campaigns?q=polka")
            keep(page, f"list-nothing-{scheme}")
            assert faults_of(page) == []


def test_an_artist_is_kept_and_lent_to_the_next_campaign(browser: Browser, site: str, full_shelf: int) -> None:
    with browser.new_context(base_url=site) as context:
        page = context.new_page()
        sign_in(page)
        page.get_by_role("link", name="Artists").click()
        assert faults_of(page) == []
        page.get_by_role("link", name="Add the first artist").click()
        page.get_by_label("Name").fill("Alba Voss")
        page.get_by_label("Time zone").fill("Berlin")
        page.get_by_label("Accent").fill("#7a3cff")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            keep(page, f"artist-{width}")
        assert faults_of(page) == []
        page.get_by_role("button", name="Add the artist").click()
        keep(page, "artists-1280")
        page.goto("/campaigns/new")
        page.get_by_label("Title").fill("Second Night")
        page.get_by_label("Artist").fill("Alba Voss")
        assert faults_of(page) == []
        page.get_by_role("button", name="Create the draft").click()
        expect(page.locator("#input-time_zone")).to_have_value("Europe/Berlin")
        expect(page.get_by_label("Begin with what is kept of")).to_have_value("1")
        keep(page, "editor-1280")
        assert faults_of(page) == []


def test_a_link_for_the_artist_is_made_and_turned_off(browser: Browser, site: str, full_shelf: int) -> None:
    with browser.new_context(base_url=site, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        sign_in(page)
        page.goto(f"/campaigns/{full_shelf}")
        links = page.locator("#live-links")
        links.get_by_text("New link").click()
        keep(page, "editor-new-link")
        assert faults_of(page) == []
        links.get_by_role("button", name="Make the link").click()
        expect(links).to_contain_text("Say whom it is for")
        links.get_by_label("Whom it is for").fill("For Alba")
        links.get_by_role("button", name="Make the link").click()
        expect(page.locator(".banner").first).to_contain_text("The link is there")
        made = links.get_by_label("Link: For Alba").input_value()
        visitor = browser.new_page()
        answer = visitor.goto(site + made.removeprefix("http://127.0.0.1:5000"))
        assert answer is not None
        assert answer.status == 200
        page.reload()
        expect(links).to_contain_text("Last looked at")
        links.get_by_text("Turn off…").last.click()
        keep(page, "editor-turn-off")
        assert faults_of(page) == []
        links.get_by_role("button", name="Turn off For Alba").click()
        expect(links.get_by_label("Link: For Alba")).to_have_count(0)
        gone = visitor.reload()
        assert gone is not None
        assert gone.status == 404
        visitor.close()
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(f"/campaigns/{full_shelf}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        keep(page, "editor-360")
