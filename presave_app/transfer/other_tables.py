"""Campaigns from a table that another tool wrote: read, tried, and made as drafts."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from presave_app.campaigns import fields
from presave_app.campaigns.campaign_file import CampaignFile, read_content
from presave_app.campaigns.editing import EditRefused
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib.moments import find_zone
from presave_app.lib.slugs import is_slug, slug_of
from presave_app.lib.text import storable
from presave_app.lib.written_dates import BadDate, read_day, read_hour
from presave_app.streaming.directory import find_entry, recognise
from presave_app.transaction import transaction
from presave_app.transfer.columns import Columns, read_headings
from presave_app.transfer.drafts import Draft, fill_draft, find_taken_in, make_draft, name_of

MOST_BYTES = 200_000
MOST_ROWS = 100
# The name is a word for a form's choice: how 4/12/2026 is meant.
DAY_ORDERS: Mapping[str, bool | None] = {"": None, "day": True, "month": False}

_LINK = re.compile(r"https?://[^\s|;,<>\"]+")
_TARGET_KEY = re.compile(r"targets\.([\w-]+): ")
_KINDS = {"lp": "album", "extended play": "ep", "track": "single", "song": "single"}


class BadTable(ValueError):
    """The file can't be read as a table; the message says why."""


@dataclass(frozen=True)
class Row:
    """One row of the table: its number in the file, the draft that it asks for, and what is wrong with it.

    `origins` are the release's name in every table, and the name by which it was known before.
    """

    number: int
    origins: tuple[str, str]
    content: dict[str, object]
    faults: list[str] = field(default_factory=list[str])

    def read(self) -> CampaignFile:
        """The draft in the form in which campaign files are read."""
        return read_content(self.content)


@dataclass(frozen=True)
class Trial:
    """What would become of a row. `same_as` is the number of the earlier row of its release that is used."""

    number: int
    name: str
    slug: str
    date: str
    services: list[str]
    faults: list[str]
    notes: list[str]
    is_known: bool
    same_as: int | None = None

    @property
    def is_used(self) -> bool:
        return not self.faults and self.same_as is None

    @property
    def is_good(self) -> bool:
        return self.is_used and not self.is_known


class _OnlyTrying(Exception):
    """Nothing of a trial stays."""


