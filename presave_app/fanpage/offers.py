"""What each streaming service offers on a page: an add with the words that are agreed to, or a reminder."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from presave_app.campaigns.fields import latest_safe_start
from presave_app.campaigns.label_pages import find_pages
from presave_app.campaigns.listening import find_player, link_of, listen_url
from presave_app.campaigns.models import Campaign, LabelPage, Target
from presave_app.campaigns.release_clock import release_clock
from presave_app.campaigns.rollout import services_of
from presave_app.campaigns.targets import find_targets, links_among
from presave_app.extensions import db
from presave_app.fanpage.rolls import join_ids, seen_on_page
from presave_app.fanpage.words import day_words
from presave_app.lib import clock
from presave_app.lib.countries import zones_of
from presave_app.lib.languages import marked, say, say_count
from presave_app.presaves.seats import find_seats
from presave_app.privacy.consent import Tick, Wording, consent_for, ticks_for
from presave_app.streaming.connector import Connector, Player
from presave_app.streaming.directory import Entry, find_entry
from presave_app.streaming.registry import connectors
from presave_app.teams.models import Team


@dataclass(frozen=True)
class Offer:
    """One service on the poster. A wording is there when the fan can agree now, and is what they agree to.

    With `remind_words` there is no add to be had, and they say what is done instead. `has_countdown` is whether the
    label has named a page at the service itself on which fans pre-save. `also` are further releases of the roll-out
    that the same tap covers; where that is less than the page lists, `only_words` says so, and the text of what is
    agreed to is another one on the page, at `promise_id`. `is_out` says that this release is out for the fan.
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
    promise_id: str = "promise"
    is_out: bool = False

    @property
    def also_ids(self) -> str:
        """The further releases that its button covers, as a form says which of them its fan has seen."""
        return join_ids([each.id for each in self.also])

    def has_lost(self, ids: Collection[int]) -> bool:
        """Whether one of the further releases that a fan has read of can't be agreed to any more.

        A page of ours for a sign-in may not know that its release is out where the fan is: then that is added alone.
        """
        is_lost = bool(set(ids) - {each.id for each in self.also})
        return is_lost and not (self.signs_in_on_page and self.is_out)

    @property
    def described_by(self) -> str:
        """The ids of all that is agreed to by pressing its button."""
        only = f" only-{self.service}" if self.only_words else ""
        return f"promise-lead deed-{self.service}{only} {self.promise_id}"

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


def find_offer(campaign: Campaign, service: str, zone: str | None, also: Collection[int] = ()) -> Offer | None:
    """What is offered on one service to a fan who read of the further releases with these ids."""
    offers = offers_of(campaign, zone, seen_on_page(campaign, also))
    return next((offer for offer in offers if offer.service == service), None)


def if_seated(offer: Offer) -> Offer:
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


def opens_at(campaign: Campaign, connector: Connector) -> datetime | None:
    """From when on a permission given to `connector` lasts for every fan; None when it does already."""
    release = release_clock(campaign)
    opens = latest_safe_start(release.last, connector) if release else None
    return opens if opens and clock.now() < opens else None


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
    release = release_clock(campaign)
    can_agree = release is not None and opens is None
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
        is_out=release is not None and release.is_out_for(ask.zone, clock.now()),
    )


def _late_words(connector: Connector) -> str:
    words = connector.deed_words
    return f"{words[0].upper()}{words[1:]}"
