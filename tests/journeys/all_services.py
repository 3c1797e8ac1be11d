"""One campaign with every service, and a fan's way in at each of them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from fans import SLUG, move_release, read_sql, run_sql
from installation import Installation
from kit_client import LIVE_SINCE, KitClient
from playwright.sync_api import Page, expect
from scenes import SERVICES

# The words in which a fan is told where it is afterwards.
PLACES = {
    "spotify": "Spotify library",
    "apple-music": "Apple Music library",
    "deezer": "favourites on Deezer",
    "tidal": "collection on TIDAL",
    "soundcloud": "likes on SoundCloud",
    "youtube": "liked videos on YouTube",
    "audiomack": "favourites on Audiomack",
}


@dataclass
class Stage:
    """A running installation with every service on, and the twins behind it."""

    installation: Installation
    twins: dict[str, KitClient]

    def show(self, live_from: str = LIVE_SINCE) -> None:
        """Let every twin show the release, or say when it will."""
        for service, twin in self.twins.items():
            twin.release(SERVICES[service].held, **SERVICES[service].release, live_from=live_from)

    def release(self) -> None:
        """The night has come, in the app and at every service."""
        self.show()
        move_release(read_sql("SELECT id FROM campaign"), timedelta(seconds=2))
        run_sql("UPDATE reminder_way SET next_at = now() + interval '2 seconds' WHERE state = 'armed'")


def make_campaign(installation: Installation, folder: Path) -> None:
    """The label's part, on the command line."""
    installation.flask("teams", "create", "Alba Records", "--owner", "eva@alba.example", "--json")
    file = folder / "campaign.json"
    file.write_text(
        json.dumps(
            {
                "title": "Night Drive",
                "artist": "Alba Voss",
                "slug": SLUG,
                "release": {"at": "2027-02-05T00:00:00", "time_zone": "Europe/Berlin"},
                "targets": {service: SERVICES[service].pasted or SERVICES[service].link for service in PLACES},
                "publish": True,
            }
        )
    )
    installation.flask("campaigns", "create", str(file), "--team", "alba-records")


def go_in(phone: Page, service: str) -> None:
    """The whole way in of one service, up to a page of the fan's own."""
    phone.goto(f"/{SLUG}")
    phone.locator(f"#connect-{service}").click()
    if SERVICES[service].kind.signs_in_on_page:
        _sign_in_on_page(phone)
    else:
        phone.locator("input[name=fan]").fill("ida")
        phone.locator("button[value=allow]").click()
    expect(phone).to_have_url(re.compile("/mine/"))


def pre_save(phone: Page, service: str) -> str:
    """Go in and be told so; returns the address of the fan's own page."""
    go_in(phone, service)
    expect(phone.locator(".state-headline")).to_have_text("You're in")
    return phone.url


def wait_for_musickit(page: Page) -> None:
    """Until Apple's script can be used: a tap before that opens no window and asks to be repeated."""
    page.wait_for_load_state()
    # A page whose policy allows no eval can't be waited for by Playwright's own wait_for_function.
    while not page.evaluate("Boolean(window.MusicKit && MusicKit.getInstance())"):
        page.wait_for_timeout(20)


def _sign_in_on_page(phone: Page) -> None:
    expect(phone.locator("#continue")).to_be_enabled()
    wait_for_musickit(phone)
    with phone.expect_popup() as opened:
        phone.locator("#continue").click()
    opened.value.fill("#fan", "ida")
    opened.value.click("button.primary")
