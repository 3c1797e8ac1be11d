"""TIDAL as one token sees it: what is in the catalogue of a country now, and what is the fan's own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from presave_app.sandbox.kit.fans import SavedItem

from .albums import Album, Artist, Track
from .fans import Fan, Playlist
from .twin import TidalTwin


@dataclass(frozen=True, slots=True)
class View:
    """Without a fan it is an app's view; `country` None leaves countries out of account."""

    twin: TidalTwin
    fan: Fan | None
    country: str | None
    now: datetime

    def shows(self, album: Album) -> bool:
        if album.is_live_in(self.country, self.now):
            return True
        return self.twin.switches.catalogue_before_live == "shown" and album.is_sold_in(self.country)

    def albums(self) -> list[Album]:
        return [album for album in self.twin.releases.list_all() if self.shows(album)]

    def album(self, album_id: str) -> Album | None:
        album = self.twin.releases.find(album_id)
        return album if album is not None and self.shows(album) else None

    def tracks(self) -> list[Track]:
        return [track for album in self.albums() for track in album.tracks()]

    def track(self, track_id: str) -> Track | None:
        track = self.twin.find_track(track_id)
        return track if track is not None and self.shows(track.album) else None

    def artist(self, artist_id: str) -> Artist | None:
        return self.twin.find_artist(artist_id)

    def playlist(self, playlist_id: str) -> Playlist | None:
        """The fan's own one, or a public one of anybody."""
        own = self.fan.playlists.get(playlist_id) if self.fan else None
        owner = self.twin.fans.find_first(lambda one: playlist_id in one.playlists) if own is None else None
        found = owner.playlists[playlist_id] if owner else own
        if not isinstance(found, Playlist):
            return None
        return found if found is own or found.access_type == "PUBLIC" else None

    def shelf(self, kind: str) -> list[SavedItem]:
        """The fan's collection of `albums`, `tracks` or `artists`; what is not to be had now stays in it."""
        twin, fan = self.twin, self.fan
        if fan is None:
            return []
        if kind == "artists":
            return twin.fans.following_of(fan)
        find: Callable[[str], object] = twin.releases.find if kind == "albums" else twin.find_track
        return [item for item in twin.fans.library_of(fan) if find(item.ref) is not None]

    def can_add(self, kind: str, item_id: str) -> bool:
        """Whether that is in the catalogue, so that it can be put into a collection or a playlist."""
        if kind == "artists":
            return self.artist(item_id) is not None
        track = self.twin.find_track(item_id) if kind == "tracks" else None
        album = self.twin.releases.find(item_id) if kind == "albums" else track.album if track else None
        if album is None or not album.is_sold_in(self.country):
            return False
        return self.twin.switches.add_before_live == "added" or album.is_live_in(self.country, self.now)

    def added_at(self, kind: str, item: SavedItem) -> datetime:
        """What the API tells: the moment that the app claimed, else the true one."""
        claimed = self.fan.claimed.get((kind, item.ref)) if self.fan else None
        return claimed or item.at
