"""The artwork of campaigns: kept as files under addresses that never change, found for a page in one query."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from presave_app.campaigns.artwork_press import Pressed
from presave_app.campaigns.colours import declarations_of, mend_colours
from presave_app.campaigns.models import Artwork, ArtworkFile, Campaign
from presave_app.extensions import db
from presave_app.lib.palette import Palette

STYLESHEET_TYPE = "text/css"
_ENDINGS = {"image/avif": "avif", "image/webp": "webp", "image/jpeg": "jpg", STYLESHEET_TYPE: "css"}
_COVER_WIDTH = 320


@dataclass(frozen=True)
class PictureFile:
    """One size of a picture and the path it is served under."""

    content_type: str
    width: int
    path: str


@dataclass(frozen=True)
class Picture:
    """A campaign's artwork as a page shows it: `placeholder` is a data URI, the rest are paths."""

    placeholder: str
    stylesheet: str
    palette: Palette
    files: tuple[PictureFile, ...]

    def srcset(self, content_type: str) -> str:
        """All sizes of one type, as `srcset` wants them; empty for what an older artwork lacks."""
        return ", ".join(f"{file.path} {file.width}w" for file in self._of_type(content_type))

    @property
    def card(self) -> str:
        """The largest JPEG, which every link preview and every browser can show."""
        return self._of_type("image/jpeg")[-1].path

    @property
    def fallback(self) -> str:
        """The smallest JPEG, for `src`."""
        return self._of_type("image/jpeg")[0].path

    def _of_type(self, content_type: str) -> list[PictureFile]:
        return [file for file in self.files if file.content_type == content_type]


def give_artwork(campaign: Campaign, pressed: Pressed) -> None:
    """Make the pressed picture the campaign's artwork. The one before stays, as pages kept elsewhere still name it."""
    palette = pressed.palette
    artwork = Artwork(
        team_id=campaign.team_id,
        placeholder=pressed.placeholder,
        accent=palette.accent,
        on_accent=palette.on_accent,
        ground=palette.ground,
        ink=palette.ink,
    )
    db.session.add(artwork)
    db.session.flush()
    files = [(file.content_type, file.width, file.body) for file in pressed.files]
    for content_type, width, body in [*files, (STYLESHEET_TYPE, 0, _stylesheet(palette))]:
        db.session.add(
            ArtworkFile(
                address=_address(content_type, body),
                artwork_id=artwork.id,
                content_type=content_type,
                width=width,
                body=body,
            )
        )
    campaign.artwork_id = artwork.id
    mend_colours(campaign)
    db.session.flush()


def find_picture(artwork_id: int | None) -> Picture | None:
    """The picture of a campaign, by one query; None when it has none."""
    if artwork_id is None:
        return None
    rows = db.session.execute(
        select(Artwork, ArtworkFile.content_type, ArtworkFile.width, ArtworkFile.address)
        .join(ArtworkFile, ArtworkFile.artwork_id == Artwork.id)
        .where(Artwork.id == artwork_id)
        .order_by(ArtworkFile.width)
    ).all()
    if not rows:
        return None
    files = [PictureFile(row.content_type, row.width, path_of(row.address)) for row in rows]
    artwork = rows[0].Artwork
    return Picture(
        placeholder=artwork.placeholder,
        palette=Palette(artwork.accent, artwork.on_accent, artwork.ground, artwork.ink),
        stylesheet=next(file.path for file in files if file.content_type == STYLESHEET_TYPE),
        files=tuple(file for file in files if file.content_type != STYLESHEET_TYPE),
    )


def find_covers(artwork_ids: Iterable[int | None]) -> dict[int, str]:
    """The path of a small cover for each of the artworks, by one query."""
    wanted = {artwork_id for artwork_id in artwork_ids if artwork_id is not None}
    rows = db.session.execute(
        select(ArtworkFile.artwork_id, ArtworkFile.address).where(
            ArtworkFile.artwork_id.in_(wanted),
            ArtworkFile.content_type == "image/webp",
            ArtworkFile.width == _COVER_WIDTH,
        )
    )
    return {artwork_id: path_of(address) for artwork_id, address in rows}


def find_file(address: str) -> tuple[str, bytes] | None:
    """Type and bytes of the file at an address."""
    row = db.session.execute(
        select(ArtworkFile.content_type, ArtworkFile.body).where(ArtworkFile.address == address).limit(1)
    ).one_or_none()
    return None if row is None else (row.content_type, row.body)


def path_of(address: str) -> str:
    """The path a file is served under, see `campaigns.art_views`."""
    return f"/art/{address}"


def _address(content_type: str, body: bytes) -> str:
    return f"{hashlib.sha256(body).hexdigest()[:32]}.{_ENDINGS[content_type]}"


def _stylesheet(palette: Palette) -> bytes:
    return f".poster{{{declarations_of(palette)}}}\n".encode()
