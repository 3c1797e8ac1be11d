"""Making a draft from what a file says of a campaign, once for each origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import array, insert
from sqlalchemy.orm import Session

from presave_app.campaigns import addresses, look
from presave_app.campaigns.campaign_file import CampaignFile, key_of
from presave_app.campaigns.editing import RELEASE_INPUTS, EditRefused
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.file_saving import create_from_file
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib.moments import find_zone, moment_of
from presave_app.lib.shapes import as_list, as_text
from presave_app.teams.models import Team
from presave_app.transaction import transaction
from presave_app.transfer.beside import ROLL_OUT, give_beside, join_roll_out
from presave_app.transfer.models import ImportedCampaign

# A campaign without them would have no name; whatever else is wrong is left out of the draft.
_NEEDED = ("title", "artist", "kind")
_INPUTS_OF = {
    "release": RELEASE_INPUTS,
    look.COLOURS_FIELD: look.COLOUR_INPUTS,
    look.LINKS_FIELD: tuple(name for inputs in look.LINK_INPUTS for name in inputs),
}


@dataclass(frozen=True)
class Draft:
    """What became of one campaign of a file. `campaign_id` is None when nothing was made."""

    name: str
    campaign_id: int | None
    slug: str
    is_new: bool
    notes: tuple[str, ...] = ()


def make_draft(
    team_id: int, origins: Sequence[str], found: CampaignFile, now: datetime, *, beside: Mapping[str, Any] | None = None
) -> Draft:
    """The draft of this origin, made now or there already; what could not be used stands in the notes.

    `origins` are its name and those by which it was known before; `beside` is what an archive tells of it beside its
    file.
    """
    found.is_to_publish = False
    name = name_of(found)
    notes: list[str] = []
    try:
        return _made(team_id, origins, found, now, notes, beside or {})
    except EditRefused as refusal:
        if any(field in _NEEDED for field in refusal.errors):
            return Draft(name, None, "", is_new=False, notes=tuple(faults_in(refusal)))
        notes = [f"{key_of(field)}: left out. {words}" for field, words in refusal.errors.items()]
        _leave_out(found, list(refusal.errors))
    try:
        return _made(team_id, origins, found, now, notes, beside or {})
    except EditRefused as refusal:
        return Draft(name, None, "", is_new=False, notes=(*notes, *faults_in(refusal)))


def name_of(found: CampaignFile) -> str:
    """How a campaign of a file is called before anything is made of it."""
    title, artist = (found.texts.get(key, "").strip() for key in ("title", "artist"))
    return f"{title or 'A release without a title'} by {artist or 'nobody'}"


def faults_in(refusal: EditRefused) -> list[str]:
    """What was refused, each with its place in the file."""
    return [f"{key_of(field)}: {words}" for field, words in refusal.errors.items()]


def find_taken_in(team_id: int, *origins: str) -> Campaign | None:
    """The campaign that came in under one of these origins, the first of them that is known."""
    return db.session.scalar(
        select(Campaign)
        .join(ImportedCampaign, ImportedCampaign.campaign_id == Campaign.id)
        .where(ImportedCampaign.team_id == team_id, ImportedCampaign.origin.in_(origins))
        .order_by(func.array_position(array(origins), ImportedCampaign.origin))
        .limit(1)
    )


def fill_draft(team_id: int, found: CampaignFile, now: datetime) -> tuple[Campaign, list[str]]:
    """A draft with an address that is free, and a moment that may have passed. Call inside a transaction."""
    notes: list[str] = []
    wanted = found.texts.get("slug")
    if wanted is not None:
        try:
            addresses.check_typed(wanted, None)
        except FieldError:
            del found.texts["slug"]
    past = _take_past_moment(found, now)
    campaign = create_from_file(team_id, found, now)
    if wanted is not None and campaign.slug != wanted:
        notes.append(f"Its address {wanted} can't be had here, so it is {campaign.slug}.")
        found.texts["slug"] = wanted
    if past is not None:
        _give_past_moment(campaign, past)
        notes.append("Its release has passed. The draft keeps the date, and needs a new one before it is published.")
    return campaign, notes


def _made(
    team_id: int,
    origins: Sequence[str],
    found: CampaignFile,
    now: datetime,
    notes: list[str],
    beside: Mapping[str, Any],
) -> Draft:
    name = name_of(found)
    with transaction() as session:
        _wait_for_turn(session, team_id)
        known = find_taken_in(team_id, *origins)
        if known is not None:
            _note_taken_in(session, team_id, origins[0], known)
            return Draft(name, known.id, known.slug, is_new=False)
        campaign, more = fill_draft(team_id, found, now)
        _note_taken_in(session, team_id, origins[0], campaign)
        more += give_beside(campaign, beside, now)
        others = [find_taken_in(team_id, as_text(origin)) for origin in as_list(beside.get(ROLL_OUT))]
        more += join_roll_out(campaign, [other for other in others if other], now)
        return Draft(name, campaign.id, campaign.slug, is_new=True, notes=(*notes, *more, *found.notes))


def _note_taken_in(session: Session, team_id: int, origin: str, campaign: Campaign) -> None:
    """Remember what the campaign came in as, also where it was known by an older name."""
    noted = insert(ImportedCampaign).values(team_id=team_id, origin=origin, campaign_id=campaign.id)
    session.execute(noted.on_conflict_do_nothing())


def _wait_for_turn(session: Session, team_id: int) -> None:
    """One file at a time for a team: two that are sent at once must not make the same draft."""
    session.execute(select(Team.id).where(Team.id == team_id).with_for_update(key_share=True))


def _take_past_moment(found: CampaignFile, now: datetime) -> dict[str, str] | None:
    """Take out a release moment that lies behind us, which the editor would refuse; None when there is none."""
    typed = {name: found.texts[name] for name in RELEASE_INPUTS if name in found.texts}
    zone = find_zone(typed.get("time_zone", "UTC"))
    try:
        wall = datetime.fromisoformat(f"{typed.get('release_date', '')}T{typed.get('release_time') or '00:00'}")
        is_past = wall.tzinfo is None and zone is not None and moment_of(wall, zone) <= now
    except (ValueError, OverflowError):
        # The editor says better what is wrong with it.
        return None
    if not is_past:
        return None
    for name in typed:
        del found.texts[name]
    return {**typed, "wall": wall.replace(microsecond=0).isoformat()}


def _give_past_moment(campaign: Campaign, past: dict[str, str]) -> None:
    zone = past.get("time_zone", "UTC")
    campaign.clock = past.get("clock", "everywhere")
    campaign.time_zone = zone
    wall, known = datetime.fromisoformat(past["wall"]), find_zone(zone)
    assert known is not None
    campaign.release_wall, campaign.release_at = wall, moment_of(wall, known)
    db.session.flush()


def _leave_out(found: CampaignFile, fields: list[str]) -> None:
    for field in fields:
        found.errors.pop(field, None)
        for name in cast(tuple[str, ...], _INPUTS_OF.get(field, (field,))):
            found.texts.pop(name, None)
        # A part of the moment that could not be read takes the whole moment with it.
        if field.startswith("release"):
            for name in RELEASE_INPUTS:
                found.texts.pop(name, None)
