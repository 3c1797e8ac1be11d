"""Songs and albums, which are found by the artist's slug and their own.

https://audiomack.com/data-api/docs
"""

import re
from dataclasses import dataclass
from typing import Literal

from presave_app.sandbox.kit.releases import Release

SLUG_GAP = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Music(Release):
    """`slug` and `artist_slug` follow from the names unless they are given."""

    kind: Literal["album", "song"] = "album"
    slug: str = ""
    artist_slug: str = ""

    def address(self) -> tuple[str, str, str]:
        return self.kind, self.artist_slug or slug_of(self.artist), self.slug or slug_of(self.title)


def slug_of(text: str) -> str:
    return SLUG_GAP.sub("-", text.lower()).strip("-")
