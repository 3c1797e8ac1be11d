"""One link, every service: a fan pre-saves on each by its own way in, and finds the release there after its night."""

from __future__ import annotations

from all_services import PLACES, Stage, pre_save
from fans import SLUG, read_sql
from installation import wait_until
from playwright.sync_api import Page, expect
from scenes import SERVICES

from presave_app.streaming.registry import OPTIONS


def test_every_service_on_one_link(stage: Stage, phone: Page) -> None:
    pages = {service: pre_save(phone, service) for service in PLACES}
    assert set(pages) == {options.service for options in OPTIONS}
    assert not any(twin.library() for twin in stage.twins.values())

    stage.release()
    wait_until(lambda: read_sql("SELECT count(*) FROM pre_save WHERE verified_at IS NOT NULL") == len(pages), 90)

    for service, twin in stage.twins.items():
        assert list(twin.library()) == [SERVICES[service].held], service
    for service, place in PLACES.items():
        phone.goto(pages[service])
        expect(phone.locator(".state-headline")).to_contain_text("It's in your")
        expect(phone.locator(".state-headline")).to_contain_text(place)
    phone.goto(f"/{SLUG}")
    for service in pages:
        expect(phone.locator(f"#play-{service}")).to_be_visible()
