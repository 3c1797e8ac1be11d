"""The poster: which face of a campaign the clock shows, and what stands on it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from presave_app.campaigns.addresses import was_public
from presave_app.campaigns.artwork import find_picture
from presave_app.campaigns.language_words import find_words
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import release_clock
from presave_app.counts.tally import count_context
from presave_app.fanpage.inside_apps import ALL_MARKS
from presave_app.fanpage.offers import Offer, if_seated, offers_of
from presave_app.fanpage.partial import if_partial, partial_promises, reachable_by
from presave_app.fanpage.rolls import roll_of
from presave_app.fanpage.words import release_words
from presave_app.lib import clock
from presave_app.lib.languages import language_now

_SOURCE = re.compile(r"[\w.-]{1,64}", re.ASCII)


class Face(StrEnum):
    """What the one link shows. Nobody sets it: it follows from the clock and from whether the page is published."""

    PRE_SAVE = "pre-save"
    OUT_NOW = "out-now"
    ENDED = "ended"


def find_face(campaign: Campaign, zone: str | None = None) -> Face | None:
    """The face of a campaign's page now, seen from `zone`; None for a draft that was never seen by a fan."""
    if campaign.published_at is None:
        return Face.ENDED if was_public([campaign.id]) else None
    return _face_by_clock(campaign, zone)


def poster_context(
    campaign: Campaign,
    *,
    zone: str | None = None,
    is_preview: bool = False,
    source: str = "",
    without: Collection[int] = (),
) -> dict[str, Any]:
    """What `fanpage/_poster.html` needs, for the page of the fans and for the editor's preview.

    A zone decides which face is shown and nothing else: there are two pages, never one for each zone. `without` are
    the releases of the roll-out that the visitor has left out.
    """
    face = _face_by_clock(campaign, zone)
    roll = roll_of(campaign, without)
    covered = roll.covered if face is Face.PRE_SAVE else ()
    offers = if_partial([if_seated(offer) for offer in offers_of(campaign, zone, covered)], campaign)
    count = count_context(campaign, zone)
    is_out = face is Face.OUT_NOW
    is_waiting = is_out and not all(offer.listen_url or offer.remind_words for offer in offers)
    return {
        "campaign": campaign,
        "face": face,
        "is_preview": is_preview,
        "picture": find_picture(campaign.artwork_id),
        "when": release_words(campaign),
        "own_words": campaign.words_after if is_out else campaign.words_before,
        "words_in_language": find_words(campaign, language_now(), "after" if is_out else "before"),
        "offers": offers,
        "partial_promises": partial_promises(offers, campaign),
        "roll": roll.only(reachable_by(offers)) if face is Face.PRE_SAVE else roll,
        "listen_here": first_with_player(offers) if is_out else None,
        "asks_again": is_waiting and count["count"].poll is not None and not is_preview,
        "source": source,
        "app_marks": ALL_MARKS,
        **count,
    }


def adds_now(campaign: Campaign, service: str, zone: str | None) -> bool:
    """Whether the release is out for a fan in `zone` and we can add it on `service` for whoever agrees now."""
    offers = offers_of(campaign, zone) if find_face(campaign, zone) is Face.OUT_NOW else []
    return any(offer.wording for offer in map(if_seated, offers) if offer.service == service)


def first_with_player(offers: Sequence[Offer]) -> Offer | None:
    """The service whose player the page opens, unless the visitor's browser prefers another one of them."""
    return next((offer for offer in offers if offer.plays_here), None)


def clean_source(text: str) -> str:
    """Where a fan came from, as the link says it; nothing when it is not a short plain word."""
    return text if _SOURCE.fullmatch(text) else ""


def _face_by_clock(campaign: Campaign, zone: str | None) -> Face:
    release = release_clock(campaign)
    is_out = release is not None and release.is_out_for(zone, clock.now())
    return Face.OUT_NOW if is_out else Face.PRE_SAVE
