"""A label grows: an owner invites, a new member accepts, takes a second step, and signs in with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from makers import PASSWORD, make_team
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pyotp.totp import TOTP
from test_every_face import faults_of, fits_a_narrow_phone

from presave_app.extensions import limiter
from presave_app.lib import clock

ALICE = "alice@alba.example"
BOB = "bob@alba.example"
NEW_PASSWORD = "a train to Lisbon at dawn"
PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}


@pytest.fixture(autouse=True)
def fresh_limits(app: Flask) -> None:
    limiter.reset()


@contextmanager
def visitor(browser: Browser, site: str, viewport: ViewportSize, *, scripts: bool = True) -> Iterator[Page]:
    """A browser of somebody's own that has nothing to complain of."""
    complaints: list[str] = []
    with browser.new_context(base_url=site, viewport=viewport, java_script_enabled=scripts) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        yield page
    assert complaints == []


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def code(key: str, ahead: int = 0) -> str:
    return TOTP(key.replace(" ", "")).generate_otp(int(clock.seconds()) // 30 + ahead)


def invite(page: Page, site: str, email: str) -> str:
    """Invite from the page of the team; returns the path of the link it shows."""
    page.get_by_role("link", name="Team").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Invite").click()
    shown = page.get_by_label(f"Invitation for {email}").input_value()
    return "/join/" + shown.rpartition("/")[2]


@pytest.mark.parametrize("scripts", [True, False])
def test_invited_accepted_and_signed_in_with_a_code(app: Flask, site: str, browser: Browser, scripts: bool) -> None:
    make_team()
    with visitor(browser, site, DESKTOP, scripts=scripts) as alice:
        sign_in(alice, ALICE, PASSWORD)
        path = invite(alice, site, BOB)
        with visitor(browser, site, PHONE, scripts=scripts) as bob:
            bob.goto(path)
            bob.get_by_label("Choose a password").fill(NEW_PASSWORD)
            bob.get_by_role("button", name="Join the team").click()
            expect(bob.get_by_text("You are in the team.")).to_be_visible()
            key = turn_on(bob)
            bob.goto("/account/browsers")
            expect(bob.get_by_text("This browser")).to_be_visible()
        with visitor(browser, site, PHONE, scripts=scripts) as bob:
            sign_in(bob, BOB, NEW_PASSWORD)
            bob.get_by_label("Code from your app").fill(code(key, 1))
            bob.get_by_role("button", name="Sign in", exact=True).click()
            bob.wait_for_url("**/campaigns")
            remove(alice, BOB)
            bob.goto("/campaigns")
            expect(bob.get_by_role("heading", name="Sign in")).to_be_visible()


def turn_on(page: Page) -> str:
    """Set the second step up; returns the key."""
    page.goto("/account/second-step")
    page.get_by_label("Your password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_alt_text("The key below as a QR code")).to_be_visible()
    key = page.locator(".scan-key").inner_text()
    page.get_by_label("Code from your app").fill(code(key))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".recovery li")).to_have_count(10)
    return key


def remove(page: Page, email: str) -> None:
    page.goto("/team")
    page.locator("summary").filter(has_text=f"Remove {email}").click()
    page.get_by_role("button", name="Remove from the team").click()
    expect(page.get_by_text("They are out of the team")).to_be_visible()


def test_the_pages_are_for_everybody_on_a_narrow_phone(app: Flask, site: str, browser: Browser) -> None:
    make_team()
    with visitor(browser, site, PHONE) as page:
        page.goto("/sign-in")
        assert faults_of(page) == []
        sign_in(page, ALICE, PASSWORD)
        page.wait_for_url("**/campaigns")
        path = invite(page, site, BOB)
        for address in ("", "/account/browsers", "/account/second-step", path):
            if address:
                page.goto(address)
            assert faults_of(page) == []
            fits_a_narrow_phone(page)