def decode(body: bytes) -> str:
    """The text of an upload, whatever program wrote it; raises BadTable."""
    if len(body) > MOST_BYTES:
        raise BadTable(f"At most {MOST_BYTES // 1000} KB at once. Split the table.")
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return storable(body.decode("utf-16", errors="replace"))
    try:
        return storable(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return storable(body.decode("cp1252", errors="replace"))


def read_table(text: str, zone: str, day_first: bool | None) -> tuple[Columns, list[Row]]:
    """The columns and the rows; raises BadTable. `zone` is that of rows which name none."""
    lines = [line for line in csv.reader(io.StringIO(text, newline=""), _dialect_of(text)) if any(map(str.strip, line))]
    if len(lines) < 2:
        raise BadTable("There is no row in that table. Its first line has the headings, each other one a release.")
    columns = read_headings(lines[0])
    missing = [kind for kind in ("title", "artist") if kind not in columns.places]
    if missing:
        raise BadTable(f"No column is headed {' or '.join(missing)}. Name it so in the first line.")
    if len(lines) - 1 > MOST_ROWS:
        raise BadTable(f"At most {MOST_ROWS} releases at once, these are {len(lines) - 1}. Split the table.")
    return columns, [_row(number, line, columns, zone, day_first) for number, line in enumerate(lines[1:], 2)]


def try_rows(team_id: int, rows: Sequence[Row], now: datetime) -> list[Trial]:
    """What would be made of each row, by making all of it and taking it back."""
    trials: list[Trial] = []
    used: dict[str, int] = {}
    try:
        with transaction() as session:
            for row in rows:
                with session.begin_nested() as tried:
                    trials.append(_try_row(team_id, row, now, used.get(row.origins[0])))
                    if trials[-1].is_used:
                        used[row.origins[0]] = row.number
                    if not trials[-1].is_good:
                        tried.rollback()
            raise _OnlyTrying
    except _OnlyTrying:
        return trials


def make_rows(team_id: int, rows: Sequence[Row], now: datetime, by: str) -> list[Draft]:
    """The drafts of the rows that have no fault; a row that was made before is found again.

    `by` is who brings them in, as the record of changes names them.
    """
    return [make_draft(team_id, row.origins, _brought(row.read(), by), now) for row in rows if not row.faults]


def _brought(found: CampaignFile, by: str) -> CampaignFile:
    found.by, found.act = by, "create-table"
    return found


def _try_row(team_id: int, row: Row, now: datetime, same_as: int | None) -> Trial:
    found, notes, faults = row.read(), list[str](), list(row.faults)
    known = find_taken_in(team_id, *row.origins)
    campaign: Campaign | None = known
    if known is None and same_as is None and not faults:
        try:
            campaign, notes = fill_draft(team_id, found, now)
        except EditRefused as refusal:
            faults += list(refusal.errors.values())
    elif known is None and same_as is None:
        faults += _other_faults(team_id, found, now)
    release = row.content.get("release")
    return Trial(
        row.number,
        name_of(found),
        campaign.slug if campaign else "",
        str(release.get("at", ""))[:16].replace("T", " ") if isinstance(release, dict) else "",  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        [_name_of_service(key) for key in sorted(row.content.get("targets", {}))],  # pyright: ignore[reportArgumentType]
        [] if same_as else faults,
        [_by_name(note) for note in (*notes, *found.notes)],
        known is not None,
        same_as,
    )


def _other_faults(team_id: int, found: CampaignFile, now: datetime) -> list[str]:
    """What is wrong with a row beside what could not be read of it, so that all of it is mended at once."""
    try:
        with db.session.begin_nested() as tried:
            fill_draft(team_id, found, now)
            tried.rollback()
    except EditRefused as refusal:
        return list(refusal.errors.values())
    return []


def _by_name(note: str) -> str:
    """A note of a campaign file, which has keys, for the reader of a table, who knows services by their names."""
    key = _TARGET_KEY.match(note)
    return note if key is None else f"{_name_of_service(key[1])}: {note[key.end() :]}"


def _name_of_service(key: str) -> str:
    known = find_entry(key)
    return known.name if known else key


def _row(number: int, line: Sequence[str], columns: Columns, zone: str, day_first: bool | None) -> Row:
    cells = {kind: line[place].strip() for kind, place in columns.places.items() if place < len(line)}
    faults: list[str] = []
    content: dict[str, object] = {"title": cells.get("title", ""), "artist": cells.get("artist", "")}
    content |= {"kind": _kind_of(cells["kind"])} if cells.get("kind") else {}
    content |= {"upc": cells["upc"].lstrip("'")} if cells.get("upc") else {}
    slug = _slug_of(cells.get("slug", ""))
    content |= {"slug": slug} if slug else {}
    content["targets"] = _targets_of(line, columns, cells.get("links", ""), faults)
    content["release"] = _release_of(cells, zone, day_first, faults)
    return Row(number, _origins_of(cells, slug), content, faults)


def _origins_of(cells: Mapping[str, str], slug: str) -> tuple[str, str]:
    """By what a release is known again: its UPC in any of its lengths, or else its title, artist and address.

    The second one has also what differs between the tracks of a release, and what may be put off.
    """
    words = [" ".join(cells.get(kind, "").lower().split()) for kind in ("title", "artist")]
    upc = "".join(filter(str.isdigit, cells.get("upc", ""))).lstrip("0")
    before = (cells.get(kind, "").lower() for kind in ("title", "artist", "upc", "isrc", "date", "slug"))
    return _origin(["upc", upc] if upc else [*words, slug]), _origin(before)


def _origin(words: Iterable[str]) -> str:
    return "row" + hashlib.sha256("\x00".join(words).encode()).hexdigest()


def _release_of(cells: Mapping[str, str], zone: str, day_first: bool | None, faults: list[str]) -> dict[str, str]:
    named = cells.get("zone", "")
    release = {"time_zone": named or zone}
    if cells.get("date"):
        try:
            day, hour = read_day(cells["date"], day_first=day_first)
            hour = read_hour(cells["time"]) if cells.get("time") else hour or time()
            release |= _wall_of(datetime.combine(day, hour), named, zone)
        except BadDate as fault:
            faults.append(str(fault))
    return release


def _wall_of(written: datetime, named: str, zone: str) -> dict[str, str]:
    """What clocks show at the moment that was written, and where.

    A Z names UTC where the row names no zone. Any other offset names a moment alone, which is then told in the zone.
    """
    if written.utcoffset() is None:
        return {"at": written.isoformat()}
    if not named and not written.utcoffset():
        return {"at": written.replace(tzinfo=None).isoformat(), "time_zone": "UTC"}
    try:
        there = find_zone(fields.parse_zone(named or zone))
        return {"at": written.astimezone(there).replace(tzinfo=None).isoformat()}
    except FieldError:
        # The editor says the same of the zone.
        return {}
    except OverflowError:
        raise BadDate("That is no date for a release. Check the year.") from None


def _targets_of(line: Sequence[str], columns: Columns, links: str, faults: list[str]) -> dict[str, str]:
    given = {service: line[place].strip() for place, service in columns.services.items() if place < len(line)}
    found = {service: text for service, text in given.items() if text}
    for link in _LINK.findall(links):
        read = recognise(link)
        if read is None:
            faults.append(f"{link[:80]} is no link that can stand on a public page.")
        else:
            found.setdefault(read[0], link)
    return found


def _kind_of(text: str) -> str:
    return _KINDS.get(text.lower(), text)


def _slug_of(text: str) -> str:
    """The last part of a short link, or the slug itself."""
    last = text.split("?")[0].rstrip("/").rpartition("/")[2].lower()
    try:
        return fields.parse_slug(last) if is_slug(last) else slug_of(last)
    except FieldError:
        return ""


def _dialect_of(text: str) -> type[csv.Dialect]:
    """Commas, semicolons or tabs: whichever the line of headings has most of."""
    first = text.lstrip().split("\n", 1)[0]

    class Written(csv.excel):
        delimiter = max(",;\t", key=first.count)

    return Written
