"""The links of a campaign as the editor lists them: those on the page, and those that are suggested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from presave_app.campaigns.label_pages import find_pages
from presave_app.campaigns.models import Campaign, Target
from presave_app.campaigns.suggestions import find_suggestions
from presave_app.campaigns.targets import links_among
from presave_app.streaming.directory import Entry, find_entry
from presave_app.streaming.lookups.sources import lookups
from presave_app.streaming.registry import connectors, known_connectors


@dataclass(frozen=True)
class LinkView:
    """A link: whose it is, where it leads, and what a team should know of it.

    `countdown_of` is the service whose own page for pre-saves it is; there is no `id` then. `reminded` is how many fans
    asked to be reminded of it.
    """

    id: int | None
    name: str
    address: str
    words: str
    countdown_of: str = ""
    service: str = ""
    reminded: int = 0


def countdowns_of(campaign: Campaign) -> list[LinkView]:
    """Pages for pre-saves at services that are off, and so have no field of their own."""
    off = {service: known for service, known in known_connectors().items() if service not in connectors()}
    named = {service: known.countdown.name for service, known in off.items() if known.countdown}
    pages = find_pages(campaign.id) if named else {}
    return [
        LinkView(None, named[service], page.countdown_url, f"Fans pre-save on {off[service].name} itself.", service)
        for service, page in pages.items()
        if service in named and page.countdown_url
    ]


def links_of(targets: Mapping[str, Target]) -> list[LinkView]:
    """The links on the page, among the targets of a campaign."""
    found = [(target, find_entry(target.service)) for target in links_among(targets)]
    return [
        LinkView(target.id, entry.name, _address_of(target, entry), _words_of(entry), service=entry.service)
        for target, entry in found
        if entry is not None
    ]


def suggestions_of(campaign: Campaign, targets: Mapping[str, Target]) -> list[LinkView]:
    """The links that wait for a yes or a no, for a campaign with these targets."""
    found = [(suggestion, find_entry(suggestion.service)) for suggestion in find_suggestions(campaign.id, targets)]
    return [
        LinkView(
            suggestion.id,
            entry.name,
            entry.link_to(suggestion.ref) or suggestion.ref,
            _found_words(suggestion.title, suggestion.artist, suggestion.source),
        )
        for suggestion, entry in found
        if entry is not None
    ]


def _address_of(target: Target, entry: Entry) -> str:
    return target.url or (entry.link_to(target.ref) if target.ref else None) or target.ref or ""


def _words_of(entry: Entry) -> str:
    return "A link and a reminder." if entry.is_link else f"{entry.name} is not on here: a link and a reminder."


def _found_words(title: str, artist: str, source: str) -> str:
    lookup = lookups().get(source)
    whence = f"found by {lookup.name}" if lookup else "found"
    if not title:
        return whence.capitalize() + "."
    return f"“{title}”" + (f" by {artist}" if artist else "") + f", {whence}."
