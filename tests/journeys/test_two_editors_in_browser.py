"""Two browsers in one editor: each sees what the other does, and what is being typed is never touched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from installation import Installation
from makers import PASSWORD, make_campaign, make_member, make_picture, make_team, move_campaign
from playwright.sync_api import Browser, BrowserContext, Page, expect

WAIT = 20_000
COUNTDOWN = "https://open.spotify.com/prerelease/6tQDJpMB6LsOsSUkdTOHd5"
SHOP = "https://shop.alba.example/night-drive"


def editor_of(context: BrowserContext, url: str, who: str, campaign_id: int) -> Page:
    page = context.new_page()
    page.goto(f"{url}/sign-in?next=/campaigns/{campaign_id}")
    page.get_by_label("E-mail").fill(f"{who}@alba.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#campaign-form")).to_be_visible()
    return page


@pytest.fixture
def two(app: Flask, installation: Installation, browser: Browser) -> Iterator[tuple[Page, Page]]:
    """Alice and Ed, each in a browser of their own, at the same campaign."""
    team_id = make_team()
    make_member(team_id, "ed@alba.example")
    campaign_id = make_campaign(team_id, slug="night-drive")
    installation.start_web()
    with browser.new_context() as hers, browser.new_context() as his:
        yield (
            editor_of(hers, installation.url, "alice", campaign_id),
            editor_of(his, installation.url, "ed", campaign_id),
        )


def test_both_see_each_other_and_nothing_typed_is_lost(two: tuple[Page, Page]) -> None:
    alice, ed = two
    alice.get_by_label("Artist", exact=True).fill("Mo & the Rest")
    expect(alice.locator("#message-artist .saved")).to_have_text("Saved")
    expect(ed.get_by_label("Artist", exact=True)).to_have_value("Mo & the Rest", timeout=WAIT)
    expect(ed.locator("#news")).to_contain_text("alice@alba.example changed Artist.")

    title = ed.get_by_label("Title", exact=True)
    title.focus()
    alice.get_by_label("Title", exact=True).fill("Harbour")
    expect(alice.locator("#message-title .saved")).to_have_text("Saved")
    expect(ed.locator("#news")).to_contain_text("changed Title", timeout=WAIT)
    expect(title).to_have_value("Night Drive")
    title.fill("Seven Rivers")
    expect(ed.locator("#message-title")).to_contain_text("changed this to “Harbour”", timeout=WAIT)
    expect(title).to_have_value("Seven Rivers")
    ed.get_by_role("button", name="Use mine").click()
    expect(ed.locator("#message-title .saved")).to_have_text("Saved")
    expect(alice.get_by_label("Title", exact=True)).to_have_value("Harbour")
    alice.get_by_label("Artist", exact=True).focus()
    expect(alice.get_by_label("Title", exact=True)).to_have_value("Seven Rivers", timeout=WAIT)


def test_a_field_that_is_only_looked_into_catches_up_once_it_is_left(two: tuple[Page, Page]) -> None:
    alice, ed = two
    title = ed.get_by_label("Title", exact=True)
    title.focus()
    alice.get_by_label("Title", exact=True).fill("Harbour")
    expect(ed.locator("#news")).to_contain_text("changed Title", timeout=WAIT)
    expect(title).to_have_value("Night Drive")
    title.blur()
    expect(title).to_have_value("Harbour")


def test_undo_with_one_press_while_the_cursor_is_still_there(two: tuple[Page, Page]) -> None:
    alice, _ = two
    alice.get_by_label("Title", exact=True).fill("Harbour")
    undo = alice.get_by_role("button", name="Undo: Title")
    expect(undo).to_be_visible()
    undo.click()
    expect(alice.get_by_label("Title", exact=True)).to_have_value("Night Drive")
    expect(alice.get_by_role("button", name="Redo: Title")).to_be_visible()
    alice.get_by_role("link", name="History").click()
    expect(alice.get_by_role("listitem").first).to_contain_text("You put back Title")


def test_undo_takes_back_a_title_that_was_typed_with_a_pause(two: tuple[Page, Page]) -> None:
    alice, ed = two
    title = alice.get_by_label("Title", exact=True)
    title.clear()
    title.press_sequentially("Harbour L")
    expect(ed.get_by_label("Title", exact=True)).to_have_value("Harbour L", timeout=WAIT)
    title.press_sequentially("ights")
    expect(ed.get_by_label("Title", exact=True)).to_have_value("Harbour Lights", timeout=WAIT)
    alice.get_by_role("button", name="Undo: Title").click()
    expect(title).to_have_value("Night Drive")
    alice.get_by_role("button", name="Redo: Title").click()
    expect(title).to_have_value("Harbour Lights")
    alice.get_by_role("link", name="History").click()
    expect(alice.get_by_role("listitem").last).to_contain_text("Night Drive → After: Harbour Lights")


def test_a_link_that_comes_and_goes_is_seen_by_both_beside_what_is_half_typed(two: tuple[Page, Page]) -> None:
    alice, ed = two
    box = ed.get_by_label("Any other link", exact=True)
    box.press_sequentially("https://shop.al")
    alice.get_by_label("Any other link", exact=True).fill(SHOP)
    alice.keyboard.press("Enter")
    listed = ed.get_by_role("list", name="Links").get_by_text(SHOP)
    expect(listed).to_be_visible(timeout=WAIT)
    expect(box).to_be_focused()
    box.press_sequentially("ba")
    expect(box).to_have_value("https://shop.alba")
    alice.get_by_role("button", name="Remove shop.alba.example").click()
    expect(listed).to_have_count(0, timeout=WAIT)
    expect(box).to_have_value("https://shop.alba")


def test_a_link_of_a_service_goes_to_its_field_and_nothing_unsaved_is_lost(two: tuple[Page, Page]) -> None:
    alice, _ = two
    upc = alice.get_by_label("UPC", exact=True)
    upc.fill("1234")
    upc.blur()
    expect(alice.locator("#message-upc .fault")).to_be_visible()
    box = alice.get_by_label("Any other link", exact=True)
    box.fill("https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy")
    alice.keyboard.press("Enter")
    expect(alice.locator("#input-target-spotify")).to_have_value("spotify:album:4aawyAB9vmqN3uQ7FjRGTy")
    expect(alice.locator("#message-link .saved")).to_have_text("Saved under Spotify")
    expect(box).to_have_value("")
    expect(upc).to_have_value("1234")
    expect(alice.locator("#message-upc .fault")).to_be_visible()
    alice.get_by_role("button", name="Undo: Spotify").click()
    expect(alice.locator("#input-target-spotify")).to_have_value("spotify:album:2up3OPMp9Tb4dAKM2erWXQ")
    box.fill(COUNTDOWN)
    alice.keyboard.press("Enter")
    expect(alice.get_by_label("Spotify Countdown Page", exact=True)).to_be_visible(timeout=WAIT)
    expect(upc).to_have_value("1234")


def test_a_new_artwork_is_seen_by_both(two: tuple[Page, Page]) -> None:
    alice, ed = two
    picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": make_picture()}
    alice.locator("#input-artwork").set_input_files(picture)  # type: ignore[arg-type]
    expect(alice.locator("#message-artwork .saved")).to_have_text("Saved", timeout=WAIT)
    expect(ed.locator("#artwork img.cover")).to_have_attribute("src", re.compile("/art/"), timeout=WAIT)
    expect(ed.locator("#artwork").get_by_role("button", name="Upload")).to_be_hidden()
    expect(alice.locator("#news")).to_have_attribute("hx-get", re.compile(r"seen=[1-9]"), timeout=WAIT)
    expect(alice.locator("#message-artwork .saved")).to_have_text("Saved")


def test_new_sources_are_seen_by_both_and_nothing_half_typed_is_lost(two: tuple[Page, Page]) -> None:
    alice, ed = two
    ed.get_by_role("button", name="Add TikTok").click()
    ed.get_by_label("Change TikTok").click()
    ed.get_by_label("Name of TikTok").fill("TikTok Sp")
    another = ed.get_by_label("Another place")
    another.press_sequentially("Poster in")
    alice.get_by_role("button", name="Add Newsletter").click()
    expect(ed.locator("#news")).to_contain_text("named the source Newsletter", timeout=WAIT)
    expect(another).to_be_focused()
    another.press_sequentially(" Berlin")
    expect(ed.get_by_label("Link for Newsletter", exact=True)).to_have_count(0)
    ed.get_by_label("Title", exact=True).focus()
    expect(ed.get_by_label("Link for Newsletter", exact=True)).to_be_visible()
    expect(ed.get_by_role("button", name="Copy the link for Newsletter")).to_be_visible()
    expect(another).to_have_value("Poster in Berlin")
    expect(ed.get_by_label("Name of TikTok")).to_be_visible()
    expect(ed.get_by_label("Name of TikTok")).to_have_value("TikTok Sp")


def test_a_name_half_typed_for_a_source_outlives_its_removal(two: tuple[Page, Page]) -> None:
    alice, ed = two
    alice.get_by_role("button", name="Add TikTok").click()
    ed.get_by_label("Change TikTok").click(timeout=WAIT)
    name = ed.get_by_label("Name of TikTok")
    name.fill("TikTok Spain")
    alice.get_by_label("Change TikTok").click()
    alice.get_by_role("button", name="Remove TikTok").click()
    expect(ed.locator("#news")).to_contain_text("removed the source TikTok", timeout=WAIT)
    ed.get_by_label("Title", exact=True).focus()
    expect(name).to_have_value("TikTok Spain")
    ed.get_by_role("button", name="Rename").click()
    expect(ed.locator("#message-source")).to_contain_text("removed in the meantime")
    expect(ed.get_by_label("Another place")).to_have_value("TikTok Spain")


def test_the_last_day_takes_both(two: tuple[Page, Page]) -> None:
    move_campaign(1, timedelta(hours=5))
    alice, ed = two
    for page in two:
        page.reload()
    upc = ed.get_by_label("UPC", exact=True)
    upc.fill("036000291452")
    upc.blur()
    expect(ed.locator("#message-upc")).to_contain_text("Proposed")
    expect(upc).to_have_value("00602445868162")
    confirm = alice.get_by_role("button", name="Confirm: UPC")
    expect(confirm).to_be_visible(timeout=WAIT)
    expect(ed.get_by_role("button", name="Confirm: UPC")).to_have_count(0)
    confirm.click()
    expect(confirm).to_have_count(0)
    for page in two:
        expect(page.get_by_label("UPC", exact=True)).to_have_value("036000291452", timeout=WAIT)
    expect(ed.get_by_text("Waits for a second member.")).to_have_count(0, timeout=WAIT)


def test_a_source_is_named_and_removed_in_place(two: tuple[Page, Page]) -> None:
    alice, _ = two
    alice.get_by_role("button", name="Add TikTok").click()
    expect(alice.get_by_label("Link for TikTok", exact=True)).to_have_value(re.compile(r"/night-drive\?src=tiktok$"))
    expect(alice.get_by_role("button", name="Copy the link for TikTok")).to_be_visible()
    alice.get_by_label("Change TikTok").click()
    alice.get_by_role("button", name="Remove TikTok").click()
    expect(alice.get_by_role("button", name="Add TikTok")).to_be_visible()
