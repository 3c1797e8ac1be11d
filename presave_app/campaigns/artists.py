"""A team's artists: kept once, and lent to each of their campaigns where nothing was typed yet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from presave_app.campaigns import colours, fields, label_pages, look
from presave_app.campaigns.artist_models import Artist, ArtistPage
from presave_app.campaigns.campaign import MayOnlyLook
from presave_app.campaigns.editing import EditRefused
from presave_app.campaigns.fields import ARTIST_PREFIX, FieldError
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib import marks
from presave_app.streaming.connector import Connector, Extra
from presave_app.streaming.registry import connectors
from presave_app.teams.accounts import find_role, may_edit
from presave_app.teams.models import Role

# What a campaign's clock and zone are before anybody chooses them (`campaign.add_campaign`).
_UNCHOSEN = {"time_zone": "UTC", "clock": "everywhere"}
_TAKEN = "There is an artist of that name already. Open that one, or write this name differently."


class ArtistNotFound(LookupError):
    """There is no such artist for this member: it does not exist, or it is another label's."""


def services_with_artists() -> dict[str, Connector]:
    """The services that are on and on which a fan may follow an artist."""
    return {service: each for service, each in connectors().items() if Extra.FOLLOW_ARTIST in each.extras}


def get_artist(artist_id: int, member_id: int, *, to_edit: bool = False) -> tuple[Artist, Role]:
    """The artist and the member's role there; raises ArtistNotFound, and MayOnlyLook if it is loaded to edit."""
    query = select(Artist).where(Artist.id == artist_id)
    artist = db.session.scalar(query.with_for_update() if to_edit else query)
    role = None if artist is None else find_role(artist.team_id, member_id)
    if artist is None or role is None:
        raise ArtistNotFound(artist_id)
    if to_edit and not may_edit(role):
        raise MayOnlyLook(artist_id)
    return artist, role


def list_artists(team_ids: Collection[int]) -> list[tuple[Artist, int]]:
    """The artists of these teams by name, each with the number of campaigns that chose them."""
    rows = db.session.execute(
        select(Artist, func.count(Campaign.id))
        .outerjoin(Campaign, Campaign.artist_id == Artist.id)
        .where(Artist.team_id.in_(team_ids))
        .group_by(Artist.id)
        .order_by(func.lower(Artist.name), Artist.id)
    )
    return [(artist, number) for artist, number in rows]


def find_named(team_id: int, name: str) -> Artist | None:
    """The team's artist of that name, in small or capital letters."""
    return db.session.scalar(
        select(Artist).where(Artist.team_id == team_id, func.lower(Artist.name) == func.lower(name))
    )


def texts_of(artist: Artist | None) -> dict[str, str]:
    """What is kept of an artist, by the names of the inputs."""
    kept = {name: (getattr(artist, name) or "") if artist else "" for name in _PARSERS}
    return {**kept, **{ARTIST_PREFIX + service: "" for service in services_with_artists()}, **_refs_of(artist)}


def save_artist(artist: Artist, texts: Mapping[str, str]) -> Artist:
    """Keep what was typed for a new or known artist; raises EditRefused with all messages at once."""
    errors: dict[str, str] = {}
    parsed = _parse_all(texts, errors)
    refs = _parse_refs(texts, errors)
    if errors:
        raise EditRefused(errors)
    for name, value in parsed.items():
        setattr(artist, name, value)
    _write(artist)
    for service, ref in refs.items():
        db.session.execute(delete(ArtistPage).where(ArtistPage.artist_id == artist.id, ArtistPage.service == service))
        if ref:
            db.session.add(ArtistPage(artist_id=artist.id, service=service, ref=ref))
    db.session.flush()
    return artist


def change_artist(artist: Artist, typed: Mapping[str, str]) -> Artist:
    """Keep what was typed for a known artist; raises EditRefused, also where it would overwrite what was not seen."""
    collided = find_collisions(artist, typed)
    if collided:
        raise EditRefused(collided)
    return save_artist(artist, marks.settle(typed, texts_of(artist)))


