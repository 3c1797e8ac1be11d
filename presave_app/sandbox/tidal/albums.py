"""Albums and their tracks, as TIDAL's catalogue has them.

https://tidal-music.github.io/tidal-api-reference/tidal-api-oas.json (Albums_Attributes)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from presave_app.sandbox.kit.ids import made_up_number
from presave_app.sandbox.kit.releases import Release

UPC_DIGITS = 12
EAN_DIGITS = 13
# Every track is as long as the others.
TRACK_MINUTES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Album(Release):
    """`starts` are by country and win over `live_from`; `sold_in` empty means everywhere.

    A track comes out with its album. There are as many tracks as the longer of `track_ids` and `isrcs` says, one
    at least; an id that is not given is made up.
    """

    starts: Mapping[str, datetime] = field(default_factory=dict)
    sold_in: tuple[str, ...] = ()
    track_ids: tuple[str, ...] = ()
    isrcs: tuple[str, ...] = ()
    album_type: Literal["ALBUM", "EP", "SINGLE"] = "ALBUM"
    explicit: bool = False

    @property
    def known_artist_id(self) -> str:
        return self.artist_id or made_up_number(f"artist {self.artist}", digits=7)

    def starts_in(self, country: str | None) -> datetime | None:
        return self.live_from if country is None else self.starts.get(country, self.live_from)

    def is_sold_in(self, country: str | None) -> bool:
        return country is None or not self.sold_in or country in self.sold_in

    def is_live_in(self, country: str | None, now: datetime) -> bool:
        """Without a country the start is the usual one."""
        start = self.starts_in(country)
        return self.is_sold_in(country) and start is not None and start <= now

    def tracks(self) -> list["Track"]:
        codes = self.isrcs or (self.isrc,)
        count = max(len(self.track_ids), len(codes))
        return [self._track(number, codes) for number in range(1, count + 1)]

    def _track(self, number: int, codes: tuple[str, ...]) -> "Track":
        known = number <= len(self.track_ids)
        track_id = self.track_ids[number - 1] if known else made_up_number(f"track {self.id} {number}")
        title = self.title if self.album_type == "SINGLE" else f"Track {number}"
        return Track(track_id, title, codes[number - 1] if number <= len(codes) else "", number, self)


@dataclass(frozen=True, slots=True)
class Track:
    id: str
    title: str
    isrc: str
    number: int
    album: Album


@dataclass(frozen=True, slots=True)
class Artist:
    id: str
    name: str


def barcode_of(upc: str, form: str) -> str:
    """The same number as a UPC-A of 12 digits (`upc`), or as an EAN-13 (`ean`); what needs 13 keeps them."""
    digits = upc.lstrip("0")
    return digits.zfill(UPC_DIGITS if form == "upc" else EAN_DIGITS) if digits else ""


def is_barcode(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) in (UPC_DIGITS, EAN_DIGITS)
