"""The main job as people live it, on a phone's screen: a label, two fans, one who refuses, and release night."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from fans import move_release, read_sql
from flask import Flask
from installation import Installation, wait_until
from kit_client import LIVE_NEVER_YET
from playwright.sync_api import Browser, BrowserContext, Page, expect
from twin_client import ALBUM, ALBUM_URI, TwinClient

COVER = Path(__file__).resolve().parents[2] / "bin" / "local" / "night-drive.jpg"
PASSWORD = "a long drive by night"
NewPhone = Callable[[], Page]


@pytest.fixture
def running(installation: Installation, twin: TwinClient) -> Installation:
    """Web, worker and clock, with an album that is not out yet."""
    twin.album(ALBUM, live_from=LIVE_NEVER_YET)
    installation.start_web()
    installation.start_worker()
    installation.start_clock()
    return installation


@pytest.fixture
def new_phone(browser: Browser, running: Installation) -> Iterator[NewPhone]:
    """Opens a page in a phone of its own; whatever any of them complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make() -> Page:
        context = browser.new_context(
            base_url=running.url,
            viewport={"width": 360, "height": 740},
            has_touch=True,
            is_mobile=True,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert [line for line in complaints if "422" not in line] == []


def sign_in_first_time(page: Page, installation: Installation) -> None:
    made = json.loads(installation.flask("teams", "create", "Alba Records", "--owner", "eva@alba.example", "--json"))
    page.goto(made["sign_in_url"])
    page.get_by_label(re.compile("password", re.IGNORECASE)).first.fill(PASSWORD)
    page.get_by_role("button").last.click()
    expect(page).to_have_url(re.compile(r"/campaigns$"))


def fill(page: Page, name: str, value: str) -> None:
    """Type into a field, leave it, and see it saved."""
    page.locator(f"#input-{name}").fill(value)
    page.locator(f"#input-{name}").blur()


def field(page: Page, name: str) -> str:
    return page.locator(f"#field-{name}").inner_text()


def make_campaign(page: Page) -> None:
    page.get_by_role("link", name=re.compile("New campaign|first campaign", re.IGNORECASE)).first.click()
    page.get_by_label("Title").fill("Night Drive")
    page.get_by_label("Artist").fill("Alba Voss")
    page.get_by_role("button", name="Create the draft").click()
    expect(page.get_by_role("heading", name="Night Drive").first).to_be_visible()


def fill_the_editor(page: Page) -> None:
    fill(page, "upc", "00602445868163")
    expect(page.locator("#field-upc")).to_contain_text("would be 2")
    fill(page, "upc", "00602445868162")
    expect(page.locator("#field-upc")).to_contain_text("Saved")
    fill(page, "time_zone", "Europe/Berlin")
    fill(page, "release_time", "00:00")
    fill(page, "release_date", "2027-02-05")
    expect(page.locator("#field-release")).to_contain_text("Saved")
    page.locator("#field-target-spotify input, #field-spotify input").first.fill(
        f"https://open.spotify.com/album/{ALBUM}"
    )
    page.locator("#field-target-spotify input, #field-spotify input").first.blur()
    fill(page, "slug", "night-drive")
    expect(page.locator("#field-slug")).to_contain_text("Saved")
    page.set_input_files("#input-artwork", COVER)
    expect(page.locator("#artwork")).to_contain_text("Saved", timeout=20_000)


def pre_save(page: Page, fan: str, decision: str) -> None:
    page.goto("/night-drive")
    page.get_by_role("button", name=re.compile("Spotify")).first.click()
    page.locator("input[name=fan]").fill(fan)
    page.locator(f"button[value={decision}]").click()


def test_from_the_first_sign_in_to_the_listening_page(
    app: Flask, twin: TwinClient, running: Installation, new_phone: NewPhone
) -> None:
    label = new_phone()
    sign_in_first_time(label, running)
    make_campaign(label)
    fill_the_editor(label)
    label.get_by_role("button", name="Publish").click()
    expect(label.get_by_text("Pre-save open").first).to_be_visible()

    ida, jonas, kim = new_phone(), new_phone(), new_phone()
    pre_save(ida, "ida", "allow")
    expect(ida).to_have_url(re.compile("/mine/"))
    expect(ida.get_by_text(re.compile("You.re in")).first).to_be_visible()
    expect(label.locator("#count")).to_contain_text("1", timeout=4_000)
    pre_save(jonas, "jonas", "allow")
    expect(jonas).to_have_url(re.compile("/mine/"))
    expect(label.locator("#count")).to_contain_text("2", timeout=4_000)
    pre_save(kim, "kim", "refuse")
    expect(kim.get_by_text("did not give us permission")).to_be_visible()
    kim.goto("/night-drive")
    expect(kim.get_by_role("button", name=re.compile("Spotify")).first).to_be_visible()

    twin.album(ALBUM)
    move_release(read_sql("SELECT id FROM campaign"), timedelta(seconds=3))
    kim.reload()
    expect(kim.get_by_role("link", name=re.compile("Spotify")).first).to_be_visible(timeout=15_000)
    wait_until(lambda: read_sql("SELECT count(*) FROM pre_save WHERE state = 'done'") == 2, 20)
    assert sorted(twin.control("GET", f"libraries?uri={ALBUM_URI}")["fans"]) == ["ida", "jonas"]
    wait_until(lambda: read_sql("SELECT count(*) FROM pre_save WHERE verified_at IS NOT NULL") == 2, 20)

    ida.reload()
    expect(ida.get_by_text(re.compile("in your Spotify library|added", re.IGNORECASE)).first).to_be_visible()
    link = kim.get_by_role("link", name=re.compile("Spotify")).first
    way_out = requests.get(f"{kim.url.rsplit('/', 1)[0]}{link.get_attribute('href')}", allow_redirects=False, timeout=9)
    assert way_out.headers["Location"] == f"https://open.spotify.com/album/{ALBUM}"
