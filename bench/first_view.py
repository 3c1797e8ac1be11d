"""The first view of a page in a Chromium that is as slow as a plain phone on bad mobile data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from local.browser import get_browser
from playwright.sync_api import Browser, sync_playwright

CPU_SLOWER = 4
BYTES_PER_SECOND = 1_600_000 / 8
LATENCY_MS = 150
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
_SETTLED_MS = 1500

# Largest contentful paint, first paint, and what had been asked for and had come by then (in ms and bytes).
_READ = """
() => new Promise((done) => {
  new PerformanceObserver((list, observer) => {
    observer.disconnect();
    const paint = performance.getEntriesByName("first-contentful-paint")[0].startTime;
    const loads = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
      .map((load) => ({ name: new URL(load.name).pathname, at: load.startTime, end: load.responseEnd,
                        bytes: load.transferSize,
                        blocks: load.entryType === "navigation" || load.renderBlockingStatus === "blocking" }));
    done({ largest: list.getEntries().at(-1).startTime, paint, loads });
  }).observe({ type: "largest-contentful-paint", buffered: true });
})
"""


@dataclass(frozen=True)
class FirstView:
    """Times in seconds since the address was opened. Bytes are counted as they came over the line.

    Before the first paint is what it has to wait for, as Chromium says: the page itself and its stylesheets.
    """

    largest_paint: float
    first_paint: float
    requests_before_paint: int
    bytes_before_paint: int
    requests: int
    bytes: int
    artwork_bytes: int


@contextmanager
def open_browser() -> Iterator[Browser]:
    """The Chromium that the tests use."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=get_browser(), args=_FLAGS, timeout=120_000)
        yield browser
        browser.close()


def view(browser: Browser, address: str) -> FirstView:
    """One visit with nothing in the browser's cache, to the end of loading and a little longer."""
    with browser.new_context(
        viewport={"width": 360, "height": 740}, device_scale_factor=2, is_mobile=True, has_touch=True
    ) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        line = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": -1}
        session.send("Network.emulateNetworkConditions", line)
        session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
        page.goto(address, wait_until="load")
        page.wait_for_timeout(_SETTLED_MS)
        seen = page.evaluate(_READ)
    # Polls of the count come after the first view, by the page's own clock.
    loads = [load for load in seen["loads"] if not load["name"].endswith("/count")]
    before = [load for load in loads if load["blocks"]]
    return FirstView(
        seen["largest"] / 1000,
        seen["paint"] / 1000,
        len(before),
        sum(load["bytes"] for load in before),
        len(loads),
        sum(load["bytes"] for load in loads),
        sum(load["bytes"] for load in loads if load["name"].startswith("/art/") and not load["name"].endswith(".css")),
    )


def median_of(views: list[FirstView]) -> FirstView:
    """Each figure's median."""
    names = FirstView.__dataclass_fields__
    return FirstView(**{name: median(getattr(each, name) for each in views) for name in names})  # type: ignore[arg-type]
