"""A fan who comes back, in a browser: their own state in place, and the release played on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from all_services import Stage, pre_save
from fans import SLUG, move_release, open_campaign, run_sql
from flask import Flask
from installation import Installation
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

ME = f"/{SLUG}/me"
# What moves without anybody having touched anything, as browsers measure it.
WATCH_SHIFTS = """
    window.shifted = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""
# https://web.dev/articles/cls
GOOD_SHIFT = 0.1
# Half the height of a button: what was under a finger is still there.
MOST_MOVED = 28


@pytest.fixture
def phone_context(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=installation.url, viewport={"width": 360, "height": 740})
    yield context
    context.close()


def paths_asked(page: Page) -> list[str]:
    """The path of each request from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    return asked


def moved_by_the_answer(page: Page) -> float:
    """Open the release's page on a slow line; by how many pixels its buttons move once the fan's own state is there."""
    waiting: list[Route] = []
    page.route(f"**{ME}", lambda route: waiting.append(route))
    with page.expect_request(f"**{ME}"):
        page.goto(f"/{SLUG}")
    place = "document.querySelector('#services').getBoundingClientRect().top + scrollY"
    before = page.evaluate(place)
    waiting[0].continue_()
    expect(page.locator(".own-line").first).to_be_visible()
    page.unroute(f"**{ME}")
    return page.evaluate(place) - before


def test_a_fan_of_two_services_comes_back(phone: Page, stage: Stage) -> None:
    asked = paths_asked(phone)
    phone.goto(f"/{SLUG}")
    phone.wait_for_load_state("networkidle")
    assert ME not in asked
    expect(phone.locator("#me")).to_be_hidden()
    own = [pre_save(phone, service) for service in ("spotify", "soundcloud")]

    asked.clear()
    lines = phone.locator(".own-line")
    assert abs(moved_by_the_answer(phone)) <= MOST_MOVED
    expect(lines).to_have_count(2)
    expect(lines.nth(0)).to_contain_text("You pre-saved on SoundCloud")
    expect(lines.nth(1)).to_contain_text("You pre-saved on Spotify")
    expect(lines.nth(1)).to_contain_text("we add it to your Spotify library")
    assert asked.count(ME) == 1
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    # What is done stands back, the rest is one tap away as before.
    expect(phone.locator(".is-used")).to_have_count(2)
    expect(phone.locator("#connect-deezer")).to_be_enabled()
    hrefs = [link.get_attribute("href") for link in lines.locator("a").all()]
    assert hrefs == [urlsplit(address).path for address in reversed(own)]

    lines.nth(0).get_by_role("link").click()
    phone.locator("#cancel").click()
    expect(phone.locator(".state-headline")).to_have_text("Cancelled")
    phone.goto(f"/{SLUG}")
    expect(lines.nth(0)).to_contain_text("Cancelled")
    expect(phone.locator(".is-used")).to_have_count(1)

    # A page that is open turns by itself, and says how the add went.
    stage.release()
    expect(phone.locator(".when")).to_have_text("Out now", timeout=30_000)
    expect(phone.locator(".own-line", has_text="It's in your Spotify library")).to_be_visible(timeout=30_000)
    expect(phone.locator(".own-line", has_text="Added: ")).to_have_count(1)
    expect(phone.locator(".late-adds [data-service=spotify]")).to_be_hidden()
    expect(phone.locator(".late-adds [data-service=deezer]")).to_be_visible()
    names = phone.locator("#services .service-name").all_inner_texts()
    assert names[:2] == ["SoundCloud", "Spotify"]

    phone.locator("#forget").click()
    expect(phone.locator("#me")).to_be_hidden()
    assert phone.evaluate("document.cookie") == ""
    assert phone.evaluate("localStorage.length") == 0
    assert phone.locator("#services .service-name").first.inner_text() == "Spotify"


def test_the_way_back_without_script(browser: Browser, stage: Stage) -> None:
    context = browser.new_context(base_url=stage.installation.url, java_script_enabled=False)
    page = context.new_page()
    address = pre_save(page, "spotify")
    page.goto(f"/{SLUG}")
    page.get_by_role("link", name="Did you pre-save here before?").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
    page.get_by_role("link", name="See it or undo it").click()
    assert urlsplit(page.url).path == urlsplit(address).path
    page.goto(ME)
    page.get_by_role("button", name="Forget it here").click()
    page.goto(ME)
    expect(page.get_by_role("heading", level=1)).to_contain_text("knows of nothing")
    context.close()


def test_nothing_of_the_service_is_loaded_before_a_press(
    app: Flask, phone_context: BrowserContext, installation: Installation
) -> None:
    open_campaign(timedelta(seconds=-10))
    installation.start_web()
    page = phone_context.new_page()
    hosts: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: hosts.append(urlsplit(request.url).netloc))
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(WATCH_SHIFTS)
    page.goto(f"/{SLUG}")
    button = page.get_by_role("link", name="Listen here")
    expect(page.locator("#player-from")).to_have_text("The player comes from Spotify, once you press.")
    page.wait_for_load_state("networkidle")
    assert set(hosts) == {urlsplit(installation.url).netloc}
    assert page.locator("iframe").count() == 0

    button.click()
    expect(page.frame_locator("#listen-here iframe").get_by_role("heading")).to_have_text("Spotify")
    frame = page.locator("#listen-here iframe")
    box = frame.bounding_box()
    assert box is not None
    assert box["height"] == 352
    assert frame.get_attribute("title") == "Night Drive on Spotify"
    assert "allow-top-navigation" not in (frame.get_attribute("sandbox") or "")
    assert len(set(hosts)) == 2
    assert page.evaluate("window.shifted") < GOOD_SHIFT
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []


def test_the_player_is_that_of_the_fans_own_service(
    app: Flask, phone_context: BrowserContext, installation: Installation
) -> None:
    campaign_id = open_campaign(timedelta(seconds=-10))
    run_sql("INSERT INTO target (campaign_id, service, ref) VALUES (:id, 'deezer', 'album:302127')", id=campaign_id)
    twin = urlsplit(installation.environ["SPOTIFY_EMBED_URL"])
    installation.environ["DEEZER_EMBED_URL"] = f"{twin.scheme}://{twin.netloc}/deezer/embed"
    installation.start_web()
    page = phone_context.new_page()
    page.goto(f"/{SLUG}")
    expect(page.locator("#player-from")).to_contain_text("Spotify")
    page.evaluate("localStorage.setItem('service-used', 'deezer')")
    page.reload()
    expect(page.locator("#player-from")).to_contain_text("Deezer")
    page.get_by_role("link", name="Listen here").click()
    expect(page.frame_locator("#listen-here iframe").get_by_role("heading")).to_have_text("Deezer")


def test_a_page_that_turned_while_it_was_open_comes_anew_for_the_player(
    app: Flask, phone_context: BrowserContext, installation: Installation
) -> None:
    """Its policy let no frames in; the press loads the page that does, and brings the fan to the button."""
    campaign_id = open_campaign()
    installation.start_web()
    move_release(campaign_id, timedelta(seconds=5))
    page = phone_context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.goto(f"/{SLUG}")
    assert page.locator("#listen-here").count() == 0
    page.get_by_role("link", name="Listen here").click(timeout=30_000)
    expect(page).to_have_url(re.compile("#listen-here$"))
    page.get_by_role("link", name="Listen here").click()
    expect(page.frame_locator("#listen-here iframe").get_by_role("heading")).to_have_text("Spotify")
    assert complaints == []


def test_without_script_it_is_a_way_to_the_service(app: Flask, browser: Browser, installation: Installation) -> None:
    open_campaign(timedelta(seconds=-10))
    installation.start_web()
    context = browser.new_context(base_url=installation.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/{SLUG}")
    link = page.locator("#listen-here a")
    expect(link).to_have_text("Play on Spotify")
    assert re.fullmatch(r"/go/\d+", link.get_attribute("href") or "")
    context.close()
