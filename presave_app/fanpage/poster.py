"""The poster: which face of a campaign the clock shows, and what each streaming service offers on it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from presave_app.campaigns.addresses import was_public
from presave_app.campaigns.artwork import find_picture
from presave_app.campaigns.fields import latest_safe_start
from presave_app.campaigns.label_pages import find_pages
from presave_app.campaigns.language_words import find_words
from presave_app.campaigns.listening import find_player, link_of, listen_url
from presave_app.campaigns.models import Campaign, LabelPage, Target
from presave_app.campaigns.release_clock import release_clock
from presave_app.campaigns.rollout import services_of
from presave_app.campaigns.targets import find_targets, links_among
from presave_app.counts.tally import count_context
from presave_app.extensions import db
from presave_app.fanpage.inside_apps import ALL_MARKS
from presave_app.fanpage.rolls import join_ids, only_words, roll_of
from presave_app.fanpage.words import day_words, release_words
from presave_app.lib import clock
from presave_app.lib.countries import zones_of
from presave_app.lib.languages import language_now, marked, say, say_count
from presave_app.presaves.seats import find_seats
from presave_app.privacy.consent import Tick, Wording, consent_for, ticks_for
from presave_app.streaming.connector import Connector, Player
from presave_app.streaming.directory import Entry, find_entry
from presave_app.streaming.registry import connectors
from presave_app.teams.models import Team

_SOURCE = re.compile(r"[\w.-]{1,64}", re.ASCII)


class Face(StrEnum):
    """What the one link shows. Nobody sets it: it follows from the clock and from whether the page is published."""

    PRE_SAVE = "pre-save"
    OUT_NOW = "out-now"
    ENDED = "ended"


@dataclass(frozen=True)
class Offer:
    """One service on the poster. A wording is there when the fan can agree now, and is what they agree to.

    With `remind_words` there is no add to be had, and they say what is done instead. `has_countdown` is whether the
    label has named a page at the service itself on which fans pre-save. `also` are further releases of the roll-out
    that the same tap covers; where that is less than the page lists, `only_words` says so.
    """

    link_id: int | None
    service: str
    name: str
    listen_url: str | None
    wording: Wording | None = None
    ticks: list[Tick] = field(default_factory=list[Tick])
    opens_on: str | None = None
    months: int = 0
    late_words: str = ""
    signs_in_on_page: bool = False
    remind_words: str = ""
    home_device: str = ""
    home_countries: tuple[str, ...] = ()
    has_countdown: bool = False
    player: Player | None = None
    also: tuple[Campaign, ...] = ()
    only_words: str = ""

    @property
    def also_ids(self) -> str:
        """The further releases that its button covers, as a form says which of them its fan has seen."""
        return join_ids([each.id for each in self.also])

    @property
    def plays_here(self) -> bool:
        """Whether it can be listened to on the page itself."""
        return self.player is not None and self.listen_url is not None

    @property
    def home_zones(self) -> tuple[str, ...]:
        """The time zones of its home countries, by which the visitor's browser knows whether it is in one of them."""
        return zones_of(self.home_countries)

    @property
    def countdown_words(self) -> str:
        """What pre-saving at the service itself means; empty where there is no need or no page for it."""
        is_needed = self.has_countdown and self.remind_words
        words = marked("You pre-save on {service} itself: it counts there, not here.")
        return say(words, service=self.name) if is_needed else ""

    @property
    def go_path(self) -> str:
        """The counted way out to where it is listened to."""
        return f"/go/{self.link_id}"


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
    offers = _if_partial([_if_seated(offer) for offer in offers_of(campaign, zone, covered)], campaign)
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
        "roll": roll.only(reachable_by(offers)) if face is Face.PRE_SAVE else roll,
        "listen_here": first_with_player(offers) if is_out else None,
        "asks_again": is_waiting and count["count"].poll is not None and not is_preview,
        "source": source,
        "app_marks": ALL_MARKS,
        **count,
    }


def offers_of(campaign: Campaign, zone: str | None = None, also: Sequence[Campaign] = ()) -> list[Offer]:
    """For a fan in `zone`, in the order of the page: where we add the release, then where we can only remind.

    `also` are further releases of the roll-out that one tap is to cover, where the service can.
    """
    targets, pages = find_targets(campaign.id), find_pages(campaign.id)
    ahead = {service for service, page in pages.items() if page.countdown_url}
    team_name = db.session.scalars(select(Team.name).where(Team.id == campaign.team_id)).one()
    ask = _Ask(campaign, team_name, zone, tuple(also), services_of(also))
    saves = [
        _offer(ask, connector, targets[service], pages.get(service))
        for service, connector in connectors().items()
        if service in targets
    ]
    links = [(find_entry(target.service), target) for target in links_among(targets)]
    alone = [(find_entry(service), None) for service in sorted(ahead - targets.keys())]
    offers = [*saves, *(_link_offer(entry, target) for entry, target in [*alone, *links] if entry is not None)]
    return [replace(offer, has_countdown=offer.service in ahead) for offer in offers]


