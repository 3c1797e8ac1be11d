"""Links in a browser: pasted and taken away in the editor, and the listening page that puts one's own service first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fans import open_campaign, read_sql, run_sql
from installation import Installation
from makers import PASSWORD
from playwright.sync_api import Browser, Page, ViewportSize, expect

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
AMAZON = "https://music.amazon.com/albums/B0EXAMPLE1"
SHOP = "https://shop.alba.example/night-drive"
SMALL: ViewportSize = {"width": 360, "height": 760}
HOMES = {
    "apple-music": "1700000001",
    "deezer": "album:302127",
    "boomplay": "https://www.boomplay.com/albums/12",
    "jiosaavn": "https://www.jiosaavn.com/album/night-drive/abc",
}


def names(page: Page) -> list[str]:
    return page.locator(".service-name").all_inner_texts()


def test_links_are_pasted_decided_and_removed(browser: Browser, installation: Installation) -> None:
    campaign_id = open_campaign()
    run_sql(
        "INSERT INTO link_suggestion (campaign_id, service, ref, source, title, artist)"
        " VALUES (:id, 'qobuz', 'https://open.qobuz.com/album/x1', 'odesli', 'Night Drive', 'Alba Voss')",
        id=campaign_id,
    )
    installation.start_web()
    context = browser.new_context(base_url=installation.url, viewport={"width": 360, "height": 760})
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("[name=email]").fill("alice@alba.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.goto(f"/campaigns/{campaign_id}")
    field = page.locator("#field-link")
    page.locator("#input-link").fill("http://shop.alba.example")
    page.locator("#input-link").press("Enter")
    expect(field).to_contain_text("begins with https://")
    for link, name in ((AMAZON, "Amazon Music"), (SHOP, "shop.alba.example")):
        page.locator("#input-link").fill(link)
        page.locator("#input-link").press("Enter")
        expect(field.locator(".link-list").first).to_contain_text(name)
        expect(page.locator("#input-link")).to_have_value("")
    expect(page.locator("#preview")).to_contain_text("Amazon Music lets no app add for you")
    page.get_by_role("button", name="Add Qobuz").click()
    expect(field).not_to_contain_text("Found elsewhere")
    page.get_by_role("button", name="Remove shop.alba.example").click()
    expect(field).not_to_contain_text(SHOP)
    assert read_sql("SELECT string_agg(service, ' ' ORDER BY service) FROM target") == "amazon-music qobuz spotify"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


@pytest.mark.parametrize("device", ["plain", "iphone"])
def test_what_was_used_before_comes_first(browser: Browser, installation: Installation, device: str) -> None:
    campaign_id = open_campaign(timedelta(seconds=-1))
    for service, link in (("apple-music", "1700000001"), ("shop.alba.example", SHOP)):
        run_sql(
            "INSERT INTO target (campaign_id, service, ref, found_at) VALUES (:id, :service, :ref, now())",
            id=campaign_id,
            service=service,
            ref=link,
        )
    installation.start_web()
    agent = IPHONE if device == "iphone" else None
    context = browser.new_context(base_url=installation.url, viewport={"width": 360, "height": 760}, user_agent=agent)
    page = context.new_page()
    page.goto("/night-drive")
    first = "Apple Music" if device == "iphone" else "Spotify"
    assert names(page)[0] == first
    with page.expect_response("**/go/*") as way_out:
        page.get_by_role("link", name="shop.alba.example").click()
    assert way_out.value.headers["location"] == SHOP
    page = context.new_page()
    page.goto("/night-drive")
    assert names(page)[0] == "shop.alba.example"
    assert len(names(page)) == 3
    assert read_sql("SELECT sum(number) FROM way_out") == 1
    context.close()


@pytest.mark.parametrize(
    ("zone", "language", "device", "order"),
    [
        ("Europe/Berlin", "de-DE", "plain", ["Spotify", "Apple Music", "Deezer", "Boomplay", "JioSaavn"]),
        ("Asia/Calcutta", "hi-IN", "plain", ["JioSaavn", "Spotify", "Apple Music", "Deezer", "Boomplay"]),
        ("America/Manaus", "en-US", "plain", ["Deezer", "Spotify", "Apple Music", "Boomplay", "JioSaavn"]),
        ("Africa/Accra", "en-GB", "iphone", ["Boomplay", "Apple Music", "Spotify", "Deezer", "JioSaavn"]),
        # Who lives in Berlin and reads English as in India is in Berlin; who hides the zone may still tell a language.
        ("Europe/Berlin", "en-IN", "plain", ["Spotify", "Apple Music", "Deezer", "Boomplay", "JioSaavn"]),
        ("UTC", "en-IN", "plain", ["JioSaavn", "Spotify", "Apple Music", "Deezer", "Boomplay"]),
        ("UTC", "en", "plain", ["Spotify", "Apple Music", "Deezer", "Boomplay", "JioSaavn"]),
    ],
)
def test_what_is_at_home_in_the_country_comes_first(
    browser: Browser, installation: Installation, zone: str, language: str, device: str, order: list[str]
) -> None:
    campaign_id = open_campaign(timedelta(seconds=-1))
    for service, ref in HOMES.items():
        run_sql(
            "INSERT INTO target (campaign_id, service, ref, found_at) VALUES (:id, :service, :ref, now())",
            id=campaign_id,
            service=service,
            ref=ref,
        )
    installation.start_web()
    agent = IPHONE if device == "iphone" else None
    context = browser.new_context(
        base_url=installation.url, timezone_id=zone, locale=language, user_agent=agent, viewport=SMALL
    )
    page = context.new_page()
    page.goto("/night-drive")
    assert names(page) == order
    page.get_by_role("link", name="Deezer").evaluate(
        "(link) => link.addEventListener('click', (e) => e.preventDefault())"
    )
    page.get_by_role("link", name="Deezer").click()
    page.reload()
    assert names(page) == ["Deezer", *(name for name in order if name != "Deezer")]
    context.close()
