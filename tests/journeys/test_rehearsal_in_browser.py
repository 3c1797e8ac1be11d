"""A rehearsal as a team sees it: pressed, played by a real worker, read in the page, with JavaScript and without."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe import faults_of
from crowds import put_crowd
from fans import read_sql, run_sql
from installation import Installation, wait_until
from makers import PASSWORD, make_campaign, make_member, make_team
from playwright.sync_api import Browser, Page, expect
from rehearsing import is_clean, made_up_settings

from presave_app.teams.models import Role

pytestmark = pytest.mark.usefixtures("plays_alone")

SHEET = "/campaigns/1/preflight"
STATES = {
    "queued": "UPDATE rehearsal SET play_state = 'queued', play_reason = NULL",
    "making ready": "UPDATE rehearsal SET play_state = 'running', lease_until = now() + interval '1 hour'",
    "running": """
        UPDATE rehearsal SET play_state = 'running', lease_until = now() + interval '1 hour', played_fans = 31,
          cast_fans = 81
    """,
    "failed": "UPDATE rehearsal SET play_state = 'failed', play_reason = 'release_near'",
    "done": "UPDATE rehearsal SET play_state = 'done', play = CAST(:play AS jsonb)",
}
WORDS = {
    "queued": "It waits for a worker",
    "making ready": "are being made ready",
    "running": "31 of 81 made-up fans are through",
    "failed": "It was not played: a release is less than half an hour away",
    "done": "81 made-up fans were served by the real engine",
}


def reviewed(service: str, **figures: object) -> dict[str, object]:
    numbers = {
        "played": 54,
        "added": 50,
        "seen": 50,
        "dead": 4,
        "refused": 0,
        "waiting": 0,
        "limited": 0,
    }
    times = {"first_seconds": 0.2, "seconds": 9.7, "seen_seconds": 20.1, "fans_a_second": 4.8, "shut_for": None}
    return {"service": service, "is_found": True, **numbers, **times, "reasons": {"grant_revoked": 4}, **figures}


PLAY = [
    reviewed("spotify"),
    reviewed("deezer", played=27, added=0, seen=0, dead=0, waiting=27, is_found=False, first_seconds=None, seconds=None,
             seen_seconds=None, fans_a_second=None, reasons={"consented": 27}),
]  # fmt: skip


@pytest.fixture
def campaign_id(app: object) -> int:
    made = make_campaign(make_team())
    make_member(1, "bob@alba.example", Role.VIEWER)
    put_crowd(made, 900, "armed", "consented", due_in="7 days")
    put_crowd(made, 4, "needs_reauth", "grant_revoked", due_in="7 days")
    put_crowd(made, 27, "armed", "consented", due_in="7 days", service="deezer")
    return made


def sign_in(page: Page, email: str = "alice@alba.example") -> None:
    page.goto("/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.goto(SHEET)


@pytest.fixture
def page(browser: Browser, site: str, campaign_id: int) -> Iterator[Page]:
    """Alice in front of the preflight; nobody works in the background."""
    complaints: list[str] = []
    with browser.new_context(base_url=site, viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        sign_in(page)
        yield page
    assert complaints == []


@pytest.fixture
def running(installation: Installation, campaign_id: int) -> Installation:
    """Web, worker and clock as processes, every service on, and none of them to be reached."""
    installation.environ |= made_up_settings(rate=10)
    installation.start_web()
    installation.start_worker()
    installation.start_clock()
    return installation


def test_it_is_played_by_a_worker_and_shown_without_a_reload(browser: Browser, running: Installation) -> None:
    with browser.new_context(base_url=running.url, viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        sign_in(page)
        page.evaluate("window.isTheSamePage = true")
        page.get_by_role("button", name="Rehearse with the real list").click()
        expect(page.locator("#rehearsal")).to_contain_text("927 fans are served")
        expect(page.locator("#play progress")).to_be_visible(timeout=20_000)
        expect(page.get_by_role("region", name="as played")).to_be_visible(timeout=90_000)
        row = page.get_by_role("region", name="as played").get_by_role("row", name="Spotify")
        expect(row).to_contain_text("104")
        expect(page.locator("#play")).to_contain_text("Only the first of your list were played")
        expect(page.get_by_role("button", name="Rehearse again")).to_be_visible()
        assert page.evaluate("window.isTheSamePage")
    wait_until(is_clean, 10)


def test_it_works_without_javascript(browser: Browser, running: Installation) -> None:
    run_sql("DELETE FROM pre_save WHERE service = 'spotify' AND state = 'armed'")
    with browser.new_context(base_url=running.url, java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page)
        page.get_by_role("button", name="Rehearse with the real list").click()
        assert page.url.endswith(f"{SHEET}#rehearsal")
        wait_until(lambda: read_sql("SELECT play_state FROM rehearsal") in ("done", "failed"), 90)
        page.get_by_role("link", name="Look how far it is").click()
        expect(page.get_by_role("region", name="as played")).to_be_visible()


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_for_everybody(page: Page, state: str) -> None:
    page.get_by_role("button", name="Rehearse with the real list").click()
    expect(page.locator("#play")).to_be_visible()
    run_sql(STATES[state], **({"play": json.dumps(PLAY)} if state == "done" else {}))
    page.reload()
    expect(page.locator("#play")).to_contain_text(WORDS[state])
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert faults_of(page) == []
    page.emulate_media(color_scheme="light")
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if folder := os.environ.get("REHEARSAL_PICTURES"):
            page.locator("#rehearsal").screenshot(path=str(Path(folder) / f"{state.replace(' ', '-')}-{width}.png"))


def test_a_viewer_reads_it_and_presses_nothing(browser: Browser, site: str, campaign_id: int) -> None:
    with browser.new_context(base_url=site) as context:
        page = context.new_page()
        sign_in(page, "bob@alba.example")
        expect(page.get_by_role("button", name="Rehearse")).to_have_count(0)
        run_sql("INSERT INTO rehearsal (campaign_id, member_id, result, play_state) VALUES (1, 1, '[]', 'queued')")
        page.reload()
        expect(page.locator("#play")).to_contain_text(WORDS["queued"])
        run_sql(STATES["failed"])
        expect(page.locator("#play")).to_contain_text(WORDS["failed"])
        expect(page.get_by_role("button", name="Rehearse")).to_have_count(0)