def find_collisions(artist: Artist, typed: Mapping[str, str]) -> dict[str, str]:
    """What is to be said beside the fields that somebody else changed since whoever typed saw them."""
    stored = texts_of(artist)
    clock_words = fields.CLOCKS.get(stored["clock"], "")
    return marks.find_collisions(typed, stored, {"clock": clock_words})


def remove_artist(artist: Artist) -> None:
    """Forget an artist. Their campaigns keep everything that they took over."""
    db.session.execute(update(Campaign).where(Campaign.artist_id == artist.id).values(artist_id=None))
    db.session.execute(delete(ArtistPage).where(ArtistPage.artist_id == artist.id))
    db.session.delete(artist)
    db.session.flush()


def choose(campaign: Campaign, artist: Artist) -> None:
    """Let the campaign be this artist's, and fill what is empty in it. What was typed stays."""
    campaign.artist_id = artist.id
    pages = label_pages.find_pages(campaign.id)
    for page in _pages_of(artist.id):
        known = pages.get(page.service)
        if known is None or not known.artist_ref:
            label_pages.name_artist(campaign, page.service, page.ref)
    # With a date, the zone and the clock are part of a moment that somebody has chosen.
    if campaign.release_wall is None:
        for name, unchosen in _UNCHOSEN.items():
            if getattr(campaign, name) == unchosen:
                setattr(campaign, name, getattr(artist, name) or unchosen)
    if campaign.own_accent is None and campaign.own_ground is None:
        colours.choose_colours(campaign, artist.accent, artist.ground)
    db.session.flush()


def choose_by_name(campaign: Campaign) -> None:
    """Choose the team's artist of the campaign's own name, where there is one. A new name makes no artist."""
    artist = find_named(campaign.team_id, campaign.artist)
    if artist is not None:
        choose(campaign, artist)


def keep_as_artist(campaign: Campaign) -> Artist:
    """An artist of the campaign's name, with what the campaign knows of them; a known one is chosen instead."""
    artist = find_named(campaign.team_id, campaign.artist)
    if artist is None:
        artist = Artist(team_id=campaign.team_id, name=campaign.artist)
        artist.accent, artist.ground = campaign.own_accent, campaign.own_ground
        if campaign.release_wall is not None:
            artist.time_zone, artist.clock = campaign.time_zone, campaign.clock
        _write(artist)
        for page in label_pages.find_pages(campaign.id).values():
            if page.artist_ref:
                db.session.add(ArtistPage(artist_id=artist.id, service=page.service, ref=page.artist_ref))
        db.session.flush()
    choose(campaign, artist)
    return artist


def _write(artist: Artist) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(artist)
            db.session.flush()
    except IntegrityError:
        raise EditRefused({"name": _TAKEN}) from None


def _pages_of(artist_id: int) -> list[ArtistPage]:
    return list(db.session.scalars(select(ArtistPage).where(ArtistPage.artist_id == artist_id)))


def _refs_of(artist: Artist | None) -> dict[str, str]:
    return {ARTIST_PREFIX + page.service: page.ref for page in _pages_of(artist.id)} if artist else {}


def _parse_all(texts: Mapping[str, str], errors: dict[str, str]) -> dict[str, str | None]:
    parsed: dict[str, str | None] = {}
    for name, parse in _PARSERS.items():
        try:
            parsed[name] = parse(texts.get(name, ""))
        except FieldError as fault:
            errors[name] = str(fault)
    return parsed


def _parse_refs(texts: Mapping[str, str], errors: dict[str, str]) -> dict[str, str | None]:
    refs: dict[str, str | None] = {}
    for service, connector in services_with_artists().items():
        try:
            refs[service] = fields.parse_artist_page(connector, texts.get(ARTIST_PREFIX + service, ""))
        except FieldError as fault:
            errors[ARTIST_PREFIX + service] = str(fault)
    return refs


def _or_none(parse: Callable[[str], str]) -> Callable[[str], str | None]:
    return lambda text: parse(text) if text.strip() else None


_PARSERS: dict[str, Callable[[str], str | None]] = {
    "name": fields.parse_artist_name,
    "time_zone": _or_none(fields.parse_zone),
    "clock": _or_none(fields.parse_clock),
    "accent": lambda text: look.parse_colour("accent", text),
    "ground": lambda text: look.parse_colour("ground", text),
}
