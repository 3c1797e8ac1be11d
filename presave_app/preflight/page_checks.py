"""Checks of the page itself: what the release is, when it is out, how it looks, and who answers for it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from presave_app.ops.template_helpers import day, time_of_day
from presave_app.preflight.facts import Facts
from presave_app.preflight.finding import Check, Finding, Repair, bad, care, field_of, good

# The largest size that is kept, and that a wide screen shows.
_SHARP_PIXELS = 1000


def names(facts: Facts) -> Iterator[Finding]:
    """Title and artist."""
    campaign, title = facts.campaign, "Title and artist"
    for name, text in (("title", campaign.title), ("artist", campaign.artist)):
        if not text:
            words, why = f"The release has no {name}.", "It is the first thing that a fan reads."
            yield bad(name, title, words, why, field_of(facts, f"Type the {name}", f"input-{name}"))
    if campaign.title and campaign.artist:
        yield good("title", title, f"{campaign.title} by {campaign.artist}.")


def date(facts: Facts) -> Iterator[Finding]:
    """The release moment: there, and ahead."""
    repair = field_of(facts, "Choose the date", "input-release_date")
    if facts.release is None:
        why = "Without it nothing is ever due, and the page can't be published."
        yield bad("release", "Release moment", "There is no date yet.", why, repair)
    elif "release" in facts.missing:
        yield bad("release", "Release moment", facts.missing["release"], "Fans pre-save what is still to come.", repair)
    else:
        zone, at = facts.release.time_zone, facts.release.at
        words = f"{day(at, zone)}, {time_of_day(at, zone)}."
        if facts.release.is_local:
            words = f"{day(at, zone)}, when clocks show {facts.release.wall:%H:%M} where a fan is."
        yield good("release", "Release moment", words)


def artwork(facts: Facts) -> Iterator[Finding]:
    """The artwork: there, and large enough for a wide screen."""
    repair = field_of(facts, "Choose a picture", "artwork")
    if not facts.picture_width:
        why = "The page takes its colours from it, and it is what people see where the link is shared."
        yield bad("artwork", "Artwork", "There is no artwork yet.", why, repair)
    elif facts.picture_width < _SHARP_PIXELS:
        words = f"It is {facts.picture_width} pixels wide; from {_SHARP_PIXELS} on it is sharp on every screen."
        yield care("artwork", "Artwork", words, "On a good phone a small picture looks blurred.", repair)
    else:
        yield good("artwork", "Artwork", "There, and sharp on every screen.")


def imprint(facts: Facts) -> Iterator[Finding]:
    """Who answers for the fans' data."""
    repair = Repair("Write it down", url_for("imprints.imprint_edit"))
    if facts.has_imprint:
        yield good("imprint", "Imprint", "Fans see who answers for their data.")
    else:
        why = "Fans have a right to know, and a service that reviews your app looks for it."
        yield care("imprint", "Imprint", "Fans can't see yet who answers for their data.", why, repair)


def published(facts: Facts) -> Iterator[Finding]:
    """Whether fans can see it."""
    if facts.is_public:
        page = Repair("Open the page", url_for("fanpage.page", slug=facts.campaign.slug))
        yield good("published", "The page", "Everybody who has the link sees it.", page)
    else:
        why = "Look at it on your phone once it is published, before you share the link."
        yield care("published", "The page", "Nobody sees it before you publish it.", why)


def link_card(facts: Facts) -> Iterator[Finding]:
    """The picture that stands where the link is shared."""
    if not facts.is_public:
        return
    if facts.has_card:
        yield good("link_card", "Link card", "Made: it stands wherever the link is shared.")
    else:
        why = "Whoever shares the link before it is there shares it without a picture. It takes some seconds."
        yield care("link_card", "Link card", "Not made yet.", why, Repair("Look again", own_address(facts)))


def own_address(facts: Facts) -> str:
    """The preflight itself."""
    return url_for("preflight.sheet", campaign_id=facts.campaign.id)


CHECKS: tuple[Check, ...] = (names, date, artwork, published, link_card, imprint)
