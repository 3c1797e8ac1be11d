"""What an archive tells of a campaign beside its file: artist, sources, names of links, and whether it is archived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from presave_app.campaigns import rollout, sources
from presave_app.campaigns.archive import ArchiveRefused, archive
from presave_app.campaigns.artist_models import Artist
from presave_app.campaigns.artists import find_named
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.live_links import list_links
from presave_app.campaigns.live_models import LiveLink
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib.shapes import as_list, as_object, as_text
from presave_app.lib.text import clean_line

ROLL_OUT = "roll_out"


def told_beside(campaign: Campaign) -> dict[str, Any]:
    """What there is of it. Of the artist's links the name and the end: whoever had more could open them."""
    artist = db.session.get(Artist, campaign.artist_id) if campaign.artist_id else None
    told: dict[str, Any] = {
        "artist": artist.name if artist else "",
        "sources": [{"code": each.code, "name": each.name} for each in sources.list_sources(campaign.id)],
        "artist_links": [_link_of(link) for link in list_links(campaign.id)],
        "archived_at": _utc(campaign.archived_at) if campaign.archived_at else "",
    }
    return {key: value for key, value in told.items() if value}


def give_beside(campaign: Campaign, entry: Mapping[str, Any], now: datetime) -> list[str]:
    """Give a draft what was told beside it; returns what could not be used. Call inside a transaction."""
    notes: list[str] = []
    _give_artist(campaign, clean_line(as_text(entry.get("artist"))), notes)
    for each in map(as_object, as_list(entry.get("sources"))):
        try:
            sources.take_over(campaign, as_text(each.get("code")), as_text(each.get("name")))
        except FieldError as fault:
            notes.append(f"sources: {as_text(each.get('name'))[:80]} is left out. {fault}")
    if entry.get("archived_at"):
        try:
            archive(campaign, now)
            notes.append("It was archived, so it is in the archive here as well.")
        except ArchiveRefused as refusal:
            notes.append(str(refusal))
    return notes


def join_roll_out(campaign: Campaign, others: Sequence[Campaign], now: datetime) -> list[str]:
    """Let fans agree to a draft together with those that came in before it; returns what could not be done."""
    rollout.lock(campaign.id, *(each.id for each in others))
    # One that is out could not join the rest, and must not draw the draft away from it.
    other = min(others, key=lambda each: (each.rollout_id is None, _is_out(each, now)), default=None)
    if other is None:
        return []
    try:
        rollout.join(other, campaign.id, now)
    except FieldError as refusal:
        return [f"{ROLL_OUT}: it stands alone here. {refusal}"]
    return []


def _is_out(campaign: Campaign, now: datetime) -> bool:
    return campaign.first_at is not None and campaign.first_at <= now


def _give_artist(campaign: Campaign, name: str, notes: list[str]) -> None:
    """The draft has all that it took over once, or emptied since: the artist lends it nothing a second time."""
    if not name:
        return
    artist = find_named(campaign.team_id, name)
    if artist is None:
        notes.append(f"artist: there is no artist named {name[:80]} here.")
        return
    campaign.artist_id = artist.id
    db.session.flush()


def _link_of(link: LiveLink) -> dict[str, Any]:
    told = {"name": link.name, "days_after": link.days_after, "ends_at": _utc(link.ends_at) if link.ends_at else None}
    return {key: value for key, value in told.items() if value is not None}


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
