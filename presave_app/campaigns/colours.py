"""The colours of a campaign's pages: those of its artwork, until the label chooses its own."""

from __future__ import annotations

import hashlib
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from presave_app.campaigns.models import Artwork, Campaign, OwnStylesheet
from presave_app.extensions import db
from presave_app.lib.palette import DIMMED, Palette, is_lighter, own_palette
from presave_app.lib.tones import hue_in, tone_of

_COLOURS = ("accent", "on_accent", "ground", "ink")
_READ_ON = {"accent": "it stands out from the ground", "ground": "text on it can be read"}


def choose_colours(campaign: Campaign, accent: str | None, ground: str | None) -> None:
    """Give the pages these colours, as #rrggbb; None takes the artwork's. What can't be read is mended."""
    campaign.own_accent, campaign.own_ground = accent, ground
    mend_colours(campaign)


def mend_colours(campaign: Campaign) -> None:
    """Derive anew what is shown of the chosen colours; to be called when they or the artwork changed."""
    if campaign.own_accent is None and campaign.own_ground is None:
        campaign.own_colours = None
        return
    palette = own_palette(campaign.own_accent, campaign.own_ground, _lent_palette(campaign))
    body = _own_stylesheet(palette)
    address = f"{hashlib.sha256(body).hexdigest()[:32]}.css"
    db.session.execute(insert(OwnStylesheet).values(address=address, body=body).on_conflict_do_nothing())
    campaign.own_colours = {**asdict(palette), "stylesheet": address}


def shown_palette(campaign: Campaign, lent: Palette | None = None) -> Palette:
    """The colours that the pages have now; `lent` are those of the artwork, for whoever has them already."""
    own = campaign.own_colours
    return palette_in(own) if own else lent or _lent_palette(campaign)


def palette_in(own_colours: dict[str, str]) -> Palette:
    """The palette that is kept in `Campaign.own_colours`."""
    return Palette(**{name: own_colours[name] for name in _COLOURS})


def find_file(address: str) -> tuple[str, bytes] | None:
    """Type and bytes of the stylesheet at an address, also of one that no page names any more."""
    body = db.session.scalar(select(OwnStylesheet.body).where(OwnStylesheet.address == address))
    return None if body is None else ("text/css", body)


def notes_of(campaign: Campaign) -> list[str]:
    """What became of the chosen colours so that everything can be read."""
    own = campaign.own_colours or {}
    chosen = {"accent": campaign.own_accent, "ground": campaign.own_ground}
    return [
        f"The {name} was made {'lighter' if is_lighter(own[name], wanted) else 'darker'}, from {wanted} to "
        f"{own[name]}, so that {_READ_ON[name]}."
        for name, wanted in chosen.items()
        if wanted and own and own[name] != wanted
    ]


def declarations_of(palette: Palette) -> str:
    """The four colours as fan.css knows them."""
    return f"--accent:{palette.accent};--on-accent:{palette.on_accent};--ground:{palette.ground};--ink:{palette.ink}"


def _lent_palette(campaign: Campaign) -> Palette:
    artwork = db.session.get(Artwork, campaign.artwork_id) if campaign.artwork_id else None
    if artwork is None:
        return tone_of(campaign.id).palette
    return Palette(artwork.accent, artwork.on_accent, artwork.ground, artwork.ink)


def _own_stylesheet(palette: Palette) -> bytes:
    """The colours, and what must follow from them where fan.css counts on a ground as dark as those of artworks.

    The blurred artwork ends above the first text of every page, and on a light ground nothing stands in a deep shadow
    or on a button that brightens under the pointer. The hue is that of what is drawn where there is no artwork.
    """
    hue, is_light = hue_in(palette), is_lighter(palette.ground, palette.ink)
    more = ["--reach:10rem", "--stage-backdrop:none"]
    more += [f"--hue:{hue}"] if hue is not None else []
    more += [f"--touched:{DIMMED}", "--shadow:rgb(0 0 0/25%)"] if is_light else []
    return f".poster,.languages{{{declarations_of(palette)}}}\n.poster{{{';'.join(more)}}}\n".encode()
