"""What axe finds on a page: faults that shut somebody out."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # It would fetch stylesheets anew, which the pages' own policy forbids.
    "preload": False,
}


def faults_of(page: Page) -> list[tuple[str, list[str]]]:
    """The rules that are broken, and where. Nothing moves meanwhile: a colour that fades in is not yet itself."""
    page.emulate_media(reduced_motion="reduce")
    found: list[dict[str, Any]] = Axe().run(page, options=OPTIONS).response["violations"]
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]
