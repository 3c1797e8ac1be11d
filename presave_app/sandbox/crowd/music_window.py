"""Signing in on a page by MusicKit: what that script does in a browser, by a client that runs no scripts.

The same requests in the same order as `static/musickit.js` sends them, and nothing a page does not hold.
"""

import base64
import json
from urllib.parse import urlencode, urljoin

import requests

from .arrivals import Arrival
from .browser import Browser, origin_of
from .page import Form, Page
from .ways import VisitError, find_consent_form, read_good


def sign_in_on_page(browser: Browser, page: Page, fan: Arrival) -> requests.Response | None:
    """What the page's form is answered with when the fan has signed in, None when the fan refused in the window."""
    form = next((form for form in page.posts() if "developer-token" in form.held), None)
    if form is None:
        raise VisitError(f"no form for a window's answer at {page.address}")
    home = urljoin(_find_musickit(browser, page), "./")
    developer = {"Authorization": f"Bearer {form.held['developer-token']}"}
    _ask(browser, page, urljoin(home, "musickit/configuration"), developer)
    token = _ask_in_window(browser, page, home, form, fan)
    if token is None:
        return None
    of_fan = developer | {"Music-User-Token": token}
    storefront = _ask(browser, page, urljoin(home, "api/v1/me/storefront"), of_fan).json()["data"][0]["id"]
    filled = form.fields | {"music_user_token": token, "storefront": storefront}
    return browser.submit(page.address, form.action, filled)


def _find_musickit(browser: Browser, page: Page) -> str:
    """The address of the one script that comes from another site, fetched as a browser would."""
    for address in page.scripts:
        if origin_of(address) != origin_of(page.address):
            _ask(browser, page, address, {})
            return address
    raise VisitError(f"no script of another site at {page.address}")


def _ask_in_window(browser: Browser, page: Page, home: str, form: Form, fan: Arrival) -> str | None:
    """The fan's token as the window tells it to the page; None when the fan pressed Refuse."""
    window = read_good(browser.follow(page.address, _window_address(home, page, form)), "the window")
    decision = "refuse" if fan.refuses else "allow"
    consent = find_consent_form(window, decision)
    pressed = consent.fields | {"fan": fan.name, "decision": decision}
    end = read_good(browser.submit(window.address, consent.action, pressed), "the window's end")
    told = next((held for held in end.held if "message" in held), None)
    if told is None or told.get("origin") != origin_of(page.address):
        raise VisitError("the window does not tell the page that opened it")
    message = json.loads(told["message"])
    if message["method"] == "authorize":
        return message["params"][0]
    if message["method"] == "decline" and fan.refuses:
        return None
    raise VisitError(f"the window said {message['method']}")


def _window_address(home: str, page: Page, form: Form) -> str:
    asking = {
        "thirdPartyIconURL": "",
        "thirdPartyName": form.held.get("app-name", ""),
        "thirdPartyToken": form.held["developer-token"],
    }
    told = base64.b64encode(json.dumps(asking).encode()).decode()
    query = urlencode({"a": told, "referrer": page.address, "app": "music", "p": "subscribe"})
    return f"{urljoin(home, 'authorize/woa')}?{query}"


def _ask(browser: Browser, page: Page, address: str, headers: dict[str, str]) -> requests.Response:
    answer = browser.fetch(page.address, address, headers)
    if answer.status_code != 200:
        raise VisitError(f"{address} answered {answer.status_code}")
    return answer
