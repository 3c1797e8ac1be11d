"""The session ends while somebody edits: what they typed is saved as soon as they are signed in again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fans import read_sql, run_sql
from makers import PASSWORD, make_campaign, make_team
from playwright.sync_api import Browser, BrowserContext, Page, expect

from presave_app.extensions import limiter

ALICE = "alice@alba.example"


@pytest.fixture
def desk(browser: Browser, site: str) -> Iterator[BrowserContext]:
    limiter.reset()
    make_campaign(make_team(), title="Night Drive")
    with browser.new_context(base_url=site) as context:
        yield context


def test_a_field_goes_on_after_a_sign_in_in_another_tab(desk: BrowserContext) -> None:
    page = sign_in(desk.new_page())
    run_sql("UPDATE login_session SET ended_at = now()")
    type_title(page, "Night Drive II")
    expect(page.locator("#toasts")).to_contain_text("You are signed out")
    sign_in(desk.new_page())
    type_title(page, "Night Drive III")
    expect(page.locator("#message-title")).to_contain_text("Saved")
    assert read_sql("SELECT title FROM campaign") == "Night Drive III"


def test_without_scripts_the_form_is_sent_again(browser: Browser, desk: BrowserContext, site: str) -> None:
    with browser.new_context(base_url=site, java_script_enabled=False) as plain:
        page = sign_in(plain.new_page())
        run_sql("UPDATE login_session SET ended_at = now()")
        page.locator("#input-title").fill("Night Drive II")
        page.locator("#campaign-form").get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("What you typed is kept")
        give_password(page)
        expect(page.get_by_role("listitem").first).to_have_text("Night Drive II")
        page.get_by_role("button", name="Send it again").click()
        expect(page.locator("#input-title")).to_have_value("Night Drive II")


def sign_in(page: Page) -> Page:
    page.goto("/sign-in?next=/campaigns/1")
    give_password(page)
    return page


def give_password(page: Page) -> None:
    page.get_by_label("E-mail address").fill(ALICE)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def type_title(page: Page, title: str) -> None:
    page.locator("#input-title").fill(title)
    page.locator("#input-title").press("Tab")
