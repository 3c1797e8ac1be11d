"""The look of a page in Chromium: a label sees it as soon as it is saved, and no choice makes it unreadable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from fans import open_campaign, read_sql, run_sql
from installation import Installation, wait_until
from makers import PASSWORD, make_campaign
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from presave_app.campaigns import colours
from presave_app.campaigns.models import Campaign
from presave_app.lib.palette import contrast
from presave_app.transaction import transaction

ARTWORK = Path(__file__).resolve().parents[2] / "bin" / "local" / "night-drive.jpg"
SMALL = ViewportSize(width=320, height=640)
DESK = ViewportSize(width=1280, height=900)
HOSTILE = {
    "yellow on white": ("#ffff00", "#ffffff"),
    "black on black": ("#000000", "#000000"),
    "white on white": ("#ffffff", "#ffffff"),
    "grey on grey": ("#777777", "#777777"),
    "red on red": ("#ff0000", "#ff0000"),
    "the artwork's accent on white": (None, "#ffffff"),
    "blue on the artwork's ground": ("#0000ff", None),
}
WORDS = (
    "Signed copies & bundles only in our shop, while they last. \U0001f4bf\u2728\n"
    "\u05dc\u05d9\u05dc\u05d4 \u05d8\u05d5\u05d1: \u05d4\u05d5\u05e4\u05e2\u05d4\n"
    "Donaudampfschifffahrtselektrizit\u00e4tenhauptbetriebswerkbauunterbeamtengesellschaft " + "la " * 30
)

# What a browser makes of the colours: of the text, and of the first thing behind it that is not see-through.
MEASURE = """selector => {
  const element = document.querySelector(selector);
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const parts = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  let behind = element;
  while (parts(getComputedStyle(behind).backgroundColor)[3] < 255) behind = behind.parentElement;
  const style = getComputedStyle(element);
  return {
    text: parts(style.color),
    behind: parts(getComputedStyle(behind).backgroundColor),
    ring: parts(style.outlineColor),
    isRinged: style.outlineStyle !== "none",
    around: parts(getComputedStyle(document.querySelector(".poster")).backgroundColor),
  };
}"""


def measured(page: Page, selector: str) -> dict[str, Any]:
    found = page.evaluate(MEASURE, selector)
    as_hex = lambda part: "#{:02x}{:02x}{:02x}".format(*part[:3]) if isinstance(part, list) else part  # noqa: E731
    return {name: as_hex(part) for name, part in found.items()}


def contrast_of(page: Page, selector: str) -> float:
    found = measured(page, selector)
    return contrast(found["text"], found["behind"])


def dressed_campaign(accent: str | None, ground: str | None) -> int:
    open_campaign(slug="another-one")
    campaign_id = make_campaign(1, slug="night-drive", artwork=ARTWORK.read_bytes())
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        colours.choose_colours(campaign, accent, ground)
        campaign.words_before = WORDS[:280]
        campaign.own_links = [
            {"name": "Merch", "url": "https://shop.example/"},
            {"name": "\u05db\u05e8\u05d8\u05d9\u05e1\u05d9\u05dd", "url": "https://tickets.example/"},
            {"name": "a-very-long-host-name-of-a-newsletter.example", "url": "https://newsletter.example/"},
        ]
    return campaign_id


@pytest.mark.parametrize("choice", list(HOSTILE))
def test_no_choice_makes_the_page_unreadable(browser: Browser, installation: Installation, choice: str) -> None:
    dressed_campaign(*HOSTILE[choice])
    installation.start_web()
    page = browser.new_page(base_url=installation.url, viewport=SMALL)
    page.goto("/night-drive", wait_until="load")
    texts = (".title", ".artist", ".when", ".service-name", ".verb", ".deed", ".promise-text", ".own-words")
    found = {selector: contrast_of(page, selector) for selector in (*texts, ".own-links a", ".languages a")}
    assert {selector: value for selector, value in found.items() if value < 4.5} == {}
    page.keyboard.press("Tab")
    focused = measured(page, ":focus-visible")
    assert focused["isRinged"] is True
    assert contrast(focused["ring"], focused["around"]) >= 3
    button = measured(page, ".service-button")
    assert contrast(button["behind"], button["around"]) >= 3
    page.close()


def test_it_fits_a_narrow_phone_and_large_letters(browser: Browser, installation: Installation) -> None:
    dressed_campaign("#0b5d1e", "#fff8e7")
    installation.start_web()
    page = browser.new_page(base_url=installation.url, viewport=SMALL)
    page.goto("/night-drive", wait_until="load")
    for size in ("100%", "200%"):
        page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
        for part in (".own-words", ".own-links", ".service-button"):
            box = page.locator(part).first.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= SMALL["width"]
            assert page.eval_on_selector(part, "part => part.scrollWidth <= part.clientWidth + 1")
    lines = page.eval_on_selector(".own-words", "part => getComputedStyle(part).whiteSpace")
    assert lines == "pre-line"
    page.close()


def test_no_text_stands_on_the_blurred_artwork(browser: Browser, installation: Installation) -> None:
    campaign_id = dressed_campaign("#0b5d1e", "#f38334")
    run_sql(
        "INSERT INTO target (campaign_id, service, ref) VALUES (:id, 'shop.example', 'https://shop.example/x')",
        id=campaign_id,
    )
    installation.start_web()
    page = browser.new_page(base_url=installation.url)
    for size in (SMALL, ViewportSize(width=700, height=330)):
        page.set_viewport_size(size)
        for path, first in (("/night-drive", ".title"), ("/night-drive/remind/shop.example", ".of-title")):
            page.goto(path, wait_until="load")
            backdrop, text = (page.locator(part).first.bounding_box() for part in (".backdrop", first))
            assert backdrop is not None
            assert text is not None
            assert backdrop["y"] + backdrop["height"] <= text["y"]
    page.close()


def test_a_label_sees_its_look_as_it_is_saved(browser: Browser, installation: Installation) -> None:
    open_campaign(slug="another-one")
    campaign_id = make_campaign(1, slug="night-drive", artwork=ARTWORK.read_bytes())
    installation.start_web()
    context = browser.new_context(base_url=installation.url, viewport=DESK)
    page = signed_in(context)
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.goto(f"/campaigns/{campaign_id}")
    poster = page.locator("#preview .poster")
    before = poster.evaluate("poster => getComputedStyle(poster).backgroundColor")
    expect(page.locator("#look .field").first).to_be_hidden()
    page.locator("#look > summary").click()
    pick(page, "#pick-ground", "#fff8e7")
    expect(poster).to_have_css("background-color", "rgb(255, 248, 231)")
    expect(page.locator("#input-ground")).to_have_value("#fff8e7")
    page.locator("#input-accent").fill("#ffff00")
    page.locator("#input-accent").blur()
    expect(page.locator("#field-colours")).to_contain_text("The accent was made darker, from #ffff00 to #")
    shown = read_sql("SELECT own_colours ->> 'accent' FROM campaign WHERE id = :id", id=campaign_id)
    red, green, blue = (int(shown[at : at + 2], 16) for at in (1, 3, 5))
    expect(page.locator("#preview .service-button")).to_have_css("background-color", f"rgb({red}, {green}, {blue})")
    expect(page.locator("#pick-accent")).to_have_value(shown)
    page.locator("#input-words_before").fill("Signed copies\nin our shop")
    expect(page.locator("#preview .own-words")).to_have_text(re.compile("Signed copies"))
    page.locator("#input-link_url_1").fill("https://shop.example/")
    page.locator("#input-link_url_1").blur()
    expect(page.locator("#preview .own-links")).to_have_text("shop.example")
    page.get_by_role("button", name="Back to the artwork's colours").click()
    expect(poster).to_have_css("background-color", before)
    expect(page.locator("#input-accent")).to_have_value("")
    assert read_sql("SELECT words_before FROM campaign WHERE id = :id", id=campaign_id) == "Signed copies\nin our shop"
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []
    context.close()


def test_the_preview_misses_no_change(browser: Browser, installation: Installation) -> None:
    """Two fields are saved while it renews itself for the first: it has to ask once more."""
    campaign_id = open_campaign()
    installation.start_web()
    context = browser.new_context(base_url=installation.url, viewport=DESK)
    page = signed_in(context)
    page.goto(f"/campaigns/{campaign_id}")
    asked: list[str] = []
    page.on("requestfinished", lambda each: asked.append(each.url) if each.url.endswith("/preview") else None)
    say = "document.body.dispatchEvent(new Event('campaign-changed'))"
    page.evaluate(f"{say}; {say}")
    wait_until(lambda: page.wait_for_timeout(50) is None and len(asked) == 2, 5)
    page.evaluate(say)
    wait_until(lambda: page.wait_for_timeout(50) is None and len(asked) == 3, 5)
    context.close()


def test_without_scripts_the_look_is_a_plain_form(browser: Browser, installation: Installation) -> None:
    open_campaign(slug="another-one")
    campaign_id = make_campaign(1, slug="night-drive")
    installation.start_web()
    context = browser.new_context(base_url=installation.url, viewport=DESK, java_script_enabled=False)
    page = signed_in(context)
    page.goto(f"/campaigns/{campaign_id}")
    page.locator("#look > summary").click()
    expect(page.locator("#pick-ground")).to_be_hidden()
    page.locator("#input-ground").fill("#fff8e7")
    page.locator("#input-words_after").fill("Now on vinyl")
    page.locator("#campaign-form").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#preview .poster")).to_have_css("background-color", "rgb(255, 248, 231)")
    page.locator("#input-title").fill("Night Bus")
    page.get_by_role("button", name="Back to the artwork's colours").click()
    expect(page.locator("#input-ground")).to_have_value("")
    expect(page.locator("#input-title")).to_have_value("Night Bus")
    expect(page.locator("#input-words_after")).to_have_value("Now on vinyl")
    context.close()


def signed_in(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("[name=email]").fill("alice@alba.example")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.wait_for_url("**/campaigns")
    return page


def pick(page: Page, selector: str, colour: str) -> None:
    """What a browser does when somebody chooses in its own window for colours."""
    page.eval_on_selector(
        selector,
        """(picker, colour) => {
          picker.value = colour;
          for (const kind of ["input", "change"]) picker.dispatchEvent(new Event(kind, {bubbles: true}));
        }""",
        colour,
    )
