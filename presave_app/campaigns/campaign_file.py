"""Campaign files: a campaign as JSON, for the command line, imports and programs. Every fault is found at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from presave_app.campaigns import campaign as campaign_rules
from presave_app.campaigns import (
    changes,
    editing,
    fields,
    file_words,
    label_pages,
    language_words,
    look,
    publishing,
    targets,
)
from presave_app.campaigns.artwork import give_artwork
from presave_app.campaigns.artwork_press import MOST_BYTES, BadArtwork, Pressed, press
from presave_app.campaigns.editing import EditRefused, Typed
from presave_app.campaigns.fields import ARTIST_PREFIX, COUNTDOWN_PREFIX, TARGET_PREFIX, FieldError
from presave_app.campaigns.models import Campaign
from presave_app.lib.shapes import are_texts
from presave_app.lib.text import clean_line
from presave_app.streaming.directory import find_entry
from presave_app.streaming.registry import connectors, find_known

_TEXTS = ("title", "artist", "kind", "slug", "upc", "artwork", *look.WORDS_FIELDS)
# What a service can be told besides the release, with the names of its fields.
_PAGES = {"artists": ARTIST_PREFIX, "countdowns": COUNTDOWN_PREFIX}
_KEYS = (*_TEXTS, "release", "targets", *_PAGES, look.COLOURS_FIELD, file_words.KEY, look.LINKS_FIELD, "publish")
_PREFIXES = {
    TARGET_PREFIX: "targets",
    language_words.PREFIX: file_words.KEY,
    **{prefix: key for key, prefix in _PAGES.items()},
}
_RELEASE_KEYS = ("at", "time_zone", "clock")
_MOST_FILE_BYTES = 1024 * 1024


@dataclass
class CampaignFile:
    """What a file says, in the texts that the editor's fields take. `notes` are for the person at the keyboard."""

    texts: dict[str, str] = field(default_factory=dict)
    # The name of the release on each service where nobody can add here, and what was written for it.
    kept_targets: dict[str, tuple[str, str]] = field(default_factory=dict)
    # What was written for services that are off, by the names of the fields that they would have.
    kept_pages: dict[str, str] = field(default_factory=dict)
    picture: Pressed | None = None
    is_to_publish: bool = False
    # Who makes it and by which act, as the record of changes says it.
    by: str = changes.COMMAND_LINE
    act: str = "create"
    errors: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_campaign_file(path: Path) -> CampaignFile:
    """The campaign in a file; what is wrong with its shape stands in `errors` by key."""
    found = CampaignFile()
    content = _read_object(path, found)
    if content is None:
        return found
    found = read_content(content)
    _take_artwork(path.parent, found)
    return found


def read_content(content: Mapping[str, Any]) -> CampaignFile:
    """The campaign in the object of a file. The name of its artwork is left among the texts, and nothing is opened."""
    found = CampaignFile()
    for key in content.keys() - set(_KEYS):
        found.errors[key] = f"No such key. There are: {', '.join(_KEYS)}."
    for key in _TEXTS:
        _take_text(content, key, found, name=key)
    _take_release(content.get("release", {}), found)
    _take_targets(content.get("targets", {}), found)
    for key in _PAGES:
        _take_pages(content.get(key, {}), key, found)
    _take_colours(content.get(look.COLOURS_FIELD, {}), found)
    words, faults = file_words.read_words(content.get(file_words.KEY, {}))
    found.texts |= words
    found.errors |= faults
    if look.LINKS_FIELD in content:
        _take_links(content[look.LINKS_FIELD], found)
    publish = content.get("publish", False)
    if not isinstance(publish, bool):
        found.errors["publish"] = "Write true or false."
    found.is_to_publish = publish is True
    return found


