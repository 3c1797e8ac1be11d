"""One fan's visit: the fan page, the consent page, and back to the fan's own page."""

from urllib.parse import urlsplit

import requests

from .arrivals import Arrival
from .browser import Browser, plain_address
from .page_forms import Form, read_forms

CONNECT = "/connect/spotify"


class VisitError(Exception):
    """The fan did not get where a fan should; the text says where it went wrong."""


def visit(page: str, fan: Arrival) -> None:
    """Returns when all went as the fan wanted, else raises VisitError or one of requests' errors."""
    with Browser() as browser:
        start = browser.open(page)
        _check_status(start, "the fan page")
        form = _find_connect_form(start)
        consent = browser.submit(start.url, form.action, form.fields)
        _check_status(consent, "the way to the service")
        _check_end(_decide(browser, consent, fan), fan)


def _decide(browser: Browser, consent: requests.Response, fan: Arrival) -> requests.Response:
    decision = "refuse" if fan.refuses else "allow"
    form = _find_consent_form(consent, decision)
    return browser.submit(consent.url, form.action, form.fields | {"fan": fan.name, "decision": decision})


def _find_connect_form(response: requests.Response) -> Form:
    for form in read_forms(response.text, response.url):
        if urlsplit(form.action).path.endswith(CONNECT) and form.method == "post":
            return form
    raise VisitError(f"no form on {response.url} leads to {CONNECT}")


def _find_consent_form(response: requests.Response, decision: str) -> Form:
    for form in read_forms(response.text, response.url):
        if "fan" in form.fields and form.has_button("decision", decision):
            return form
    raise VisitError(f"no consent page at {plain_address(response.url)}")


def _check_end(end: requests.Response, fan: Arrival) -> None:
    _check_status(end, "the way back")
    has_own_page = "/mine/" in urlsplit(end.url).path
    if fan.refuses and has_own_page:
        raise VisitError("refused, and still got a fan's own page")
    if not fan.refuses and not has_own_page:
        raise VisitError(f"allowed, and ended at {plain_address(end.url)} instead of the fan's own page")


def _check_status(response: requests.Response, where: str) -> None:
    if response.status_code != 200:
        raise VisitError(f"{where} answered {response.status_code} at {plain_address(response.url)}")
