"""The artists of a team as a file of its archive, and taking them in: each once, by name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from presave_app.campaigns.artist_models import Artist
from presave_app.campaigns.artists import find_named, list_artists, save_artist, services_with_artists, texts_of
from presave_app.campaigns.editing import EditRefused
from presave_app.campaigns.fields import ARTIST_PREFIX
from presave_app.lib.shapes import as_object, as_text
from presave_app.lib.text import clean_line
from presave_app.transaction import transaction

ARTISTS = "artists.json"
MOST_ARTISTS = 2000
_TEXTS = ("name", "time_zone", "clock")
_COLOURS = ("accent", "ground")


def artist_lines(team_id: int) -> Iterator[str]:
    """One artist a line."""
    yield '{"artists": ['
    for number, (artist, _) in enumerate(list_artists([team_id])):
        yield ("," if number else "") + "\n" + json.dumps(_entry_of(artist), ensure_ascii=False)
    yield "\n]}\n"


def take_artists(team_id: int, entries: Sequence[dict[str, Any]]) -> tuple[int, list[str]]:
    """Keep the artists whose names are new here; how many came in, and what of them could not be used."""
    notes: list[str] = []
    with transaction():
        new = sum(_take(team_id, entry, notes) for entry in entries)
    return new, notes


def _entry_of(artist: Artist) -> dict[str, Any]:
    texts = texts_of(artist)
    entry: dict[str, Any] = {key: texts[key] for key in _TEXTS}
    entry["colours"] = {key: texts[key] for key in _COLOURS if texts[key]}
    pages = {key.removeprefix(ARTIST_PREFIX): ref for key, ref in texts.items() if key.startswith(ARTIST_PREFIX)}
    entry["pages"] = {service: ref for service, ref in pages.items() if ref}
    return {key: value for key, value in entry.items() if value}


def _take(team_id: int, entry: dict[str, Any], notes: list[str]) -> bool:
    name = clean_line(as_text(entry.get("name")))
    if find_named(team_id, name) is not None:
        return False
    texts = _texts_in(entry, name, notes)
    try:
        save_artist(Artist(team_id=team_id), texts)
    except EditRefused as refusal:
        notes += [f"The artist {name[:80] or 'without a name'}: {words}" for words in refusal.errors.values()]
        if "name" in refusal.errors:
            return False
        kept = {key: text for key, text in texts.items() if key not in refusal.errors}
        save_artist(Artist(team_id=team_id), kept)
    return True


def _texts_in(entry: dict[str, Any], name: str, notes: list[str]) -> dict[str, str]:
    """By the names of the inputs. A page on a service that is off here could not be checked."""
    pages = as_object(entry.get("pages"))
    known = services_with_artists()
    notes += [f"The artist {name[:80]}: the page on {each[:40]} is left out." for each in sorted(pages.keys() - known)]
    colours = as_object(entry.get("colours"))
    return {
        **{key: as_text(entry.get(key)) for key in _TEXTS},
        **{key: as_text(colours.get(key)) for key in _COLOURS},
        **{ARTIST_PREFIX + service: as_text(pages.get(service)) for service in known},
    }
