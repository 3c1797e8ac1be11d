"""Search for albums, tracks and artists, by words or by named fields: `artist:"aloe blacc" album:"good things"`.

https://developers.deezer.com/api/search
"""

import re

from flask import Response, request

from .api_gate import read_argument
from .api_paging import list_answer
from .api_shapes import Json, album_brief, artist_json, artist_of, track_brief
from .music import Music
from .twin import DeezerTwin, current_twin

FIELD = re.compile(r'(artist|album|track):"([^"]*)"')


def search_tracks() -> Response:
    twin = current_twin()
    return list_answer([track_brief(twin, track) for track in _found(twin, "track")])


def search_albums() -> Response:
    twin = current_twin()
    return list_answer([album_brief(twin, album) for album in _found(twin, "album")])


def search_artists() -> Response:
    twin = current_twin()
    named = {artist_of(music): None for music in twin.shown("album") + twin.shown("track")}
    wanted = read_argument("q").lower()
    found: list[Json] = [artist_json(artist) for artist in named if wanted in artist.name.lower()]
    return list_answer(found)


def _found(twin: DeezerTwin, kind: str) -> list[Music]:
    query = read_argument("q")
    fields = dict(FIELD.findall(query))
    words = FIELD.sub(" ", query).strip()
    return [music for music in twin.shown(kind) if _fits(twin, music, fields, words)]


def _fits(twin: DeezerTwin, music: Music, fields: dict[str, str], words: str) -> bool:
    """Every named field holds what it shall, and every other word stands somewhere; `strict=on` keeps them together."""
    texts = _texts_of(twin, music)
    everything = "\n".join(texts.values())
    parts = [words] if request.args.get("strict") == "on" else words.split()
    return all(wanted.lower() in texts[name] for name, wanted in fields.items()) and all(
        part.lower() in everything for part in parts
    )


def _texts_of(twin: DeezerTwin, music: Music) -> dict[str, str]:
    if music.kind == "album":
        tracks = [track.title for number in music.tracks if (track := twin.find_music("track", number))]
        texts = {"artist": music.artist, "album": music.title, "track": " ".join(tracks)}
    else:
        albums = [album.title for album in twin.shown("album") if music.id in album.tracks]
        texts = {"artist": music.artist, "album": " ".join(albums), "track": music.title}
    return {name: text.lower() for name, text in texts.items()}
