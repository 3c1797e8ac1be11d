"""Where a service promises less than it seems, ignores, or refuses inside a success, the fan's page says what is so."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import http_ece
import pytest
from all_services import Stage, go_in, pre_save
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fans import read_sql, run_sql
from installation import wait_until
from playwright.sync_api import Page, expect
from push_service import PushService, push_service
from scenes import SERVICES

from presave_app.lib.vapid import parse_vapid_key

VAPID_KEY = "vplfkITvu0cwHqzK9Kj-DYStbCH_9AhGx9LqMyaeI6w"
AUTH = bytes(range(16))


def state_of(service: str) -> str:
    return read_sql("SELECT state || ' ' || reason FROM pre_save WHERE service = :service", service=service)


def test_no_lasting_permission_becomes_a_reminder_with_one_tap_on_the_day(stage: Stage, phone: Page) -> None:
    tidal = stage.twins["tidal"]
    tidal.switch(refresh_token_given=False)
    go_in(phone, "tidal")
    expect(phone.locator(".state-headline")).to_have_text("Shall we remind you?")
    expect(phone.locator(".state-text")).to_contain_text("TIDAL gave no permission that lasts until the day")
    assert read_sql("SELECT count(*) FROM pre_save") == 0
    assert read_sql("SELECT count(*) FROM fan_grant") == 0
    phone.locator("#way-calendar").click()
    expect(phone.locator(".state-headline")).to_have_text("We remind you")

    stage.release()
    wait_until(lambda: read_sql("SELECT flipped_at IS NOT NULL FROM campaign"), 30)
    go_in(phone, "tidal")
    wait_until(lambda: list(tidal.library()) == [SERVICES["tidal"].held], 30)
    wait_until(lambda: read_sql("SELECT count(*) FROM pre_save WHERE verified_at IS NOT NULL") == 1, 30)
    phone.reload()
    expect(phone.locator(".state-headline")).to_contain_text("It's in your collection on TIDAL")


def test_an_add_that_was_ignored_in_silence_is_no_success(stage: Stage, phone: Page) -> None:
    apple = stage.twins["apple-music"]
    apple.fault("202_ignored", method="POST", path="*/me/library", rate=1)
    page = pre_save(phone, "apple-music")
    stage.release()
    wait_until(lambda: state_of("apple-music") == "armed sent_unproven", 60)
    phone.goto(page)
    expect(phone.locator(".state")).to_contain_text("the library does not show it yet")
    expect(phone.locator(".state-headline")).not_to_contain_text("It's in your")
    assert read_sql("SELECT count(*) FROM pre_save WHERE done_at IS NOT NULL") == 0

    apple.control("DELETE", "faults")
    run_sql("UPDATE pre_save SET next_at = now()")
    wait_until(lambda: list(apple.library()) == [SERVICES["apple-music"].held], 60)
    run_sql("UPDATE pre_save SET next_at = now() WHERE state = 'armed'")
    wait_until(lambda: read_sql("SELECT count(*) FROM pre_save WHERE verified_at IS NOT NULL") == 1, 60)
    phone.reload()
    expect(phone.locator(".state-headline")).to_contain_text("It's in your Apple Music library")


def test_an_error_inside_a_success_is_an_error(stage: Stage, phone: Page) -> None:
    deezer = stage.twins["deezer"]
    deezer.fault("individual_account_not_allowed", method="POST", path="*/user/me/albums", rate=1)
    page = pre_save(phone, "deezer")
    stage.release()
    wait_until(lambda: state_of("deezer").endswith("account_not_allowed"), 60)
    (call,) = deezer.calls(method="POST", path="/user/me/albums")
    assert call["status"] == 200
    phone.goto(page)
    expect(phone.locator(".state")).to_contain_text("does not allow this for this kind of account")
    assert deezer.library() == {}


@pytest.fixture
def push_house() -> Iterator[PushService]:
    with push_service(parse_vapid_key(VAPID_KEY).public) as house:
        yield house


@pytest.mark.parametrize("more", [{"VAPID_PRIVATE_KEY": VAPID_KEY}], indirect=True)
def test_a_push_leads_to_the_music(stage: Stage, phone: Page, push_house: PushService) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    stage.twins["tidal"].switch(refresh_token_given=False)
    phone.context.grant_permissions(["notifications"], origin=stage.installation.url)
    phone.add_init_script(subscribed_at(f"{push_house.url}/to/ida", key))
    go_in(phone, "tidal")
    phone.locator("#way-push").click()
    expect(phone.locator(".state-headline")).to_have_text("We remind you")
    stage.release()
    wait_until(lambda: len(push_house.pushed) == 1, 60)
    assert push_house.faults == []
    told = json.loads(http_ece.decrypt(push_house.pushed[0].body, private_key=key, auth_secret=AUTH))
    assert told["title"] == "Out now: Night Drive"
    assert told["url"] == "https://tidal.com/album/251380836"
    phone.reload()
    expect(phone.locator(".way")).to_contain_text("Sent, and the way to your browser is erased.")


def subscribed_at(endpoint: str, key: ec.EllipticCurvePrivateKey) -> str:
    """A browser of a maker without a push service of its own: only the subscription is stood in for."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    subscription: dict[str, Any] = {"endpoint": endpoint, "keys": {"p256dh": _text(point), "auth": _text(AUTH)}}
    return f"PushManager.prototype.subscribe = async () => ({{ toJSON: () => ({json.dumps(subscription)}) }});"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