def reachable_by(offers: Sequence[Offer]) -> set[int]:
    """Which further releases of a roll-out some service covers."""
    return {each.id for offer in offers for each in offer.also}


def adds_now(campaign: Campaign, service: str, zone: str | None) -> bool:
    """Whether the release is out for a fan in `zone` and we can add it on `service` for whoever agrees now."""
    offers = offers_of(campaign, zone) if find_face(campaign, zone) is Face.OUT_NOW else []
    return any(offer.wording for offer in map(_if_seated, offers) if offer.service == service)


def _if_seated(offer: Offer) -> Offer:
    """The offer as it stands for newcomers: where all seats are taken we can only remind."""
    connector = connectors().get(offer.service)
    seats = find_seats(connector) if connector and offer.wording else None
    if seats is None or not seats.are_gone:
        return offer
    words = say_count(
        "We remind you. {service} lets this site serve {number} listener, and the place is taken.",
        "We remind you. {service} lets this site serve {number} listeners, and all places are taken.",
        seats.most,
        service=offer.name,
    )
    return replace(offer, wording=None, ticks=[], remind_words=words, also=())


def _if_partial(offers: list[Offer], campaign: Campaign) -> list[Offer]:
    """The offers side by side on the page: one that covers less of the roll-out than others says so."""
    reachable = reachable_by(offers)
    return [
        replace(offer, only_words=only_words(offer.name, campaign, offer.also))
        if offer.wording and len(offer.also) < len(reachable)
        else offer
        for offer in offers
    ]


def first_with_player(offers: Sequence[Offer]) -> Offer | None:
    """The service whose player the page opens, unless the visitor's browser prefers another one of them."""
    return next((offer for offer in offers if offer.plays_here), None)


def opens_at(campaign: Campaign, connector: Connector) -> datetime | None:
    """From when on a permission given to `connector` lasts for every fan; None when it does already."""
    release = release_clock(campaign)
    opens = latest_safe_start(release.last, connector) if release else None
    return opens if opens and clock.now() < opens else None


def clean_source(text: str) -> str:
    """Where a fan came from, as the link says it; nothing when it is not a short plain word."""
    return text if _SOURCE.fullmatch(text) else ""


def _face_by_clock(campaign: Campaign, zone: str | None) -> Face:
    release = release_clock(campaign)
    is_out = release is not None and release.is_out_for(zone, clock.now())
    return Face.OUT_NOW if is_out else Face.PRE_SAVE


def _link_offer(entry: Entry, target: Target | None) -> Offer:
    why = marked("We remind you. {service} lets no app add for you.")
    if not entry.is_link:
        why = marked("We remind you. {service} can't be added to from here.")
    return Offer(
        link_id=target.id if target else None,
        service=entry.service,
        name=entry.name,
        listen_url=link_of(entry, target) if target else None,
        remind_words=say(why, service=entry.name),
        home_device=entry.home_device,
        home_countries=entry.home_countries,
        player=find_player(target) if target else None,
    )


@dataclass(frozen=True)
class _Ask:
    """What is asked of a fan on the page: by whom, seen from where, and for which releases besides its own."""

    campaign: Campaign
    team_name: str
    zone: str | None
    also: tuple[Campaign, ...]
    services: Mapping[int, Collection[str]]

    def covered_by(self, connector: Connector) -> tuple[Campaign, ...]:
        """Those of the further releases that are on the service, and that a permission given now lives to see."""
        return tuple(
            each
            for each in self.also
            if connector.service in self.services[each.id] and opens_at(each, connector) is None
        )


def _offer(ask: _Ask, connector: Connector, target: Target, page: LabelPage | None) -> Offer:
    campaign = ask.campaign
    artist_ref = (page.artist_ref if page else None) or target.artist_ref
    opens = opens_at(campaign, connector)
    can_agree = campaign.release_at is not None and opens is None
    also = ask.covered_by(connector) if can_agree else ()
    wording = consent_for(campaign, connector, ask.team_name, ask.zone, also=also) if can_agree else None
    return Offer(
        link_id=target.id,
        service=connector.service,
        name=connector.name,
        listen_url=listen_url(connector, target),
        wording=wording,
        ticks=ticks_for(campaign, connector, artist_ref) if can_agree else [],
        # The whole of the named day is safe, not only its evening.
        opens_on=day_words(opens + timedelta(days=1), campaign.time_zone) if opens else None,
        months=connector.grant_life.days // 30 if connector.grant_life else 0,
        signs_in_on_page=connector.signs_in_on_page,
        late_words=_late_words(connector),
        home_device=connector.home_device,
        home_countries=connector.home_countries,
        player=find_player(target),
        also=also if wording and wording.releases else (),
    )


def _late_words(connector: Connector) -> str:
    words = connector.deed_words
    return f"{words[0].upper()}{words[1:]}"
