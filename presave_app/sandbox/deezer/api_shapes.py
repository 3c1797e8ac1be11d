"""The JSON of albums, tracks, artists, users and playlists; only the fields that somebody may read.

https://developers.deezer.com/api/album and its sisters for track, artist, user and playlist
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import request

from presave_app.sandbox.kit.fans import Playlist

from .fans import Fan
from .music import Music
from .twin import DeezerTwin

Json = dict[str, object]
PREFIX = "/deezer/api"
TRACK_SECONDS = 180
WEB = "https://www.deezer.com"


@dataclass(frozen=True, slots=True)
class Artist:
    number: str
    name: str


def api_url(path: str) -> str:
    return f"{request.host_url.rstrip('/')}{PREFIX}{path}"


def artist_of(music: Music) -> Artist:
    return Artist(music.artist_number, music.artist)


def find_artist(twin: DeezerTwin, number: str) -> Artist | None:
    """Whose release the twin knows, out or not: an artist is there before the next album is."""
    music = twin.releases.find_first(lambda one: one.artist_number == number)
    return artist_of(music) if music else None


def artist_json(artist: Artist) -> Json:
    return {
        "id": int(artist.number),
        "name": artist.name,
        "link": f"{WEB}/artist/{artist.number}",
        "picture": api_url(f"/artist/{artist.number}/image"),
        "tracklist": api_url(f"/artist/{artist.number}/top?limit=50"),
        "type": "artist",
    }


def album_brief(twin: DeezerTwin, album: Music) -> Json:
    """An album as it stands in lists."""
    return {
        "id": int(album.id),
        "title": album.title,
        "link": album.page,
        "cover": api_url(f"/album/{album.id}/image"),
        "nb_tracks": len(album.tracks),
        "release_date": _day(album),
        "record_type": album.record_type,
        "available": twin.is_live(album),
        "tracklist": api_url(f"/album/{album.id}/tracks"),
        "artist": artist_json(artist_of(album)),
        "type": "album",
    }


def album_json(twin: DeezerTwin, album: Music) -> Json:
    tracks = tracks_of(twin, album)
    return album_brief(twin, album) | {
        "upc": album.upc,
        "share": f"{album.page}?utm_source=deezer&utm_content=album-{album.id}&utm_medium=web",
        "genre_id": -1,
        "genres": {"data": []},
        "label": "Sandbox Records",
        "duration": TRACK_SECONDS * len(tracks),
        "fans": twin.fans.count_holders(album.id),
        "explicit_lyrics": False,
        "contributors": [artist_json(artist_of(album)) | {"role": "Main"}],
        "tracks": {"data": [track_brief(twin, track) for track in tracks]},
    }


def track_brief(twin: DeezerTwin, track: Music) -> Json:
    """A track as it stands in lists, with its album if the twin knows that."""
    album = twin.releases.find_first(lambda one: track.id in one.tracks)
    shape: Json = {
        "id": int(track.id),
        "readable": twin.is_live(track),
        "title": track.title,
        "title_short": track.title,
        "title_version": "",
        "link": track.page,
        "duration": TRACK_SECONDS,
        "rank": 0,
        "explicit_lyrics": False,
        "preview": "",
        "artist": artist_json(artist_of(track)),
        "type": "track",
    }
    return shape | ({"album": album_brief(twin, album)} if album else {})


def track_json(twin: DeezerTwin, track: Music) -> Json:
    return track_brief(twin, track) | {
        "isrc": track.isrc,
        "share": f"{track.page}?utm_source=deezer&utm_content=track-{track.id}&utm_medium=web",
        "release_date": _day(track),
        "available_countries": ["DE", "FR", "GB", "US"],
        "contributors": [artist_json(artist_of(track)) | {"role": "Main"}],
    }


def user_json(fan: Fan) -> Json:
    return {
        "id": int(fan.account_id),
        "name": fan.display_name,
        "link": f"{WEB}/profile/{fan.account_id}",
        "picture": api_url(f"/user/{fan.account_id}/image"),
        "country": fan.country,
        "tracklist": api_url(f"/user/{fan.account_id}/flow"),
        "type": "user",
    }


def me_json(fan: Fan, *, with_email: bool) -> Json:
    shape = user_json(fan) | {
        "firstname": fan.display_name,
        "lastname": "",
        "status": 0,
        "birthday": "0000-00-00",
        "inscription_date": "2020-01-01",
        "gender": "",
        "lang": "EN",
        "is_kid": False,
        "explicit_content_level": "explicit_display",
    }
    return shape | ({"email": fan.email} if with_email else {})


def playlist_json(fan: Fan, playlist: Playlist) -> Json:
    return {
        "id": int(playlist.id),
        "title": playlist.title,
        "public": True,
        "is_loved_track": False,
        "collaborative": False,
        "nb_tracks": len(playlist.items),
        "fans": 0,
        "link": f"{WEB}/playlist/{playlist.id}",
        "tracklist": api_url(f"/playlist/{playlist.id}/tracks"),
        "creator": {"id": int(fan.account_id), "name": fan.display_name, "type": "user"},
        "type": "playlist",
    }


def tracks_of(twin: DeezerTwin, album: Music) -> list[Music]:
    return known_tracks(twin, album.tracks)


def known_tracks(twin: DeezerTwin, numbers: Iterable[str]) -> list[Music]:
    found = [track for number in numbers if (track := twin.find_music("track", number))]
    return [track for track in found if twin.is_shown(track)]


def seconds_since_1970(moment: datetime) -> int:
    """As `time_add` counts."""
    return int(moment.timestamp())


def _day(music: Music) -> str:
    return music.live_from.date().isoformat() if music.live_from else "0000-00-00"
