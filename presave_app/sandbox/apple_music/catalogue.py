"""Finding albums and songs as one storefront shows them."""

from datetime import datetime

from .releases import AppleMusicRelease, Song
from .twin import AppleMusicTwin


class Catalogue:
    """Of one storefront at one moment: what is not shown there is not there."""

    def __init__(self, twin: AppleMusicTwin, storefront: str) -> None:
        self.storefront = storefront
        self.now: datetime = twin.clock.now()
        self._switches = twin.switches
        self._all = twin.releases.list_all()

    @property
    def shown(self) -> list[AppleMusicRelease]:
        return [release for release in self._all if release.is_shown_in(self.storefront, self.now)]

    def find_album(self, album_id: str) -> AppleMusicRelease | None:
        return next((release for release in self.shown if release.id_in(self.storefront) == album_id), None)

    def find_song(self, song_id: str) -> tuple[AppleMusicRelease, Song] | None:
        return next((found for found in self._songs() if found[1].id == song_id), None)

    def albums_by_upc(self, upc: str) -> list[AppleMusicRelease]:
        """Apple's example has 14 digits; whether fewer will do is not documented."""
        if self._switches.upc_digits == "14" and len(upc) != 14:
            return []
        bare = upc.lstrip("0")
        return [release for release in self.shown if bare and release.upc.lstrip("0") == bare]

    def equivalents(self, album_id: str) -> list[AppleMusicRelease]:
        """The same album under whatever id it has in any storefront."""
        return [release for release in self.shown if album_id in (release.id, *release.ids.values())]

    def songs_by_isrc(self, isrc: str) -> list[tuple[AppleMusicRelease, Song]]:
        return [found for found in self._songs() if isrc and found[1].isrc.upper() == isrc.upper()]

    def may_be_added(self, kind: str, item_id: str) -> bool:
        """Before its start an album needs an instant song, and a single song has to be one."""
        if kind == "songs":
            found = self.find_song(item_id)
            return found is not None and found[0].is_playable(found[1], self.storefront, self.now)
        release = self.find_album(item_id)
        if release is None:
            return False
        is_live = release.is_live_in(self.storefront, self.now)
        return is_live or release.instant_songs > 0 or self._switches.adds_without_instant

    def _songs(self) -> list[tuple[AppleMusicRelease, Song]]:
        return [(release, song) for release in self.shown for song in release.songs()]
