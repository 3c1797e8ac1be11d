"""A team as files: one archive with all that it would need elsewhere, and no token of any fan."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

from sqlalchemy import select

from presave_app.campaigns import rollout
from presave_app.campaigns.addresses import was_public
from presave_app.campaigns.campaign import status_of
from presave_app.campaigns.file_form import file_form_of
from presave_app.campaigns.models import ArtworkFile, Campaign
from presave_app.extensions import current_settings, db
from presave_app.lib.tokens import pseudonym
from presave_app.teams.imprints import FIELDS, find_imprint
from presave_app.teams.models import Team
from presave_app.transfer import tables
from presave_app.transfer.artists_file import ARTISTS, artist_lines
from presave_app.transfer.beside import ROLL_OUT, told_beside
from presave_app.transfer.readme import README

FORMAT = "presave-team/1"
CAMPAIGNS = "campaigns.json"
_SHEETS = {"consents.csv": tables.consents, "counts.csv": tables.counts, "reminders.csv": tables.reminders}
_COMPRESSION = zipfile.ZIP_DEFLATED


def pack_team(team: Team, now: datetime) -> IO[bytes]:
    """The archive of a team, in a file without a name. Memory holds one picture or one block of lines at a time."""
    packed = tempfile.TemporaryFile()  # noqa: SIM115
    with zipfile.ZipFile(packed, "w", _COMPRESSION) as archive:
        archive.writestr("README.txt", README.format(team=team.name, made_at=f"{now.astimezone(UTC):%Y-%m-%d %H:%M}"))
        _write(archive, CAMPAIGNS, _campaign_lines(team, now))
        _write(archive, ARTISTS, artist_lines(team.id))
        for campaign_id in _ids_of(team.id):
            _write_artwork(archive, db.session.get_one(Campaign, campaign_id))
        for name, sheet in _SHEETS.items():
            _write(archive, name, sheet(team.id))
    packed.seek(0)
    return packed


def origin_of(campaign_id: int) -> str:
    """The name of a campaign that stays the same in every export, and is nobody else's."""
    return pseudonym(current_settings().account_pepper, "export", str(campaign_id))


def _campaign_lines(team: Team, now: datetime) -> Iterator[str]:
    """One campaign a line, so that the list of a large label is never held as a whole."""
    imprint = find_imprint(team.id)
    head = {
        "format": FORMAT,
        "made_at": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "team": {"name": team.name, "slug": team.slug},
        "imprint": {field.name: getattr(imprint, field.name) for field in FIELDS},
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "campaigns": ['
    for number, campaign_id in enumerate(_ids_of(team.id)):
        entry = _entry_of(db.session.get_one(Campaign, campaign_id), now)
        yield ("," if number else "") + "\n" + json.dumps(entry, ensure_ascii=False)
        db.session.expire_all()
    yield "\n]}\n"


def _entry_of(campaign: Campaign, now: datetime) -> dict[str, Any]:
    artwork = {"artwork": _artwork_name(campaign)} if campaign.artwork_id else {}
    return {
        "origin": origin_of(campaign.id),
        "url": current_settings().absolute(f"/{campaign.slug}"),
        "status": status_of(campaign, bool(was_public([campaign.id])), now),
        **told_beside(campaign),
        **_roll_out_of(campaign),
        "campaign": {**file_form_of(campaign), **artwork},
    }


def _roll_out_of(campaign: Campaign) -> dict[str, list[str]]:
    """The other releases that fans agree to in the same tap."""
    others = [origin_of(each.id) for each in rollout.list_releases(campaign) if each.id != campaign.id]
    return {ROLL_OUT: others} if others else {}


def _ids_of(team_id: int) -> list[int]:
    return list(db.session.scalars(select(Campaign.id).where(Campaign.team_id == team_id).order_by(Campaign.id)))


def _write_artwork(archive: zipfile.ZipFile, campaign: Campaign) -> None:
    """The largest picture there is of it; the upload itself is not kept anywhere."""
    if campaign.artwork_id is None:
        return
    body = db.session.scalar(
        select(ArtworkFile.body)
        .where(ArtworkFile.artwork_id == campaign.artwork_id, ArtworkFile.content_type == "image/jpeg")
        .order_by(ArtworkFile.width.desc())
        .limit(1)
    )
    if body is not None:
        # Pictures are packed already.
        archive.writestr(_artwork_name(campaign), body, zipfile.ZIP_STORED)


def _artwork_name(campaign: Campaign) -> str:
    return f"artwork/{campaign.slug}.jpg"


def _write(archive: zipfile.ZipFile, name: str, blocks: Iterator[str]) -> None:
    with archive.open(name, "w", force_zip64=True) as out:
        for block in blocks:
            out.write(block.encode())
