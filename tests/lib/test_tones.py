"""The tones of campaigns without artwork are those of the stylesheet, and can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from presave_app.lib import palette as colours
from presave_app.lib.tones import HUES, tone_of

SHEET = Path(__file__).resolve().parents[2] / "presave_app" / "static" / "css" / "fan.css"


def test_the_hues_are_those_of_the_stylesheet() -> None:
    found = re.findall(r"\.tone-(\d) \{ --hue: (\d+); \}", SHEET.read_text())
    assert {int(number): int(hue) for number, hue in found} == dict(enumerate(HUES))


@pytest.mark.parametrize("campaign_id", range(1, 7))
def test_every_tone_can_be_read(campaign_id: int) -> None:
    palette = tone_of(campaign_id).palette
    assert colours.contrast(palette.accent, palette.ground) >= colours.LEAST_CONTRAST
    assert colours.contrast(palette.ink, palette.ground) >= 7


def test_a_colour_is_what_css_makes_of_it() -> None:
    """Of hsl(340 85% 84%), by https://www.w3.org/TR/css-color-4/#hsl-to-rgb."""
    assert tone_of(2).palette.accent == "#f9b4cb"
