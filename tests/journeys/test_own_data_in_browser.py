"""A fan's data in a browser: taken as a file and erased, on a phone and without JavaScript."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
from fans import read_sql, run_sql
from playwright.sync_api import Browser

from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.releases import adding


def test_it_is_taken_and_erased_without_javascript(site: str, browser: Browser, due: UUID) -> None:
    run_sql("UPDATE target SET found_at = now()")
    adding.add_due("spotify")
    secret = mine_secret(PreSaveId(due))
    with browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(f"{site}/mine/{secret}")
        with page.expect_download() as waiting:
            page.click("#download")
        assert waiting.value.suggested_filename == "my-data.json"
        assert json.loads(Path(waiting.value.path()).read_text())["pre_save"]["state"] == "done"
        assert not page.locator("#erase").is_visible()
        page.click("#my-data summary")
        page.click("#erase")
        page.wait_for_url("**?erased=1*")
        assert page.locator("h1").inner_text() == "It is all erased"
        page.goto(f"{site}/mine/{secret}")
        assert page.locator("h1").inner_text() == "Nothing is kept at this address"
    assert read_sql("SELECT count(*) FROM consent WHERE wording <> ''") == 0
    assert read_sql("SELECT count(*) FROM pre_save WHERE state = 'done'") == 1


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_nothing_reaches_over_the_edge_of_a_phone(site: str, browser: Browser, due: UUID, language: str) -> None:
    own = f"/mine/{mine_secret(PreSaveId(due))}"
    with browser.new_context(viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        for path in ("/night-drive/privacy", "/night-drive/terms", "/privacy", own):
            page.goto(f"{site}{path}?lang={language}")
            page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
