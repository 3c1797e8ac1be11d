"""Albums and tracks. Deezer may give an album and a track the same number; here no two things have the same.

https://developers.deezer.com/api/album
https://developers.deezer.com/api/track
"""

from dataclasses import dataclass
from typing import Literal

from presave_app.sandbox.kit.ids import made_up_number
from presave_app.sandbox.kit.releases import Release

UPC_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Music(Release):
    """`tracks` are the ids of an album's tracks, `artist_id` follows from the artist's name unless it is given."""

    kind: Literal["album", "track"] = "album"
    record_type: Literal["album", "ep", "single", "compile"] = "album"
    tracks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for number in (self.id, self.artist_id or "1", *self.tracks):
            if not is_id(number):
                raise ValueError(f"{number!r} is no id of Deezer's, which is a number")

    @property
    def artist_number(self) -> str:
        return self.artist_id or made_up_number(f"deezer artist {self.artist}", digits=8)

    @property
    def page(self) -> str:
        return f"https://www.deezer.com/{self.kind}/{self.id}"


def is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and not text.startswith("0")


def is_found_by(entered: str, asked: str, digits: str) -> bool:
    """Whether `album/upc:` finds a code, which the label may have entered with noughts before it.

    `digits` is a switch: `twelve` takes the number in its shortest form of at least twelve digits.
    """
    if not asked.isascii() or not asked.isdecimal() or not asked.strip("0"):
        return False
    if digits == "as_entered":
        return asked == entered
    is_same = asked.lstrip("0") == entered.lstrip("0")
    return is_same and (digits == "any" or asked == asked.lstrip("0").zfill(UPC_DIGITS))
