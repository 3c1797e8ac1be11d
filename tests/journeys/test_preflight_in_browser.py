"""The preflight in a browser: from what is missing to its field and back, and advice put aside without a reload."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe import faults_of
from crowds import put_crowd
from fans import read_sql
from makers import PASSWORD, make_campaign, make_team
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.usefixtures("plays_alone")


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """Alice in front of a draft's preflight."""
    team_id = make_team()
    campaign_id = make_campaign(team_id, published=False, upc=None, release_in=timedelta(days=9))
    complaints: list[str] = []
    with browser.new_context(base_url=site, viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.goto("/sign-in")
        page.fill("[name=email]", "alice@alba.example")
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.goto(f"/campaigns/{campaign_id}/preflight")
        yield page
    assert complaints == []


def test_each_point_is_one_press_from_its_repair(page: Page) -> None:
    expect(page.locator("#verdict")).to_contain_text("Not ready")
    page.locator("#check-upc").get_by_role("link", name="Give the UPC").click()
    expect(page.locator("#input-upc")).to_be_in_viewport()
    page.fill("#input-upc", "00602445868162")
    with page.expect_response(lambda answer: answer.url.endswith("/upc")):
        page.locator("#input-upc").blur()
    page.get_by_role("link", name="Preflight").click()
    expect(page.locator("#check-upc")).to_have_count(0)


def test_advice_goes_and_comes_back_without_a_reload(page: Page) -> None:
    page.evaluate("window.isTheSamePage = true")
    before = page.locator("#verdict").inner_text()
    page.get_by_role("button", name="Put aside: UPC").click()
    expect(page.locator("#aside summary")).to_have_text("Put aside: 1")
    assert read_sql("SELECT count(*) FROM put_aside") == 1
    page.locator("#aside summary").click()
    page.get_by_role("button", name="Bring back: UPC").click()
    expect(page.locator("#aside")).to_have_count(0)
    expect(page.locator("#verdict")).to_have_text(before)
    assert page.evaluate("window.isTheSamePage")


def test_the_list_is_rehearsed_without_a_reload(page: Page) -> None:
    page.evaluate("window.isTheSamePage = true")
    put_crowd(1, 3, "armed", "consented", due_in="9 days")
    page.get_by_role("button", name="Rehearse with the real list").click()
    expect(page.locator("#rehearsal")).to_contain_text("3 fans are served")
    assert page.evaluate("window.isTheSamePage")


def test_it_is_for_everybody(page: Page) -> None:
    put_crowd(1, 30, "armed", "consented", due_in="9 days")
    put_crowd(1, 2, "needs_reauth", "grant_revoked", due_in="9 days")
    page.reload()
    page.get_by_role("button", name="Rehearse with the real list").click()
    expect(page.locator("#rehearsal table")).to_be_visible()
    page.get_by_role("button", name="Put aside: UPC").click()
    page.locator("#aside summary").click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert faults_of(page) == []
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
