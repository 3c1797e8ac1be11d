"""The colours of a campaign without artwork: one of six tones, as the stylesheet of the fan pages has them."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

from presave_app.lib.palette import Palette

# `.tone-0` to `.tone-5` of fan.css, in degrees.
HUES = (262, 205, 340, 160, 22, 232)
# Below it a colour counts as grey.
_LEAST_SATURATION = 0.12


@dataclass(frozen=True)
class Tone:
    """A palette, and the two colours between which the sleeve of the drawn record runs."""

    palette: Palette
    sleeve: str
    sleeve_end: str


def tone_of(campaign_id: int) -> Tone:
    """The tone that a campaign has on every page."""
    hue = _hue_of_campaign(campaign_id)
    palette = Palette(
        accent=_hex(hue, 85, 84), on_accent=_hex(hue, 45, 11), ground=_hex(hue, 26, 9), ink=_hex(hue, 35, 96)
    )
    return _tone(palette, hue)


def tone_in(palette: Palette, campaign_id: int) -> Tone:
    """The tone of a campaign whose colours are chosen: the sleeve follows them, where they have a hue."""
    hue = hue_in(palette)
    return _tone(palette, _hue_of_campaign(campaign_id) if hue is None else hue)


def hue_in(palette: Palette) -> int | None:
    """The hue of the accent, or else of the ground, in degrees; None when both are grey."""
    for colour in (palette.accent, palette.ground):
        hue, _, saturation = colorsys.rgb_to_hls(*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)))
        if saturation >= _LEAST_SATURATION:
            return round(hue * 360)
    return None


def _tone(palette: Palette, hue: int) -> Tone:
    return Tone(palette, sleeve=_hex(hue, 55, 56), sleeve_end=_hex(hue + 70, 55, 44))


def _hue_of_campaign(campaign_id: int) -> int:
    return HUES[campaign_id % len(HUES)]


def _hex(hue: int, saturation: int, light: int) -> str:
    """A colour of CSS's hsl() as #rrggbb."""
    parts = colorsys.hls_to_rgb(hue / 360 % 1, light / 100, saturation / 100)
    return "#{:02x}{:02x}{:02x}".format(*(round(part * 255) for part in parts))
