"""The ways that a page offers a fan: a form to a service, a link to a sign-in page, a link to a reminder."""

from enum import Enum
from typing import NamedTuple
from urllib.parse import urlsplit

import requests

from .browser import plain_address
from .page import Form, Page, read_page

SIGN_IN, REMIND = "connect", "remind"


class VisitError(Exception):
    """The fan did not get where a fan should; the text says where it went wrong."""


class Outcome(Enum):
    PRE_SAVED = "pre-saved"
    REMINDED = "reminded"
    REFUSED = "refused"
    # The release is out, and with a service that only reminds there is nothing left but to play it.
    TOO_LATE = "too late"


class Way(NamedTuple):
    """What to press for a service: a form, or a link where the page has no form for it."""

    kind: str
    service: str
    press: Form | str


def find_way(page: Page, service: str) -> Way | None:
    """The way of that service; for an empty name the first one, forms before links.

    None when the release is only to be played there. Raises VisitError.
    """
    ways = [*filter(None, map(_way_by_form, page.posts())), *filter(None, map(_way_by_link, page.links))]
    for way in ways:
        if service in ("", way.service):
            return way
    if is_only_played(page, service):
        return None
    raise VisitError(f"nothing on {page.address} leads to {service or 'any service'}")


def is_only_played(page: Page, service: str) -> bool:
    return f"play-{service}" in page.link_ids


def read_good(response: requests.Response, where: str) -> Page:
    """The page, where it was answered with 200. Raises VisitError."""
    if response.status_code != 200:
        raise VisitError(f"{where} answered {response.status_code} at {plain_address(response.url)}")
    return read_page(response.text, response.url)


def find_consent_form(page: Page, decision: str) -> Form:
    for form in page.forms:
        if "fan" in form.fields and form.has_button("decision", decision):
            return form
    raise VisitError(f"no consent page at {plain_address(page.address)}")


def find_calendar_form(page: Page) -> Form | None:
    """The form by which a fan is reminded by their own calendar."""
    return next((form for form in page.posts() if form.fields.get("way") == "calendar"), None)


def _way_by_form(form: Form) -> Way | None:
    kind, service = _last_two(form.action)
    return Way(kind, service, form) if kind == SIGN_IN else None


def _way_by_link(address: str) -> Way | None:
    kind, service = _last_two(address)
    return Way(kind, service, address) if kind in (SIGN_IN, REMIND) else None


def _last_two(address: str) -> tuple[str, str]:
    before, last = ("", *urlsplit(address).path.split("/"))[-2:]
    return before, last
