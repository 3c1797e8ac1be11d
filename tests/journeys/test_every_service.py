"""One link, five services: a fan pre-saves on each by its own way in, and finds the release there after its night."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from fans import SLUG, move_release, read_sql
from flask import Flask
from installation import Installation, wait_until
from kit_client import LIVE_NEVER_YET, KitClient
from playwright.sync_api import Browser, Page, expect
from scenes import SERVICES, credentials_of, let_back
from twin_client import ALBUM, ALBUM_URI, TwinClient

# What a label pastes, and the words in which the fan is told where it is afterwards.
PASTED = {
    "apple-music": ("1700000001", "Apple Music library"),
    "audiomack": ("https://audiomack.com/alba-voss/album/night-drive", "Audiomack"),
    "soundcloud": ("soundcloud:playlists:1", "likes on SoundCloud"),
    "youtube": ("dQw4w9WgXcQ", "liked videos on YouTube"),
}


@dataclass
class Stage:
    """A running installation with every service on, and the twins behind it."""

    installation: Installation
    twins: dict[str, KitClient]

    def release(self, **more: object) -> None:
        """Let every twin show the release, or say when it will."""
        for service, twin in self.twins.items():
            scene = SERVICES[service]
            twin.release(scene.held, **{**scene.release, **more})


@pytest.fixture
def stage(app: Flask, installation: Installation, twin: TwinClient, twin_url: str, tmp_path: Path) -> Iterator[Stage]:
    with requests.Session() as session:
        session.trust_env = False
        twins = {service: SERVICES[service].client(twin_url, session) for service in PASTED}
        for service, each in twins.items():
            each.control("POST", "reset")
            each.switch(**SERVICES[service].switches)
            installation.environ |= credentials_of(service, each) | SERVICES[service].urls_at(twin_url)
            let_back(each, installation.url)
        made = Stage(installation, twins)
        made.release(live_from=LIVE_NEVER_YET)
        installation.start_web()
        installation.start_worker()
        installation.start_clock()
        _make_campaign(installation, tmp_path)
        yield made


def _make_campaign(installation: Installation, folder: Path) -> None:
    installation.flask("teams", "create", "Alba Records", "--owner", "eva@alba.example", "--json")
    file = folder / "campaign.json"
    file.write_text(
        json.dumps(
            {
                "title": "Night Drive",
                "artist": "Alba Voss",
                "slug": SLUG,
                "release": {"at": "2027-02-05T00:00:00", "time_zone": "Europe/Berlin"},
                "targets": {"spotify": ALBUM_URI, **{service: pasted for service, (pasted, _) in PASTED.items()}},
                "publish": True,
            }
        )
    )
    installation.flask("campaigns", "create", str(file), "--team", "alba-records")


@pytest.fixture
def phone(browser: Browser, stage: Stage) -> Iterator[Page]:
    complaints: list[str] = []
    with browser.new_context(
        base_url=stage.installation.url, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    ) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        yield page
    assert complaints == []


def pre_save(phone: Page, service: str) -> str:
    """The way in of one service; returns the address of the fan's own page."""
    phone.goto(f"/{SLUG}")
    phone.locator(f"#connect-{service}").click()
    if service == "apple-music":
        expect(phone.locator("#continue")).to_be_enabled()
        phone.wait_for_function("window.MusicKit && document.readyState === 'complete'")
        with phone.expect_popup() as opened:
            phone.locator("#continue").click()
        opened.value.fill("#fan", "ida")
        opened.value.click("button.primary")
    else:
        phone.locator("input[name=fan]").fill("ida")
        phone.locator("button[value=allow]").click()
    expect(phone).to_have_url(re.compile("/mine/"))
    expect(phone.locator(".state-headline")).to_have_text("You're in")
    return phone.url


def test_every_service_on_one_link(stage: Stage, twin: TwinClient, phone: Page) -> None:
    pages = {service: pre_save(phone, service) for service in ("spotify", *PASTED)}
    assert not any(twin.library() for twin in stage.twins.values())

    twin.album(ALBUM)
    stage.release()
    move_release(read_sql("SELECT id FROM campaign"), timedelta(seconds=2))
    wait_until(lambda: read_sql("SELECT count(*) FROM pre_save WHERE verified_at IS NOT NULL") == len(pages), 90)

    assert list(twin.library()) == [ALBUM_URI]
    for service, each in stage.twins.items():
        assert list(each.library()) == [SERVICES[service].held], service
    for service, (_, place) in PASTED.items():
        phone.goto(pages[service])
        expect(phone.locator(".state-headline")).to_contain_text("It's in your")
        expect(phone.locator(".state-headline")).to_contain_text(place)
    phone.goto(f"/{SLUG}")
    for service in pages:
        expect(phone.locator(f"#play-{service}")).to_be_visible()
