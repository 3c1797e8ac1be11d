"""One fan's visit: the fan page, the service's own page or the reminder's, and back to the fan's own page."""

from urllib.parse import urlsplit

import requests

from .arrivals import Arrival
from .browser import Browser, plain_address
from .music_window import sign_in_on_page
from .page import Form, Page
from .ways import (
    REMIND,
    Outcome,
    VisitError,
    find_calendar_form,
    find_consent_form,
    find_way,
    is_only_played,
    read_good,
)

CALENDAR_FILE = "/calendar.ics"


def visit(page: str, fan: Arrival) -> tuple[str, Outcome]:
    """The service and what came of it, when all went as the fan wanted; else VisitError or one of requests' errors."""
    with Browser() as browser:
        start = read_good(browser.open(page), "the fan page")
        way = find_way(start, fan.service)
        if way is None:
            return fan.service, Outcome.TOO_LATE
        if isinstance(way.press, Form):
            outcome = _sign_in_there(browser, start, way.press, fan)
        elif way.kind == REMIND:
            outcome = _be_reminded(browser, _follow(browser, start, way.press), fan)
        else:
            outcome = _sign_in_here(browser, _follow(browser, start, way.press), fan)
        return way.service, outcome


def _follow(browser: Browser, page: Page, link: str) -> Page:
    return read_good(browser.follow(page.address, link), "the way from the fan page")


def _sign_in_there(browser: Browser, start: Page, form: Form, fan: Arrival) -> Outcome:
    """By the form to the service's consent page, and back by its redirects."""
    consent = read_good(browser.submit(start.address, form.action, form.fields), "the way to the service")
    decision = "refuse" if fan.refuses else "allow"
    asked = find_consent_form(consent, decision)
    pressed = asked.fields | {"fan": fan.name, "decision": decision}
    return _end(browser, browser.submit(consent.address, asked.action, pressed), fan)


def _sign_in_here(browser: Browser, page: Page, fan: Arrival) -> Outcome:
    """On a page of the app, with the service's window in front of it."""
    came_back = sign_in_on_page(browser, page, fan)
    return Outcome.REFUSED if came_back is None else _end(browser, came_back, fan)


def _be_reminded(browser: Browser, page: Page, fan: Arrival) -> Outcome:
    """Puts the release into the fan's calendar; who refuses reads the page and goes."""
    form = find_calendar_form(page)
    if form is None and is_only_played(page, fan.service):
        return Outcome.TOO_LATE
    if form is None:
        raise VisitError(f"no reminder by calendar at {plain_address(page.address)}")
    if fan.refuses:
        return Outcome.REFUSED
    own = read_good(browser.submit(page.address, form.action, form.fields), "the reminder's own page")
    if is_only_played(own, fan.service):
        return Outcome.TOO_LATE
    _check_own_page(own.address)
    _open_calendar_file(browser, own)
    return Outcome.REMINDED


def _open_calendar_file(browser: Browser, own: Page) -> None:
    link = next((link for link in own.links if urlsplit(link).path.endswith(CALENDAR_FILE)), None)
    if link is None:
        raise VisitError("the reminder's own page has no calendar file")
    file = browser.follow(own.address, link)
    if file.status_code != 200 or "BEGIN:VALARM" not in file.text:
        raise VisitError(f"the calendar file answered {file.status_code} without an alarm")


def _end(browser: Browser, came_back: requests.Response, fan: Arrival) -> Outcome:
    """A sign-in ends on a page of the fan's own; where it can't serve the day, that page offers a reminder."""
    own = read_good(came_back, "the way back")
    if fan.refuses:
        if "/mine/" in urlsplit(own.address).path:
            raise VisitError("refused, and still got a fan's own page")
        return Outcome.REFUSED
    _check_own_page(own.address)
    return Outcome.PRE_SAVED if find_calendar_form(own) is None else _be_reminded(browser, own, fan)


def _check_own_page(address: str) -> None:
    if "/mine/" not in urlsplit(address).path:
        raise VisitError(f"ended at {plain_address(address)} instead of the fan's own page")