def create_from_file(team_id: int, found: CampaignFile, now: datetime) -> Campaign:
    """The campaign that a file describes; raises EditRefused with every fault of the file at once."""
    if "file" in found.errors:
        raise EditRefused(found.errors)
    errors = dict(found.errors)
    created = campaign_rules.add_campaign(
        team_id,
        title=_parsed(fields.parse_title, "title", found, errors),
        artist=_parsed(fields.parse_artist, "artist", found, errors),
        kind=_parsed(fields.parse_kind, "kind", found, errors) or "album",
    )
    _fill(created, found, now, errors)
    if found.is_to_publish:
        _collect(errors, lambda: publishing.publish(created, now))
    if errors:
        raise EditRefused(errors)
    changes.note(found.by, found.act, campaign_id=created.id, after={"title": created.title})
    if created.published_at is not None:
        changes.note(found.by, changes.PUBLISH, campaign_id=created.id)
    return created


def change_from_content(campaign: Campaign, found: CampaignFile, now: datetime) -> None:
    """Change what the content names and leave the rest; raises EditRefused with every fault at once."""
    errors = dict(found.errors)
    _fill(campaign, found, now, errors)
    if errors:
        raise EditRefused(errors)


def _fill(campaign: Campaign, found: CampaignFile, now: datetime, errors: dict[str, str]) -> None:
    _collect(errors, lambda: editing.save_fields(campaign, Typed(found.texts, now)))
    for service, (ref, written) in found.kept_targets.items():
        targets.keep_ref(campaign, service, ref, written)
    _keep_pages(campaign, found.kept_pages)
    if found.picture is not None:
        give_artwork(campaign, found.picture)


def key_of(field: str) -> str:
    """Under which key of a file a field of the editor stands."""
    for prefix, key in _PREFIXES.items():
        if field.startswith(prefix):
            return f"{key}.{field.removeprefix(prefix)}"
    return field


def _read_object(path: Path, found: CampaignFile) -> dict[str, Any] | None:
    try:
        with path.open("rb") as source:
            content = json.loads(source.read(_MOST_FILE_BYTES))
    except OSError as fault:
        found.errors["file"] = f"Can't be read: {fault.strerror}."
    except (ValueError, RecursionError) as fault:
        found.errors["file"] = f"Is not JSON: {fault}."
    else:
        if isinstance(content, dict):
            return content
        found.errors["file"] = "Must hold one JSON object."
    return None


def _take_text(source: Mapping[str, Any], key: str, found: CampaignFile, *, name: str) -> None:
    value = source.get(key)
    if value is None:
        return
    if isinstance(value, str):
        found.texts[name] = value
    else:
        found.errors[name] = "Write it as text, in quotes."


def _take_release(release: Any, found: CampaignFile) -> None:
    if not isinstance(release, dict):
        found.errors["release"] = 'Write an object with "at" and "time_zone".'
        return
    for key in release.keys() - set(_RELEASE_KEYS):
        found.errors[f"release.{key}"] = f"No such key. There are: {', '.join(_RELEASE_KEYS)}."
    if "clock" in release:
        try:
            found.texts["clock"] = fields.parse_clock(str(release["clock"]))
        except FieldError as fault:
            found.errors["release.clock"] = str(fault)
    _take_text(release, "time_zone", found, name="time_zone")
    _take_text(release, "at", found, name="at")
    day, _, hour = found.texts.pop("at", "").strip().partition("T")
    # As the editor shows it: a moment that is sent back as it was may have passed.
    hour = hour[:-3] if len(hour) == 8 and hour.endswith(":00") else hour
    found.texts |= {"release_date": day, "release_time": hour} if day else {}


def _take_targets(given: Any, found: CampaignFile) -> None:
    if not isinstance(given, dict):
        found.errors["targets"] = "Write an object of services and links."
        return
    for service in given:
        name = TARGET_PREFIX + service
        _take_text(given, service, found, name=name)
        if service not in connectors() and name in found.texts:
            _keep_target(service, found.texts.pop(name), found)


