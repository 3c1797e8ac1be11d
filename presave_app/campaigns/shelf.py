"""The shelf of a member's campaigns: which of them a search finds, in which order, and under which heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select

from presave_app.campaigns import addresses
from presave_app.campaigns.campaign import Status, status_of
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib.text import clean_line
from presave_app.lib.upc import is_upc
from presave_app.teams.accounts import Place

ARCHIVED = "archived"
_MOST_SEARCHED = 100
# Fewer digits than these are part of a title rather than of a UPC.
_LEAST_OF_UPC = 6
_SEARCHED = (Campaign.title, Campaign.artist, Campaign.slug, Campaign.upc)


class Shelf(StrEnum):
    """The headings of the list, in its order."""

    AHEAD = "Coming out"
    UNDATED = "Waiting for a date"
    OUT = "Already out"
    ARCHIVED = "Archived"


@dataclass(frozen=True)
class Wanted:
    """What is looked for: words, a status by its `status_key` or the archive, and one team."""

    words: str = ""
    status: str = ""
    team: str = ""

    @property
    def is_narrow(self) -> bool:
        return bool(self.words or self.status or self.team)


@dataclass(frozen=True)
class Listed:
    """A campaign in the list."""

    campaign: Campaign
    place: Place
    status: Status
    shelf: Shelf


def status_key(status: Status) -> str:
    """A status as the address of the list names it."""
    return status.value.lower().replace(" ", "-")


def read_wanted(words: str, status: str, team: str) -> Wanted:
    """What is looked for, as the search form sent it; what is none of its choices is looked for nowhere."""
    known = {ARCHIVED, *(status_key(each) for each in Status)}
    return Wanted(clean_line(words)[:_MOST_SEARCHED], status if status in known else "", team)


def list_shelf(places: Sequence[Place], wanted: Wanted, now: datetime) -> list[Listed]:
    """The campaigns of these teams that are wanted, shelf by shelf; archived ones only where they are asked for.

    Next comes first, then what has no date, newest first, then what is out, newest first.
    """
    by_team = {place.team.id: place for place in places if wanted.team in ("", place.team.slug)}
    query = select(Campaign).where(
        Campaign.team_id.in_(by_team),
        Campaign.archived_at.isnot(None) if wanted.status == ARCHIVED else Campaign.archived_at.is_(None),
        *(_holds(word) for word in _words_of(wanted)),
    )
    distance = func.abs(func.extract("epoch", Campaign.release_at - now))
    rows = list(db.session.scalars(query.order_by(distance, Campaign.id.desc())))
    public_before = addresses.was_public([row.id for row in rows if row.published_at is None])
    listed = [_listed(row, by_team[row.team_id], row.id in public_before, now) for row in rows]
    if wanted.status not in ("", ARCHIVED):
        listed = [each for each in listed if status_key(each.status) == wanted.status]
    order = list(Shelf)
    return sorted(listed, key=lambda each: order.index(each.shelf))


def count_archived(places: Sequence[Place], wanted: Wanted) -> int:
    """How many of these teams' archived campaigns the same words find."""
    teams = [place.team.id for place in places if wanted.team in ("", place.team.slug)]
    found = select(func.count()).where(Campaign.team_id.in_(teams), Campaign.archived_at.isnot(None))
    return db.session.scalar(found.where(*(_holds(word) for word in _words_of(wanted)))) or 0


def _words_of(wanted: Wanted) -> list[str]:
    """The words that are looked for; a whole UPC is one, with whatever gaps it is written."""
    joined = wanted.words.replace(" ", "")
    return [joined] if is_upc(joined) else wanted.words.split()


def _holds(word: str) -> ColumnElement[bool]:
    """A campaign with the word in one of the searched columns, in small or capital letters; a UPC in any length."""
    found = [column.icontains(word, autoescape=True) for column in _SEARCHED]
    bare = word.replace("-", "").lstrip("0")
    if bare.isdecimal() and len(bare) >= _LEAST_OF_UPC:
        found.append(Campaign.upc.contains(bare))
    return or_(*found)


def _listed(campaign: Campaign, place: Place, was_public: bool, now: datetime) -> Listed:
    status = status_of(campaign, was_public, now)
    return Listed(campaign, place, status, _shelf_of(campaign, status, now))


def _shelf_of(campaign: Campaign, status: Status, now: datetime) -> Shelf:
    if campaign.archived_at is not None:
        return Shelf.ARCHIVED
    if campaign.release_at is not None and campaign.release_at > now:
        return Shelf.AHEAD
    # A draft whose day has passed needs a new one before it can be published.
    if campaign.release_at is None or status is Status.DRAFT:
        return Shelf.UNDATED
    return Shelf.OUT
