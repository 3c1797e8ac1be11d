"""Albums as Apple's catalogue knows them: by storefront their ids and starts, and what is to be had before.

https://developer.apple.com/documentation/applemusicapi/albums/attributes-data.dictionary
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from zoneinfo import ZoneInfo

from presave_app.sandbox.kit.ids import made_up_number
from presave_app.sandbox.kit.releases import Release

# A release starts by the clock of its storefront; the hour and the zone of each are not documented.
ZONES = {
    "au": "Australia/Sydney",
    "br": "America/Sao_Paulo",
    "ca": "America/Toronto",
    "de": "Europe/Berlin",
    "es": "Europe/Madrid",
    "fr": "Europe/Paris",
    "gb": "Europe/London",
    "in": "Asia/Kolkata",
    "jp": "Asia/Tokyo",
    "nz": "Pacific/Auckland",
    "us": "America/New_York",
}


@dataclass(frozen=True, slots=True)
class Song:
    id: str
    title: str
    isrc: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleMusicRelease(Release):
    """`starts`, `ids` and `release_dates` are by storefront and win over `live_from`, `id` and the start's own day.

    From `preorder_from` on the album is shown before its start, its first `instant_songs` songs to be had at
    once; without it nothing is seen of the release before, as of every single. `sold_in` empty means everywhere.
    There are as many songs as the longer of `song_ids` and `isrcs` says; an id that is not given is made up.
    """

    starts: Mapping[str, datetime] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    release_dates: Mapping[str, str] = field(default_factory=dict)
    sold_in: tuple[str, ...] = ()
    preorder_from: datetime | None = None
    instant_songs: int = 0
    isrcs: tuple[str, ...] = ()
    song_ids: tuple[str, ...] = ()
    single: bool = False
    label: str = "Example Label"
    takedown: bool = False

    def id_in(self, storefront: str) -> str:
        return self.ids.get(storefront, self.id)

    def starts_in(self, storefront: str) -> datetime | None:
        return self.starts.get(storefront, self.live_from)

    def is_live_in(self, storefront: str, now: datetime) -> bool:
        start = self.starts_in(storefront)
        return self._is_sold_in(storefront) and start is not None and start <= now

    def is_shown_in(self, storefront: str, now: datetime) -> bool:
        if self.is_live_in(storefront, now):
            return True
        is_ordered = self.preorder_from is not None and self.preorder_from <= now and not self.single
        return is_ordered and self._is_sold_in(storefront) and self.starts_in(storefront) is not None

    def is_playable(self, song: Song, storefront: str, now: datetime) -> bool:
        is_instant = self.is_shown_in(storefront, now) and song.number <= self.instant_songs
        return is_instant or self.is_live_in(storefront, now)

    def release_date_in(self, storefront: str) -> str:
        known = self.release_dates.get(storefront)
        start = self.starts_in(storefront)
        if known or start is None:
            return known or ""
        return start.astimezone(ZoneInfo(ZONES.get(storefront, "UTC"))).date().isoformat()

    def songs(self) -> list[Song]:
        codes = self.isrcs or (self.isrc,)
        pairs = enumerate(zip_longest(codes, self.song_ids, fillvalue=""), 1)
        return [
            Song(known or self._song_id(number), self._title(number), code, number) for number, (code, known) in pairs
        ]

    def credited_artist_id(self) -> str:
        return self.artist_id or made_up_number(f"artist {self.artist}")

    def _is_sold_in(self, storefront: str) -> bool:
        return not self.takedown and (not self.sold_in or storefront in self.sold_in)

    def _song_id(self, number: int) -> str:
        return made_up_number(f"song {self.id} {number}", digits=10)

    def _title(self, number: int) -> str:
        return self.title if self.single else f"Track {number}"
