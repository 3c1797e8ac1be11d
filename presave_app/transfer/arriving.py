"""Taking in the archive of a team: its campaigns as drafts. Sizes are looked at before anything is unpacked."""

from __future__ import annotations

import json
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, cast

from sqlalchemy import select

from presave_app.campaigns.artwork_press import MOST_BYTES, BadArtwork, press
from presave_app.campaigns.campaign_file import CampaignFile, read_content
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib.shapes import all_storable, as_list, as_object, as_text
from presave_app.transfer.artists_file import ARTISTS, MOST_ARTISTS, take_artists
from presave_app.transfer.drafts import Draft, find_taken_in, make_draft
from presave_app.transfer.leaving import CAMPAIGNS, FORMAT, origin_of

# So many campaigns with a picture of 140 KB each, and the lines of millions of fans beside them. It lies on the disk.
MOST_ARCHIVE_MB = 1000
MOST_ARCHIVE_BYTES = MOST_ARCHIVE_MB * 1024 * 1024
_MOST_FILES = 4000
_MOST_CAMPAIGNS = 2000
# This one is held in memory: 8 KB for each of the campaigns.
_MOST_JSON_BYTES = 16 * 1024 * 1024
_MOST_ORIGIN = 128
# Pressing a picture takes a moment, and hosts give up an answer after half a minute.
_SECONDS = 18.0
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError)


class BadArchive(ValueError):
    """The file is no export of a team; the message says why, for the person who chose it."""


@dataclass
class Arrival:
    """What came in. `left` campaigns were not looked at, because it would have taken too long.

    `artists` are new here; `artist_notes` say what of them could not be used.
    """

    drafts: list[Draft] = field(default_factory=list[Draft])
    left: int = 0
    artists: int = 0
    artist_notes: list[str] = field(default_factory=list[str])

    @property
    def new(self) -> int:
        return sum(draft.is_new for draft in self.drafts)

    @property
    def known(self) -> int:
        return sum(draft.campaign_id is not None and not draft.is_new for draft in self.drafts)


def take_in(team_id: int, upload: IO[bytes], now: datetime, by: str) -> Arrival:
    """Make a draft of each campaign in the archive that is not here yet; raises BadArchive.

    `by` is who brings it in, as the record of changes names them.
    """
    try:
        with zipfile.ZipFile(upload) as archive:
            if len(archive.infolist()) > _MOST_FILES:
                raise BadArchive(f"That archive holds more than {_MOST_FILES:,} files. It is no export of a team.")
            entries = _entries_in(archive)
            artists = take_artists(team_id, _artists_in(archive))
            return _take_entries(team_id, archive, entries, now, by, Arrival([], 0, *artists))
    except zipfile.BadZipFile:
        raise BadArchive("That is not a zip archive, or it is damaged. Download the export again.") from None


def _entries_in(archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    content = _json_in(archive, CAMPAIGNS)
    if content.get("format") != FORMAT:
        raise BadArchive(f"That export has another form than {FORMAT}, which is the one this version reads.")
    entries = [as_object(entry) for entry in as_list(content.get("campaigns"))]
    if len(entries) > _MOST_CAMPAIGNS:
        raise BadArchive(f"At most {_MOST_CAMPAIGNS:,} campaigns at once, these are {len(entries):,}.")
    return entries


def _artists_in(archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    """The artists in an archive; those that were made before there were artists have none."""
    if ARTISTS not in archive.NameToInfo:
        return []
    content = _json_in(archive, ARTISTS)
    entries = [as_object(entry) for entry in as_list(content.get("artists"))]
    if len(entries) > MOST_ARTISTS:
        raise BadArchive(f"At most {MOST_ARTISTS:,} artists at once, these are {len(entries):,}.")
    return entries


def _json_in(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    body = _read(archive, name, _MOST_JSON_BYTES)
    if body is None:
        raise BadArchive(f"There is no {name} in that archive that can be read. Choose the export of a team.")
    try:
        return as_object(all_storable(json.loads(body)))
    except (ValueError, RecursionError):
        raise BadArchive(f"The {name} in that archive is damaged. Download the export again.") from None


def _take_entries(
    team_id: int, archive: zipfile.ZipFile, entries: list[dict[str, Any]], now: datetime, by: str, arrival: Arrival
) -> Arrival:
    give_up_at = time.monotonic() + _SECONDS
    own = _own_origins(team_id)
    for number, entry in enumerate(entries):
        if time.monotonic() > give_up_at:
            arrival.left = len(entries) - number
            break
        arrival.drafts.append(_take_entry(team_id, archive, entry, own, now, by))
    return arrival


def _own_origins(team_id: int) -> dict[str, tuple[int, str]]:
    """The campaigns of the team, by the names they have in an export of its own."""
    rows = db.session.execute(select(Campaign.id, Campaign.slug).where(Campaign.team_id == team_id))
    return {origin_of(row.id): (row.id, row.slug) for row in rows}


def _take_entry(
    team_id: int,
    archive: zipfile.ZipFile,
    entry: dict[str, Any],
    own: dict[str, tuple[int, str]],
    now: datetime,
    by: str,
) -> Draft:
    content, origin = as_object(entry.get("campaign")), as_text(entry.get("origin"))[:_MOST_ORIGIN]
    name = f"{as_text(content.get('title'))} by {as_text(content.get('artist'))}"
    if not origin.isalnum() or not content:
        return Draft(name, None, "", is_new=False, notes=("It has no origin or no campaign, so it is left out.",))
    if origin in own:
        return Draft(name, *own[origin], is_new=False)
    known = find_taken_in(team_id, origin)
    if known is not None:
        return Draft(name, known.id, known.slug, is_new=False)
    found = read_content(content)
    found.by, found.act = by, "create-archive"
    _take_artwork(archive, found)
    return make_draft(team_id, (origin,), found, now, beside=entry)


def _take_artwork(archive: zipfile.ZipFile, found: CampaignFile) -> None:
    """Pressed as every upload: nothing of the file itself is kept."""
    name = found.texts.pop("artwork", None)
    if name is None:
        return
    body = _read(archive, name, MOST_BYTES)
    if body is None:
        found.notes.append(f"artwork: {name[:80]} is not in the archive, or is larger than 10 MB.")
        return
    try:
        found.picture = press(body)
    except BadArtwork as fault:
        found.notes.append(f"artwork: left out. {fault}")


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes | None:
    """A file of the archive; None when it is missing, packed strangely, or larger than `most` unpacked.

    The size that the archive claims is looked at first, and no more than `most` is unpacked whatever it claims.
    """
    info = cast("zipfile.ZipInfo | None", archive.NameToInfo.get(name))
    if info is None or info.file_size > most or info.compress_type not in _PACKINGS or info.flag_bits & 1:
        return None
    try:
        with archive.open(info) as source:
            body = source.read(most + 1)
    except _BROKEN:
        return None
    return body if len(body) <= most else None
