"""An album as the control API takes and shows it."""

from collections.abc import Mapping
from datetime import datetime

from presave_app.sandbox.kit.clock import iso_exact, parse_moment
from presave_app.sandbox.kit.json_body import BodyError, JsonBody

from .catalogue import ALWAYS, EVERYWHERE, Album, Artist, Track, made_up_artist, made_up_track
from .ids import is_id, made_up_id
from .twin import SpotifyTwin

FIELDS = (
    "name",
    "artist",
    "artist_id",
    "upc",
    "isrcs",
    "tracks",
    "live_from",
    "release_date",
    "album_type",
    "label",
    "takedown",
)
ALBUM_TYPES = ("album", "single", "compilation")


def read_album(album_id: str, known: Album | None) -> Album:
    """An album out of the request's body; what is not sent is taken from `known`, or is as usual."""
    if not is_id(album_id):
        raise BodyError(f"{album_id!r} is no Spotify id: 22 characters of 0-9, A-Z, a-z")
    body = JsonBody(FIELDS)
    base = known or _plain_album(album_id)
    live_from = _read_live_from(body.fields["live_from"]) if "live_from" in body else base.live_from
    return Album(
        id=album_id,
        name=body.text("name", base.name),
        artist=_read_artist(body, base.artist),
        upc=body.text("upc", base.upc),
        tracks=_read_tracks(body, base.tracks),
        live_from=live_from,
        release_date=body.text("release_date", "") or _release_date(body, base, live_from),
        album_type=body.choice("album_type", ALBUM_TYPES, base.album_type),
        label=body.text("label", base.label),
        takedown=body.flag("takedown", base.takedown),
    )


def album_as_json(twin: SpotifyTwin, album: Album) -> dict[str, object]:
    return {
        "id": album.id,
        "uri": album.uri,
        "name": album.name,
        "artist": album.artist.name,
        "artist_id": album.artist.id,
        "upc": album.upc,
        "tracks": [{"id": track.id, "name": track.name, "isrc": track.isrc} for track in album.tracks],
        "live_from": {code: iso_exact(start) for code, start in album.live_from.items()},
        "is_live": album.is_live(None, twin.clock.now()),
        "release_date": album.release_date,
        "takedown": album.takedown,
        "libraries": twin.fans.count_holders(album.uri),
    }


def _plain_album(album_id: str) -> Album:
    return Album(
        id=album_id,
        name="Untitled",
        artist=made_up_artist("Unknown Artist"),
        upc="",
        tracks=(Track(made_up_id(f"track {album_id}"), "Untitled", "", 1),),
        live_from={EVERYWHERE: ALWAYS},
        release_date="",
    )


def _read_live_from(value: object) -> Mapping[str, datetime]:
    """A time for everybody, times by country with `*` for all others, or null for never."""
    if value is None:
        return {}
    if isinstance(value, str):
        return {EVERYWHERE: parse_moment(value)}
    if not isinstance(value, dict) or not all(isinstance(start, str) for start in value.values()):
        raise BodyError("live_from is a time, an object of times by country, or null")
    return {str(code): parse_moment(start) for code, start in value.items()}


def _release_date(body: JsonBody, base: Album, live_from: Mapping[str, datetime]) -> str:
    if base.release_date and "live_from" not in body:
        return base.release_date
    return min(live_from.values(), default=ALWAYS).date().isoformat()


def _read_artist(body: JsonBody, known: Artist) -> Artist:
    named = made_up_artist(body.text("artist", known.name)) if "artist" in body else known
    artist_id = body.text("artist_id", named.id)
    if not is_id(artist_id):
        raise BodyError(f"artist_id {artist_id!r} is no Spotify id")
    return Artist(artist_id, named.name)


def _read_tracks(body: JsonBody, known: tuple[Track, ...]) -> tuple[Track, ...]:
    """Either whole tracks, or only their ISRCs, from which the rest is made up."""
    if "tracks" in body:
        return tuple(_read_track(track, number) for number, track in enumerate(body.objects("tracks"), start=1))
    if "isrcs" in body:
        return tuple(made_up_track(isrc, number) for number, isrc in enumerate(body.texts("isrcs", ()), start=1))
    return known


def _read_track(track: dict[str, object], number: int) -> Track:
    isrc = str(track.get("isrc", ""))
    track_id = str(track.get("id") or made_up_id(f"track {isrc}"))
    if not is_id(track_id):
        raise BodyError(f"{track_id!r} is no Spotify id of a track")
    return Track(track_id, str(track.get("name", f"Track {number}")), isrc, number)
