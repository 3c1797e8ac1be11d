"""What the editor says of each field: its label, and what helps to fill it in."""

from __future__ import annotations

from collections.abc import Mapping

from presave_app.campaigns import fields, language_words, look
from presave_app.campaigns.editing import LINK_FIELD
from presave_app.campaigns.models import Target
from presave_app.lib.languages import english_name
from presave_app.streaming.connector import Connector
from presave_app.streaming.registry import get_connector

_TEXT_FIELD = "campaigns/_text_field.html"
_WORDS_FIELD = "campaigns/_words_field.html"
_LABELS = {
    "title": ("Title", _TEXT_FIELD),
    "artist": ("Artist", _TEXT_FIELD),
    "kind": ("Kind", "campaigns/_kind_field.html"),
    "slug": ("Address of the page", "campaigns/_slug_field.html"),
    "release": ("Release moment", "campaigns/_release_field.html"),
    "upc": ("UPC", _TEXT_FIELD),
    look.COLOURS_FIELD: ("Colours", "campaigns/_colours_field.html"),
    "words_before": ("Words before the release", _WORDS_FIELD),
    "words_after": ("Words after the release", _WORDS_FIELD),
    **{
        field: (f"Words in {english_name(language)}", "campaigns/_language_words_field.html")
        for field, language in language_words.FIELDS.items()
    },
    look.LINKS_FIELD: ("Further links", "campaigns/_own_links_field.html"),
    LINK_FIELD: ("Any other link", "campaigns/_links_field.html"),
}
_HINTS = {
    look.COLOURS_FIELD: "A colour that you leave empty comes from the artwork. Choose any: where something "
    "could not be read, we make it lighter or darker and say so here.",
    "words_before": f"Below the services, at most {look.MOST_WORDS} characters.",
    "words_after": "What stands there from the release on. Empty: nothing.",
    look.LINKS_FIELD: "At the foot of the page: merch, tickets, a newsletter. A link without a name shows its host.",
    "upc": "12 to 14 digits, from your distributor.",
    LINK_FIELD: "Paste a link to the release on any service or shop. We remind fans, and send them there.",
    "slug": "Once the page is public, an old address leads on to the new one.",
}


def label_of(name: str) -> tuple[str, str]:
    """The label of a field, and the partial that draws it."""
    if name in _LABELS:
        return _LABELS[name]
    prefix, connector = _service_of(name)
    match prefix:
        case fields.ARTIST_PREFIX:
            return f"The artist on {connector.name}", _TEXT_FIELD
        case fields.COUNTDOWN_PREFIX if connector.countdown:
            return connector.countdown.name, _TEXT_FIELD
        case _:
            return connector.name, _TEXT_FIELD


def hint_of(name: str) -> str:
    """What helps to fill a field in; empty where nothing has to be said."""
    if name in _LABELS:
        return _HINTS.get(name, "")
    prefix, connector = _service_of(name)
    match prefix:
        case fields.ARTIST_PREFIX:
            return (
                f"Fans may ask to follow the artist there. Paste something like {connector.artist_example}, or leave "
                f"it empty: we take whom {connector.name} names once it shows the release."
            )
        case fields.COUNTDOWN_PREFIX if connector.countdown:
            return (
                f"{connector.countdown.about} Paste its link, and fans are sent there when we can't pre-save for them: "
                f"when all places here are taken, or {connector.name} is off. It counts there, not here."
            )
        case _:
            return f"Paste the link or URI from {connector.name}, or leave it empty: we look it up by UPC."


def notes_of(name: str, known: Mapping[str, Target]) -> list[str]:
    """What a team should know of a service before fans meet it; `known` are the campaign's targets by service."""
    if name in _LABELS:
        return []
    prefix, connector = _service_of(name)
    match prefix:
        case fields.ARTIST_PREFIX:
            note = _artist_note(known.get(connector.service), connector)
        case fields.TARGET_PREFIX:
            note = _seats_note(connector)
        case _:
            note = None
    return [note] if note else []


def _artist_note(target: Target | None, connector: Connector) -> str | None:
    found = target.artist_ref if target else None
    return f"{connector.name} names {found}. What you type here comes before it." if found else None


def _seats_note(connector: Connector) -> str | None:
    if connector.audience_limit is None:
        return None
    whom = f"{connector.audience_limit} listeners that you name in {connector.name}'s dashboard"
    return f"This {connector.name} app is in development mode: it serves {whom}."


def _service_of(name: str) -> tuple[str, Connector]:
    prefixes = (fields.TARGET_PREFIX, fields.ARTIST_PREFIX, fields.COUNTDOWN_PREFIX)
    prefix = next(each for each in prefixes if name.startswith(each))
    return prefix, get_connector(name.removeprefix(prefix))
