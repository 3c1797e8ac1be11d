"""Services that cover less of a roll-out than the page lists: what they do cover, and what is agreed to there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from babel.lists import format_list

from presave_app.campaigns.models import Campaign
from presave_app.fanpage.offers import Offer
from presave_app.lib.languages import locale_now, say
from presave_app.privacy.consent import in_order


@dataclass(frozen=True)
class PartialPromise:
    """The text that belongs to the buttons of some services, which the page's own promise is not about."""

    id: str
    words: str
    text: str


def reachable_by(offers: Sequence[Offer]) -> set[int]:
    """Which further releases of a roll-out some service covers."""
    return {each.id for offer in offers for each in offer.also}


def if_partial(offers: Sequence[Offer], campaign: Campaign) -> list[Offer]:
    """The offers side by side on the page: one that covers less than others says so."""
    reachable = reachable_by(offers)
    return [
        replace(offer, only_words=_words([offer], campaign), promise_id=f"promise-{offer.also_ids or 'own'}")
        if offer.wording and len(offer.also) < len(reachable)
        else offer
        for offer in offers
    ]


def partial_promises(offers: Sequence[Offer], campaign: Campaign) -> list[PartialPromise]:
    """One for all services that cover the same."""
    partial = sorted((offer for offer in offers if offer.only_words), key=lambda offer: offer.promise_id)
    groups = [list(group) for _, group in groupby(partial, key=lambda offer: offer.promise_id)]
    return [
        PartialPromise(group[0].promise_id, _words(group, campaign), group[0].wording.text)
        for group in groups
        if group[0].wording
    ]


def _words(offers: Sequence[Offer], campaign: Campaign) -> str:
    """That these services cover less than the page lists: their names, and what they do cover."""
    names = [offer.name for offer in offers]
    titles = [each.title for each in in_order([campaign, *offers[0].also])]
    service, titles_in_one = (format_list(each, locale=locale_now()) for each in (names, titles))
    return say("On {service} only for {titles}.", service=service, titles=titles_in_one)
