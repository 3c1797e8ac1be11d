"""Every page of the workspace is for everybody: axe in light and dark, no page wider than a phone, no complaint.

`SCREENSHOTS=some/folder bin/test tests/journeys/test_every_workspace_page.py` keeps what was seen.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe import faults_of
from doors import Door, World, doors_of, make_world
from flask import Flask
from makers import PASSWORD
from playwright.sync_api import Browser, Page

from presave_app.extensions import db, limiter

LOUD = ("error", "warning")
WIDTHS = (320, 360, 768, 1280)
# Parts of pages, files, and pages of the service's own sign-in.
NO_PAGES = re.compile(r"/(heading|preview|slug-check|progress|room|news|proposals|report|test-fans)$|\.")


@pytest.fixture
def world(app: Flask) -> World:
    limiter.reset()
    return make_world()


@pytest.fixture
def page(browser: Browser, site: str, world: World) -> Iterator[Page]:
    """An owner's browser that complains about nothing."""
    complaints: list[str] = []
    with browser.new_context(base_url=site) as context:
        page = context.new_page()
        page.goto("/sign-in")
        page.fill("[name=email]", world.members["owner"][1])
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.on("console", lambda line: complaints.append(f"{page.url} {line.text}") if line.type in LOUD else None)
        page.on("pageerror", lambda error: complaints.append(f"{page.url} {error}"))
        yield page
    assert complaints == []


def test_every_page_is_for_everybody(app: Flask, page: Page, world: World) -> None:
    addresses = {world.address(app, door) for door in doors_of(app) if _is_page(door)}
    assert len(addresses) > 15
    # The pages are looked at for longer than a transaction may idle.
    db.session.remove()
    faults: dict[str, Any] = {}
    seen: set[str] = set()
    for address in sorted(addresses):
        page.goto(address)
        if page.url not in seen:
            seen.add(page.url)
            faults |= {f"{address} {what}": fault for what, fault in _faults(page).items() if fault}
    assert faults == {}


def _is_page(door: Door) -> bool:
    return door.is_safe and not NO_PAGES.search(door.rule.rule.replace("code.<", "code."))


def _faults(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found[scheme] = faults_of(page)
    page.emulate_media(color_scheme="light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        too_wide = page.evaluate("document.documentElement.scrollWidth") - width
        found[f"at {width} px"] = f"{too_wide} px too wide" if too_wide > 0 else None
        _keep(page, width)
    return found


def _keep(page: Page, width: int) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        name = re.sub(r"\W+", "-", page.url.partition("://")[2].partition("/")[2]).strip("-") or "home"
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
