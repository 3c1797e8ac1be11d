"""The control room in a browser: it moves by itself, and leaves alone what a person does in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from crowds import put_crowd
from fans import open_campaign, read_sql, run_past_triggers, run_sql
from installation import Installation
from makers import PASSWORD
from playwright.sync_api import Browser, Page, expect


@pytest.fixture
def page(browser: Browser, installation: Installation) -> Iterator[Page]:
    """Alice with the room of a release open, of which 2 of 5 are added."""
    campaign_id = open_campaign(timedelta(minutes=-5))
    run_sql("UPDATE target SET found_at = now()")
    put_crowd(campaign_id, 2, "done", "added", done_ago="1 minute")
    put_crowd(campaign_id, 3, "armed", "consented")
    installation.start_web()
    context = browser.new_context(base_url=installation.url, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("[name=email]").fill("alice@alba.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.goto(f"/campaigns/{campaign_id}/release")
    yield page
    context.close()


def add_one() -> None:
    """One more fan is added, as a worker would have it in the database."""
    run_past_triggers(
        "pre_save",
        """
        UPDATE pre_save SET state = 'done', reason = 'added', done_at = now()
        WHERE id = (SELECT id FROM pre_save WHERE state = 'armed' LIMIT 1)
        """,
    )


def test_the_room_moves_and_leaves_people_alone(page: Page) -> None:
    expect(page.locator("#headline")).to_contain_text("Adding: 2 of 5")
    page.locator("#waves-table summary").click()
    page.locator("#input-page").fill("half an addr")
    add_one()
    expect(page.locator("#headline")).to_contain_text("Adding: 3 of 5", timeout=10_000)
    expect(page.locator("#waves-table table")).to_be_visible()
    expect(page.locator("#input-page")).to_be_focused()
    expect(page.locator("#input-page")).to_have_value("half an addr")


def test_a_button_being_pressed_stays_under_the_finger(page: Page) -> None:
    hold = page.locator("#act-hold")
    hold.hover()
    page.mouse.down()
    pressed = hold.element_handle()
    with page.expect_response(lambda answer: "/release/room" in answer.url and answer.status == 200, timeout=10_000):
        add_one()
    page.wait_for_timeout(300)
    assert pressed is not None
    assert pressed.evaluate("button => button.isConnected")
    page.mouse.up()
    expect(page.locator("#headline")).to_contain_text("On hold: 2 fans wait")
    assert read_sql("SELECT held_at FROM campaign") is not None


def test_what_is_no_fans_page_is_said_beside_the_field(page: Page) -> None:
    page.locator("#input-page").fill("ida@example.com")
    page.locator("#act-name").click()
    expect(page.locator("#message-page")).to_contain_text("has /mine/ in it")
    expect(page.locator("#input-page")).to_have_value("ida@example.com")


def test_a_room_that_is_cut_off_says_that_it_is_not_live(page: Page, installation: Installation) -> None:
    expect(page.locator("#headline")).to_contain_text("Adding: 2 of 5")
    installation.kill("web")
    expect(page.locator("#toasts")).to_contain_text("not live right now", timeout=10_000)
