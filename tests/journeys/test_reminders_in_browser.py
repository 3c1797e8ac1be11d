"""Reminders in a browser: without JavaScript, and the message that the browser shows for us.

A browser subscribes at its maker's push service, which no test may need: the message is handed to the service
worker by Chromium's own tools instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fans import open_campaign, pre_save, read_sql
from flask import Flask
from playwright.sync_api import Browser, CDPSession, Page
from serving import serving
from twin_client import TwinClient
from werkzeug.serving import make_server

from presave_app.extensions import current_settings, limiter
from presave_app.lib.mail_address import parse_mail_address, parse_mail_server
from presave_app.lib.vapid import parse_vapid_key
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.settings import MailSettings

VAPID_KEY = "vplfkITvu0cwHqzK9Kj-DYStbCH_9AhGx9LqMyaeI6w"


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The app on a free port, with all ways on; no mail leaves, for no worker runs."""
    open_campaign()
    limiter.reset()
    real = current_settings()
    mailing = MailSettings(parse_mail_server("smtp://127.0.0.1:1"), parse_mail_address("presave@alba.example"), False)
    app.extensions["presave_settings"] = replace(real, mail=mailing, vapid=parse_vapid_key(VAPID_KEY))
    with serving(make_server("127.0.0.1", 0, app, threaded=True)) as url:
        yield url
    app.extensions["presave_settings"] = real


def test_all_of_it_works_without_javascript(site: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{site}/night-drive/remind/spotify")
    assert not page.is_visible("#way-push")
    page.fill("#email", "ida@")
    page.click("#way-email")
    assert page.is_visible("#fault")
    assert page.input_value("#email") == "ida@"
    page.fill("#email", "ida@fans.example")
    page.click("#way-email")
    page.wait_for_url(f"{site}/mine/**")
    page.click("#way-calendar")
    with page.expect_download() as download:
        page.click("#calendar-file")
    assert download.value.suggested_filename == "night-drive.ics"
    page.click("#stop-email")
    page.click("#stop-calendar")
    assert page.inner_text("h1") == "No reminder any more"
    context.close()


def test_being_told_of_a_lost_permission_is_asked_for_without_javascript(
    app: Flask, site: str, twin: TwinClient, browser: Browser
) -> None:
    pre_save_id = pre_save(app, twin, "ida")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{site}/mine/{mine_secret(PreSaveId(pre_save_id))}")
    assert not page.is_visible("#email")
    page.click("#tell-me summary")
    page.fill("#email", "ida@")
    page.click("#way-email")
    assert page.is_visible("#fault")
    page.fill("#email", "ida@fans.example")
    page.click("#way-email")
    page.wait_for_url("**/mine/*#tell-me")
    assert "press its button" in page.inner_text("#tell-me")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.click("#stop-email")
    assert "Taken back, and your address is erased." in page.inner_text("#tell-me")
    context.close()


@pytest.fixture
def page(site: str, browser: Browser) -> Iterator[Page]:
    """A page of a browser that may show messages, and that complains about nothing."""
    context = browser.new_context()
    context.grant_permissions(["notifications"], origin=site)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("console", lambda line: complaints.append(line.text))
    page.goto(f"{site}/night-drive/remind/spotify")
    yield page
    context.close()
    # This browser is always "incognito", and says so when it is asked to subscribe.
    assert [line for line in complaints if "incognito" not in line] == []


def test_a_browser_that_does_not_subscribe_is_told_of_and_keeps_nothing(page: Page) -> None:
    page.click("#way-push")
    page.wait_for_selector("[data-push-refused]:not([hidden])")
    assert read_sql("SELECT count(*) FROM reminder") == 0


# The message that stands there within two seconds, or null.
SHOWN = """async () => {
    const registration = await navigator.serviceWorker.ready;
    for (let left = 40; left; left -= 1) {
        const [message] = await registration.getNotifications();
        if (message) return [registration.scope, message.title, message.body, message.data.url, message.tag];
        await new Promise((done) => setTimeout(done, 50));
    }
    return null;
}"""


def test_the_message_is_shown_and_leads_to_the_music(site: str, page: Page) -> None:
    tools = page.context.new_cdp_session(page)
    registration_id = register(tools, page)
    payload = {"title": "Out now: Night Drive", "body": "Alba Voss", "url": "https://open.spotify.com/x", "tag": "t"}
    message = {"origin": site, "registrationId": registration_id, "data": json.dumps(payload)}
    shown = None
    # Chromium's tools don't say whether they could deliver: a worker that is just being started may miss a message.
    while shown is None:
        tools.send("ServiceWorker.deliverPushMessage", message)
        shown = page.evaluate(SHOWN)
    assert shown == [f"{site}/", *(payload[name] for name in ("title", "body", "url", "tag"))]


def register(tools: CDPSession, page: Page) -> str:
    """Register the service worker as the page's script does; returns its name for Chromium's tools."""
    found: list[str] = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(_ids_in(told)))
    tools.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.register('/push.js').then(() => true)")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    while not found:
        page.wait_for_timeout(50)
    return found[0]


def _ids_in(told: dict[str, list[dict[str, str]]]) -> list[str]:
    return [registration["registrationId"] for registration in told["registrations"]]
