"""A member tests a connection in Chromium, by the service's page and by its script on ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from all_services import wait_for_musickit
from fans import read_sql
from flask import Flask
from installation import Installation
from makers import PASSWORD, make_team
from playwright.sync_api import Browser, Page, expect
from scenes import SERVICES, Scene, credentials_of, let_back

MEMBER = "alice@alba.example"


@pytest.fixture
def desk(app: Flask, browser: Browser, installation: Installation, scene: Scene, twin_url: str) -> Iterator[Page]:
    """A signed-in member's browser, in front of an installation with the service of the scene."""
    service = scene.connector.service
    installation.environ |= credentials_of(service, scene.twin) | SERVICES[service].urls_at(twin_url)
    let_back(scene.twin, installation.url)
    make_team()
    installation.start_web()
    installation.start_worker()
    installation.start_clock()
    complaints: list[str] = []
    with browser.new_context(base_url=installation.url) as context:
        page = context.new_page()
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.goto(f"/sign-in?next=/services/{service}/test")
        page.fill("#input-email", MEMBER)
        page.fill("#input-password", PASSWORD)
        page.click("button[type=submit]")
        yield page
    assert complaints == []


def expect_it_works(page: Page, scene: Scene) -> None:
    expect(page.locator("#connection-report h2")).to_have_text(f"{scene.connector.name} works", timeout=40_000)
    assert read_sql("SELECT state FROM connection_test") == "works"


@pytest.mark.parametrize("scene", ["spotify"], indirect=True)
def test_by_the_page_of_the_service(desk: Page, scene: Scene) -> None:
    desk.fill("#input-ref", scene.service.pasted)
    desk.click("#continue")
    desk.locator("input[name=fan]").fill("alice")
    desk.locator("button[value=allow]").click()
    expect_it_works(desk, scene)
    expect(desk.locator(".trail")).to_contain_text("Your library is as it was.")
    assert not scene.held_by("alice")


@pytest.mark.parametrize("scene", ["apple-music"], indirect=True)
def test_by_the_script_of_the_service(desk: Page, scene: Scene) -> None:
    wait_for_musickit(desk)
    desk.fill("#input-ref", scene.service.pasted)
    with desk.expect_popup() as opened:
        desk.click("#continue")
    opened.value.fill("#fan", "alice")
    opened.value.click("button.primary")
    expect_it_works(desk, scene)
    assert scene.held_by("alice")
