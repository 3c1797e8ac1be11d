"""Whole installations and browsers for the journeys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from all_services import PLACES, Stage, make_campaign
from flask import Flask
from installation import Installation
from kit_client import LIVE_NEVER_YET
from playwright.sync_api import Browser, Page, sync_playwright
from rehearsing import alone
from scenes import SERVICES, credentials_of, let_back
from serving import serving
from werkzeug.serving import make_server

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def installation(app: Flask, environ: dict[str, str], tmp_path: Path) -> Iterator[Installation]:
    """An installation whose processes are not started yet."""
    made = Installation(environ, tmp_path)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium that bin/test found."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=CHROMIUM_FLAGS, timeout=120_000
        )
        yield chromium
        chromium.close()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The app under test on a free port, in this process: for pages that need no worker."""
    with serving(make_server("127.0.0.1", 0, app, threaded=True)) as url:
        yield url


@pytest.fixture
def more(request: pytest.FixtureRequest) -> dict[str, str]:
    """Further settings of a stage."""
    return getattr(request, "param", {})


@pytest.fixture
def stage(
    app: Flask, installation: Installation, twin_url: str, tmp_path: Path, more: dict[str, str]
) -> Iterator[Stage]:
    """An installation with every service on, and a campaign that is not out anywhere yet."""
    with requests.Session() as session:
        session.trust_env = False
        twins = {service: SERVICES[service].client(twin_url, session) for service in PLACES}
        for service, each in twins.items():
            each.control("POST", "reset")
            each.switch(**SERVICES[service].switches)
            installation.environ |= credentials_of(service, each) | SERVICES[service].urls_at(twin_url)
            let_back(each, installation.url)
        installation.environ |= more
        made = Stage(installation, twins)
        made.show(LIVE_NEVER_YET)
        installation.start_web()
        installation.start_worker()
        installation.start_clock()
        make_campaign(installation, tmp_path)
        yield made


@pytest.fixture
def phone(browser: Browser, stage: Stage) -> Iterator[Page]:
    """A fan's phone that complains about nothing."""
    complaints: list[str] = []
    with browser.new_context(
        base_url=stage.installation.url, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    ) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        yield page
    assert complaints == []


@pytest.fixture
def plays_alone() -> Iterator[None]:
    """No other process of the tests plays a rehearsal meanwhile."""
    with alone():
        yield
