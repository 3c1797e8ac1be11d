"""What a phone loads of an artwork, and the card that a link gets by itself: clock, worker, web, and Chromium."""

from __future__ import annotations

import io
import os

import pytest
import requests
from fans import read_sql
from flask import Flask
from installation import Installation, wait_until
from makers import make_campaign, make_team
from PIL import Image
from playwright.sync_api import Browser, ViewportSize

PHONE = ViewportSize(width=360, height=780)
CARD_SECONDS = 60


def hard_picture() -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGB", (1300, 1300), os.urandom(1300 * 1300 * 3)).save(out, "JPEG", quality=85)
    return out.getvalue()


@pytest.mark.parametrize(("density", "width"), [(2, 640), (3, 960)])
def test_a_phone_loads_a_light_file(
    app: Flask, installation: Installation, browser: Browser, density: int, width: int
) -> None:
    make_campaign(make_team(), slug="night-drive", artwork=hard_picture())
    installation.start_web()
    page = browser.new_page(viewport=PHONE, device_scale_factor=density)
    page.goto(f"{installation.url}/night-drive", wait_until="load")
    chosen = page.eval_on_selector(".art-picture", "picture => picture.currentSrc")
    page.close()
    answer = requests.get(chosen, timeout=10)
    assert answer.headers["Content-Type"] == "image/avif"
    assert Image.open(io.BytesIO(answer.content)).width == width
    assert len(answer.content) <= 60_000


def test_a_published_campaign_gets_its_cards_by_itself(app: Flask, installation: Installation) -> None:
    make_campaign(make_team(), slug="night-drive", title="夜のドライブ")
    installation.start_worker()
    installation.start_clock()
    wait_until(lambda: read_sql("SELECT count(*) FROM link_card WHERE address IS NOT NULL") == 2, CARD_SECONDS, 0.5)
