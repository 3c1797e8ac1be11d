"""The twin's catalogue: albums, their tracks and artists, and from when they are to be had where.

Two kinds of start exist: one instant for all, or a time for each territory.
https://providersupport.spotify.com/article/setting-up-a-release-deal
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import RLock

from .ids import made_up_id

EVERYWHERE = "*"
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Artist:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Track:
    id: str
    name: str
    isrc: str
    number: int
    duration_ms: int = 180_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """`live_from` maps a country, or `*` for all others, to the moment it starts there; empty means never."""

    id: str
    name: str
    artist: Artist
    upc: str
    tracks: tuple[Track, ...]
    live_from: Mapping[str, datetime]
    release_date: str
    album_type: str = "album"
    label: str = ""
    takedown: bool = False

    @property
    def uri(self) -> str:
        return f"spotify:album:{self.id}"

    def starts_at(self, country: str | None) -> datetime | None:
        """Without a country only a release that is open everywhere has a start."""
        everywhere = self.live_from.get(EVERYWHERE)
        return everywhere if country is None else self.live_from.get(country, everywhere)

    def is_live(self, country: str | None, now: datetime, lag_seconds: float = 0.0) -> bool:
        start = self.starts_at(country)
        return start is not None and not self.takedown and start + timedelta(seconds=lag_seconds) <= now

    def markets(self, now: datetime) -> list[str]:
        return sorted(code for code in self.live_from if code != EVERYWHERE and self.is_live(code, now))


class Catalogue:
    def __init__(self, lock: RLock) -> None:
        self._lock = lock
        self._albums: dict[str, Album] = {}
        self._track_homes: dict[str, str] = {}

    def put(self, album: Album) -> None:
        with self._lock:
            self._albums.pop(album.id, None)
            self._albums[album.id] = album
            self._track_homes = {track.id: one.id for one in self._albums.values() for track in one.tracks}

    def find(self, album_id: str) -> Album | None:
        return self._albums.get(album_id)

    def find_track(self, track_id: str) -> tuple[Album, Track] | None:
        with self._lock:
            album = self._albums.get(self._track_homes.get(track_id, ""))
        if album is None:
            return None
        return album, next(track for track in album.tracks if track.id == track_id)

    def find_artist(self, artist_id: str) -> Artist | None:
        return next((album.artist for album in self.albums() if album.artist.id == artist_id), None)

    def find_home(self, kind: str, item_id: str) -> Album | None:
        """The album that decides whether an album or a track is to be had."""
        if kind == "track":
            found = self.find_track(item_id)
            return found[0] if found else None
        return self.find(item_id)

    def albums(self) -> list[Album]:
        with self._lock:
            return list(self._albums.values())

    def reset(self) -> None:
        with self._lock:
            self._albums.clear()
            self._track_homes.clear()


def made_up_artist(name: str) -> Artist:
    return Artist(made_up_id(f"artist {name}"), name)


def made_up_track(isrc: str, number: int) -> Track:
    return Track(made_up_id(f"track {isrc}"), f"Track {number}", isrc, number)
