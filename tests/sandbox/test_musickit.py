"""The sandbox's MusicKit in a real browser, on a page of another site under a strict policy."""

import os
from collections.abc import Iterator

import pytest
from apple_music_client import ALBUM, AppleMusicClient
from flask import Flask, Response
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from serving import serving
from werkzeug.serving import make_server

from presave_app.sandbox.server import QuietHandler

PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>Label</title>
<script src="/page.js"></script><script src="{script}" async></script></head>
<body data-token="{token}"><button id="in">Apple Music</button><button id="out">Leave</button>
<p id="said"></p></body></html>"""

PAGE_SCRIPT = """
const say = (words) => { document.querySelector("#said").textContent = words; };
const trying = (act) => async () => { try { say(await act()); } catch (error) { say(error.errorCode); } };
document.addEventListener("musickitloaded", trying(async () => {
  const app = {name: "Label Pre-Save", build: "1"};
  await MusicKit.configure({developerToken: document.body.dataset.token, app});
  const music = MusicKit.getInstance();
  document.querySelector("#in").onclick = trying(async () => {
    const token = await music.authorize();
    const added = await music.api.music("/v1/me/library", {"ids[albums]": "1700000001"},
                                        {fetchOptions: {method: "POST"}});
    return `${token === music.musicUserToken} ${music.storefrontCountryCode} ${added.response.status}`;
  });
  document.querySelector("#out").onclick = trying(async () => {
    await music.unauthorize();
    return `out ${music.isAuthorized}`;
  });
  return `ready ${music.isAuthorized} ${music.storefrontCountryCode}`;
}));
"""


class Label:
    """A page of the label's own site that may load nothing but itself and MusicKit."""

    def __init__(self, apple_music: AppleMusicClient) -> None:
        self.apple_music = apple_music
        self.developer_token = apple_music.developer_token
        app = Flask(__name__)
        app.add_url_rule("/", view_func=self.page)
        app.add_url_rule("/page.js", "script", lambda: Response(PAGE_SCRIPT, content_type="text/javascript"))
        # Another site than the sandbox, which is asked for by number.
        self.server = make_server("localhost", 0, app, threaded=True, request_handler=QuietHandler)
        self.origin = f"http://localhost:{self.server.server_port}"

    def page(self) -> Response:
        sandbox = self.apple_music.root
        html = PAGE.format(script=f"{self.apple_music.url}/musickit.js", token=self.developer_token)
        response = Response(html, content_type="text/html")
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src 'self' {sandbox}; connect-src 'self' {sandbox}; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
        return response


@pytest.fixture
def label(apple_music: AppleMusicClient) -> Iterator[Label]:
    made = Label(apple_music)
    with serving(made.server):
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has never been here."""
    with browser.new_context() as context:
        yield context


def visit(context: BrowserContext, label: Label) -> Page:
    """The page once MusicKit is configured, or has refused to be."""
    page = context.new_page()
    page.goto(label.origin)
    expect(page.locator("#said")).not_to_be_empty()
    return page


def ask(page: Page) -> Page:
    """Presses the label's button and gives the window that opens."""
    with page.expect_popup() as opened:
        page.click("#in")
    return opened.value


def sign_in(page: Page, fan: str = "ida") -> None:
    window = ask(page)
    window.fill("#fan", fan)
    window.click("button.primary")


def said(page: Page, words: str) -> None:
    expect(page.locator("#said")).to_have_text(words)


def test_a_fan_signs_in_and_the_page_can_add(context: BrowserContext, label: Label) -> None:
    label.apple_music.fan(storefront="nz")
    page = visit(context, label)
    said(page, "ready false us")
    window = ask(page)
    expect(window.locator("h1")).to_have_text("Label Pre-Save asks for access")
    window.fill("#fan", "ida")
    with window.expect_event("close"):
        window.click("button.primary")
    said(page, "true nz 202")
    assert ALBUM in label.apple_music.library()


def test_a_returning_fan_is_not_asked_again(context: BrowserContext, label: Label) -> None:
    page = visit(context, label)
    sign_in(page)
    said(page, "true de 202")
    page.reload()
    said(page, "ready true de")
    page.click("#in")
    said(page, "true de 202")
    assert context.pages == [page]


def test_a_fan_whose_token_died_is_asked_again(context: BrowserContext, label: Label) -> None:
    page = visit(context, label)
    sign_in(page)
    said(page, "true de 202")
    label.apple_music.control("POST", "fans/ida/revoke")
    page.reload()
    said(page, "ready false us")
    sign_in(page)
    said(page, "true de 202")


def test_a_refusal_is_an_authorization_error(context: BrowserContext, label: Label) -> None:
    page = visit(context, label)
    said(page, "ready false us")
    ask(page).click("button[value=refuse]")
    said(page, "AUTHORIZATION_ERROR")
    assert label.apple_music.state()["grants"] == 0


def test_a_closed_window_rejects_or_is_never_told(context: BrowserContext, label: Label) -> None:
    page = visit(context, label)
    said(page, "ready false us")
    ask(page).close()
    said(page, "AUTHORIZATION_ERROR")
    label.apple_music.switch(closed_window="waits")
    page.reload()
    said(page, "ready false us")
    ask(page).close()
    sign_in(page)
    said(page, "true de 202")


def test_a_developer_token_that_is_not_good_here_stops_at_configure(context: BrowserContext, label: Label) -> None:
    label.developer_token = label.apple_music.mint(origin=["https://other.example"])
    said(visit(context, label), "UNAUTHORIZED_ERROR")
    label.developer_token = label.apple_music.mint(origin=[label.origin])
    page = visit(context, label)
    said(page, "ready false us")
    sign_in(page)
    said(page, "true de 202")


def test_leaving_ends_the_token(context: BrowserContext, label: Label) -> None:
    page = visit(context, label)
    sign_in(page)
    said(page, "true de 202")
    page.click("#out")
    said(page, "out false")
    assert label.apple_music.state()["grants"] == 0
    page.reload()
    said(page, "ready false us")


def test_a_fan_without_a_subscription_signs_in_or_not(context: BrowserContext, label: Label) -> None:
    label.apple_music.fan(subscription="none")
    page = visit(context, label)
    sign_in(page)
    said(page, "REQUEST_ERROR")
    label.apple_music.control("POST", "fans/ida/revoke")
    label.apple_music.switch(window_without_subscription="refuses")
    page.reload()
    said(page, "ready false us")
    sign_in(page)
    said(page, "SUBSCRIPTION_ERROR")


def test_the_window_wants_a_page_and_a_good_token(apple_music: AppleMusicClient) -> None:
    address = f"{apple_music.url}/authorize/woa"
    for query in ({}, {"a": "x"}, {"a": "e30="}, {"a": "eyJ0aGlyZFBhcnR5TmFtZSI6ICJYIn0=", "referrer": "about:blank"}):
        assert apple_music.session.get(address, params=query).status_code == 400
