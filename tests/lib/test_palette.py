"""Colours from a picture can always be read."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from presave_app.lib.palette import LEAST_CONTRAST, contrast, palette_of

_PART = st.integers(0, 255)


@settings(deadline=None)
@given(st.lists(st.tuples(_PART, _PART, _PART), max_size=40))
def test_every_palette_can_be_read(pixels: list[tuple[int, int, int]]) -> None:
    palette = palette_of(pixels)
    assert contrast(palette.accent, palette.ground) >= LEAST_CONTRAST
    assert contrast(palette.on_accent, palette.accent) >= LEAST_CONTRAST
    assert contrast(palette.ink, palette.ground) >= 7
    assert contrast(palette.ink, palette.accent) >= 1


def test_the_accent_is_the_loud_colour_of_the_picture() -> None:
    red, green, blue = _parts(palette_of([(40, 40, 40)] * 90 + [(220, 30, 30)] * 10).accent)
    assert red > green + 60
    assert red > blue + 60


def test_a_grey_picture_gets_a_quiet_accent() -> None:
    parts = _parts(palette_of([(120, 120, 120)] * 100).accent)
    assert max(parts) - min(parts) < 24


def test_neither_black_nor_white_is_pure() -> None:
    for pixels in ([(0, 0, 0)] * 50, [(255, 255, 255)] * 50):
        palette = palette_of(pixels)
        assert "#000000" not in (palette.ground, palette.on_accent)
        assert "#ffffff" not in (palette.ink, palette.accent)


def test_contrast_is_that_of_wcag() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
