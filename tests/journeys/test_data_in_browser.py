"""The pages of “Data and API” in Chromium: for everybody, at every width, light and dark."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from axe import faults_of
from fans import run_sql
from makers import PASSWORD, make_campaign, make_team
from playwright.sync_api import Browser, Page

from presave_app.api import hook_events

TABLES = Path(__file__).resolve().parents[1] / "campaigns" / "tables"
KEPT = os.environ.get("SCREENSHOTS")


def archive() -> bytes:
    names = ("Night Drive", "Solo", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk")
    entries = [{"origin": f"o{n}", "campaign": {"title": each, "artist": "Alba Voss"}} for n, each in enumerate(names)]
    entries += [{"origin": "o9", "campaign": {"title": "", "artist": "Alba Voss", "upc": "12"}}]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("campaigns.json", json.dumps({"format": "presave-team/1", "campaigns": entries}))
    return out.getvalue()


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.fill("[name=email]", "alice@alba.example")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")


def check(page: Page, name: str) -> None:
    assert faults_of(page) == []
    for width in (320, 360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
        if KEPT:
            scheme = "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
            page.screenshot(path=Path(KEPT) / f"{name}-{width}-{scheme}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_for_everybody(scheme: str, site: str, browser: Browser) -> None:
    make_team()
    with browser.new_context(base_url=site, color_scheme=scheme) as context:  # pyright: ignore[reportArgumentType]
        page = context.new_page()
        sign_in(page)
        page.goto("/data")
        check(page, "data")
        page.click("text=Bring it in")
        assert page.is_visible("text=Choose the archive first.")
        check(page, "fault")
        upload = {"name": "alba.zip", "mimeType": "application/zip", "buffer": archive()}
        page.set_input_files("#input-archive", upload)  # pyright: ignore[reportArgumentType]
        page.click("text=Bring it in")
        assert page.is_visible("text=3 drafts came in")
        check(page, "arrival")
        page.goto("/data")
        page.click("text=Choose a table")
        check(page, "table")
        page.click("text=See what it makes")
        check(page, "table-fault")
        page.set_input_files("#input-table", TABLES / "distributor-semicolons.csv")
        page.click("text=See what it makes")
        check(page, "preview")
        page.click("text=Make 1 draft")
        assert page.is_visible("text=1 draft came in")
        page.goto("/data")
        with page.expect_download() as download:
            page.click("text=Download the archive")
        assert download.value.suggested_filename.startswith("alba-records-")
        with zipfile.ZipFile(download.value.path()) as downloaded:
            assert len(json.loads(downloaded.read("campaigns.json"))["campaigns"]) == 4


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_for_programs_are_for_everybody(scheme: str, site: str, browser: Browser) -> None:
    team_id = make_team()
    with browser.new_context(base_url=site, color_scheme=scheme) as context:  # pyright: ignore[reportArgumentType]
        page = context.new_page()
        sign_in(page)
        page.goto("/data")
        page.click("main >> text=API tokens")
        check(page, "no-tokens")
        page.click("text=Make the token")
        assert page.is_visible("text=Name it after the program")
        page.fill("#input-name", "Newsletter")
        page.click("text=Make the token")
        assert page.input_value("[aria-label='The new token']").startswith("presave_")
        check(page, "token")
        page.goto("/data")
        page.click("main >> text=Webhooks")
        check(page, "no-hooks")
        page.click("text=Make the webhook")
        check(page, "hook-fault")
        page.fill(
            "#input-url", "https://hooks.alba.example/a/rather/long/address/of/a/program/that/listens?to=everything"
        )
        page.click("text=Make the webhook")
        make_campaign(team_id, slug="night-drive")
        hook_events.note_events()
        run_sql("UPDATE hook_delivery SET tries = 12, state = 'given_up', answer = 'no_answer_in_time'")
        page.reload()
        assert page.is_visible("text=Given up")
        check(page, "hooks")
