"""The fields of a campaign: what a person may type in each, and what is said when it can't be used.

The editor's fields, the whole form and the campaign file all read through here, so that they take and
refuse the same things in the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from presave_app.lib.moments import BadMoment, find_zone, moment_of, zone_names
from presave_app.lib.slugs import LEAST_LENGTH, MOST_LENGTH, is_slug
from presave_app.lib.text import clean_line
from presave_app.lib.upc import BadUPC, parse_upc
from presave_app.lib.written_dates import BadDate, read_hour
from presave_app.streaming.connector import Connector, Extra
from presave_app.streaming.directory import read_link
from presave_app.streaming.link_services import BadLink

KINDS = {"album": "Album", "ep": "EP", "single": "Single"}
CLOCKS = {"everywhere": "One moment everywhere", "local": "Each fan's own midnight"}
TARGET_PREFIX = "target-"
ARTIST_PREFIX = "artist-"
COUNTDOWN_PREFIX = "countdown-"
MOST_REF_LENGTH = 500

MOST_TEXT_LENGTH = 200
_FURTHEST_RELEASE = timedelta(days=5 * 365)


class FieldError(ValueError):
    """What was typed can't be used; the message stands beside the field."""


class ReadsLinks(Protocol):
    """A service as far as it reads what was pasted."""

    @property
    def name(self) -> str: ...

    @property
    def ref_example(self) -> str: ...

    def parse_ref(self, text: str, /) -> str | None: ...


@dataclass(frozen=True)
class ReleaseMoment:
    """A wall clock in a zone, and the moment it means."""

    wall: datetime
    time_zone: str
    at: datetime


def parse_title(text: str) -> str:
    """The release's title."""
    return _line(text, "a title")


def parse_artist(text: str) -> str:
    """The artist as the release names them."""
    return _line(text, "an artist")


def parse_artist_name(text: str) -> str:
    """The name of an artist whom a team keeps."""
    if not clean_line(text):
        raise FieldError("The artist needs a name.")
    return parse_artist(text)


def parse_kind(text: str) -> str:
    """One of `KINDS`."""
    kind = clean_line(text).lower()
    if kind not in KINDS:
        raise FieldError("Choose album, EP or single.")
    return kind


def parse_slug(text: str) -> str:
    """A slug by its letters; whether it is free is for `campaigns.addresses` to say."""
    slug = clean_line(text).lower()
    if not is_slug(slug):
        raise FieldError(
            f"An address has {LEAST_LENGTH} to {MOST_LENGTH} small letters, digits and dashes, "
            "and begins and ends with a letter or digit."
        )
    return slug


def parse_release_upc(text: str) -> str | None:
    """The release's UPC, or None when the field is empty."""
    if not text.strip():
        return None
    try:
        return parse_upc(clean_line(text)[:MOST_TEXT_LENGTH])
    except BadUPC as fault:
        raise FieldError(str(fault)) from None


def parse_target(service: ReadsLinks, text: str) -> str | None:
    """The service's own name for the release in what was pasted, or None when the field is empty."""
    pasted = clean_line(text)
    if not pasted:
        return None
    ref = service.parse_ref(pasted) if len(pasted) <= MOST_REF_LENGTH else None
    if ref is None:
        raise FieldError(f"That is not a release on {service.name}. Paste a link like {service.ref_example}")
    return ref


def parse_artist_page(service: Connector, text: str) -> str | None:
    """The service's own name for the artist in what was pasted, or None when the field is empty."""
    pasted = clean_line(text)
    if not pasted:
        return None
    if Extra.FOLLOW_ARTIST not in service.extras:
        raise FieldError(f"Fans can't follow an artist on {service.name} from here.")
    ref = service.parse_artist_ref(pasted) if len(pasted) <= MOST_REF_LENGTH else None
    if ref is None:
        raise FieldError(f"That is not an artist on {service.name}. Paste something like {service.artist_example}")
    return ref


def parse_countdown(service: Connector, text: str) -> str | None:
    """The link to the service's own page for pre-saves in what was pasted, or None when the field is empty."""
    pasted = clean_line(text)
    if not pasted:
        return None
    if service.countdown is None:
        raise FieldError(f"{service.name} has no page of its own on which fans pre-save.")
    url = service.parse_countdown(pasted) if len(pasted) <= MOST_REF_LENGTH else None
    if url is None:
        raise FieldError(f"That is no {service.countdown.name}. Paste a link like {service.countdown.example}")
    return url


def parse_any_link(text: str) -> tuple[str, str] | None:
    """The service and its name for the release in a link to anywhere, or None when the field is empty."""
    pasted = clean_line(text)
    try:
        return read_link(pasted) if pasted else None
    except BadLink as fault:
        raise FieldError(str(fault)) from None


def parse_clock(text: str) -> str:
    """Whose clock counts, one of `CLOCKS`."""
    if text not in CLOCKS:
        raise FieldError("The clock is “everywhere”, one moment for all, or “local”, each fan's own midnight.")
    return text


def parse_release(day: str, hour: str, zone: str, now: datetime) -> ReleaseMoment | None:
    """The moment of a date, a time and a zone as typed, or None when no date is given."""
    time_zone = parse_zone(zone)
    if not day.strip():
        return None
    wall = datetime.combine(_parse_day(day), _parse_hour(hour))
    found = find_zone(time_zone)
    assert found is not None
    try:
        moment = moment_of(wall, found)
    except BadMoment as fault:
        raise FieldError(str(fault)) from None
    except OverflowError:
        raise FieldError("That is no date for a release. Check the year.") from None
    refuse_unless_ahead(moment, now)
    return ReleaseMoment(wall, time_zone, moment)


def refuse_unless_ahead(moment: datetime, now: datetime) -> None:
    """Take only a moment that lies ahead, and not further than anybody plans; raises FieldError."""
    if moment <= now:
        raise FieldError("That moment is in the past. A pre-save needs a release that is still to come.")
    if moment > now + _FURTHEST_RELEASE:
        raise FieldError("That is more than five years ahead. Check the year.")


def parse_zone(text: str) -> str:
    """The zone of that name, in any case; a city alone will do where only one zone bears its name."""
    typed = clean_line(text).replace(" ", "_").lower()
    if not typed:
        raise FieldError("Say in which time zone, like Europe/Berlin.")
    names = [name for name in zone_names() if name.lower() == typed or name.lower().rpartition("/")[2] == typed]
    exact = [name for name in names if name.lower() == typed]
    if len(exact or names) != 1:
        raise FieldError(f"“{clean_line(text)[:60]}” is no time zone we know. Choose one like Europe/Berlin.")
    return (exact or names)[0]


def _line(text: str, what: str) -> str:
    line = clean_line(text)
    if not line:
        raise FieldError(f"The release needs {what}.")
    if len(line) > MOST_TEXT_LENGTH:
        raise FieldError(f"At most {MOST_TEXT_LENGTH} characters, these are {len(line)}.")
    return line


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise FieldError("That is not a date. Write it like 2026-12-04.") from None


def _parse_hour(text: str) -> time:
    try:
        hour = read_hour(text.strip() or "00:00")
    except BadDate as fault:
        raise FieldError(str(fault)) from None
    if hour.tzinfo is not None:
        raise FieldError("Give the time without an offset: the zone says the rest.")
    return hour.replace(microsecond=0)


def latest_safe_start(last_due: datetime, connector: Connector) -> datetime | None:
    """From when on a fan's permission lasts until the last due moment; None where the service sets no end."""
    return None if connector.grant_life is None else (last_due - connector.grant_life).astimezone(UTC)