def _keep_target(service: str, text: str, found: CampaignFile) -> None:
    """Take the target of a service that is off or only a link, or that this build does not know yet."""
    known = find_entry(service)
    try:
        ref = clean_line(text)[: fields.MOST_REF_LENGTH] if known is None else fields.parse_target(known, text)
    except FieldError as fault:
        found.errors[TARGET_PREFIX + service] = str(fault)
        return
    if ref:
        found.kept_targets[clean_line(service)[:255]] = ref, clean_line(text)
        if known is None:
            found.notes.append(f"targets.{service}: kept, but {service} is not known to this version.")
        elif not known.is_link:
            why = "its credentials are missing, so its fans are reminded."
            found.notes.append(f"targets.{service}: kept, but {known.name} is not on: {why}")


def _take_pages(given: Any, key: str, found: CampaignFile) -> None:
    """Take what the label names on each service; also where it is off, for the day on which it is turned on."""
    if not isinstance(given, dict):
        found.errors[key] = "Write an object of services and links."
        return
    for service in given:
        name = _PAGES[key] + service
        _take_text(given, service, found, name=name)
        if name in found.texts and name not in editing.field_names():
            _take_page_apart(_PAGES[key], service, found.texts.pop(name), found)


def _take_page_apart(prefix: str, service: str, text: str, found: CampaignFile) -> None:
    known = find_known(service)
    parse = fields.parse_artist_page if prefix == ARTIST_PREFIX else fields.parse_countdown
    try:
        page = parse(known, text) if known else None
    except FieldError as fault:
        found.errors[prefix + service] = str(fault)
        return
    if known is None:
        found.errors[prefix + service] = "There is no such service."
    elif page:
        found.kept_pages[prefix + service] = page


def _take_colours(given: Any, found: CampaignFile) -> None:
    if not are_texts(given, look.COLOUR_INPUTS):
        found.errors[look.COLOURS_FIELD] = 'Write an object with "accent" and "ground" as texts, or with one of them.'
        return
    found.texts |= given


def _take_links(given: Any, found: CampaignFile) -> None:
    if not isinstance(given, list) or not all(are_texts(link, ("url", "name")) for link in given):
        found.errors[look.LINKS_FIELD] = 'Write a list of objects with "url" and "name" as texts.'
    elif len(given) > look.MOST_LINKS:
        found.errors[look.LINKS_FIELD] = f"At most {look.MOST_LINKS} links, these are {len(given)}."
    else:
        # Links that are not named any more go.
        blanks: list[dict[str, str]] = [{}] * (look.MOST_LINKS - len(given))
        rows = zip([*given, *blanks], look.LINK_INPUTS, strict=True)
        for link, (url, name) in rows:
            found.texts |= {url: link.get("url", ""), name: link.get("name", "")}


def _keep_pages(created: Campaign, pages: Mapping[str, str]) -> None:
    for name, page in pages.items():
        if name.startswith(ARTIST_PREFIX):
            label_pages.name_artist(created, name.removeprefix(ARTIST_PREFIX), page)
        else:
            label_pages.name_countdown(created, name.removeprefix(COUNTDOWN_PREFIX), page)


def _take_artwork(folder: Path, found: CampaignFile) -> None:
    name = found.texts.pop("artwork", None)
    if name is None:
        return
    try:
        with (folder / name).open("rb") as source:
            found.picture = press(source.read(MOST_BYTES + 1))
    except (OSError, ValueError) as fault:
        words = str(fault) if isinstance(fault, BadArtwork) else f"{name} can't be read."
        found.errors["artwork"] = words


def _parsed(parse: Any, key: str, found: CampaignFile, errors: dict[str, str]) -> str:
    try:
        return parse(found.texts.get(key, ""))
    except FieldError as fault:
        if key in ("title", "artist") or key in found.texts:
            errors.setdefault(key, str(fault))
        return ""


def _collect(errors: dict[str, str], step: Any) -> None:
    try:
        step()
    except EditRefused as fault:
        errors.update({key: words for key, words in fault.errors.items() if key not in errors})
