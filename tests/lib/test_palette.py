"""Colours from a picture can always be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presave_app.lib import palette as colours
from presave_app.lib.palette import LEAST_CONTRAST, Palette, contrast, is_lighter, mixed, own_palette, palette_of

SHEET = (Path(__file__).resolve().parents[2] / "presave_app" / "static" / "css" / "fan.css").read_text()
LIFTED = 1.07

_PART = st.integers(0, 255)
_COLOUR = st.tuples(_PART, _PART, _PART).map(lambda parts: "#{:02x}{:02x}{:02x}".format(*parts))
_PICTURE = st.lists(st.tuples(_PART, _PART, _PART), max_size=8)


def pairs_of(palette: Palette) -> dict[str, tuple[str, str]]:
    """Every text of fan.css on what it stands on; the focus ring is ink on ground."""
    quiet, wash = (mixed(palette.ink, palette.ground, share) for share in (colours.MUTED, colours.WASH))
    plain_wash = mixed(colours.PLAIN_GREY, palette.ground, colours.PLAIN_WASH)
    factor = colours.DIMMED if is_lighter(palette.ground, palette.ink) else LIFTED
    return {
        "text": (palette.ink, palette.ground),
        "quiet text": (quiet, palette.ground),
        "text on a wash": (palette.ink, wash),
        "quiet text on a wash": (quiet, wash),
        "text on a wash of old browsers": (palette.ink, plain_wash),
        "button": (palette.on_accent, palette.accent),
        "button under the pointer": (_brightened(palette.on_accent, factor), _brightened(palette.accent, factor)),
        "button on the ground": (palette.accent, palette.ground),
    }


def unreadable(palette: Palette) -> dict[str, float]:
    found = {name: contrast(*pair) for name, pair in pairs_of(palette).items()}
    return {name: value for name, value in found.items() if value < LEAST_CONTRAST}


@settings(deadline=None, max_examples=400)
@given(st.none() | _COLOUR, st.none() | _COLOUR, _PICTURE)
def test_chosen_colours_can_always_be_read(
    accent: str | None, ground: str | None, pixels: list[tuple[int, int, int]]
) -> None:
    assert unreadable(own_palette(accent, ground, palette_of(pixels))) == {}


@pytest.mark.parametrize(
    ("accent", "ground"),
    [
        ("#ffff00", "#ffffff"),
        ("#000000", "#000000"),
        ("#ffffff", "#ffffff"),
        ("#777777", "#777777"),
        ("#ff0000", "#ff0000"),
        (None, "#00ff00"),
        ("#0000ff", None),
    ],
)
def test_hostile_choices_are_mended(accent: str | None, ground: str | None) -> None:
    assert unreadable(own_palette(accent, ground, palette_of([(180, 40, 60)]))) == {}


def test_without_mending_they_could_not_be_read() -> None:
    assert "button on the ground" in unreadable(Palette("#ffff00", "#222222", "#ffffff", "#161616"))
    assert "quiet text" in unreadable(Palette("#000000", "#ffffff", "#777777", "#000000"))
    assert "button under the pointer" in unreadable(Palette("#757575", "#ffffff", "#000000", "#ffffff"))


@pytest.mark.parametrize(("accent", "ground"), [("#ffb84d", "#101820"), ("#0b5d1e", "#fff8e7"), ("#ff0000", "#000000")])
def test_what_can_be_read_stays_as_it_was_chosen(accent: str, ground: str) -> None:
    made = own_palette(accent, ground, palette_of([]))
    assert (made.accent, made.ground) == (accent, ground)


def test_what_is_left_open_comes_from_the_picture() -> None:
    picture = palette_of([(40, 40, 40)] * 90 + [(220, 30, 30)] * 10)
    assert own_palette(None, None, picture).ground == picture.ground
    assert own_palette("#ffb84d", None, picture).ground == picture.ground
    assert own_palette(None, "#101010", picture).accent == picture.accent


def test_a_mended_colour_keeps_its_hue() -> None:
    red, green, blue = _parts(own_palette("#ffff00", "#ffffff", palette_of([])).accent)
    assert abs(red - green) < 12
    assert red > blue + 80


def test_the_stylesheet_mixes_as_is_reckoned_here() -> None:
    mixes = dict(re.findall(r"--(muted|wash): color-mix\(in srgb, var\(--ink\) (\d+)%, var\(--ground\)\)", SHEET))
    assert mixes == {"muted": f"{colours.MUTED:.0%}".rstrip("%"), "wash": f"{colours.WASH:.0%}".rstrip("%")}
    assert f"--wash: rgb(128 128 128 / {colours.PLAIN_WASH:.0%})" in SHEET
    assert f"brightness(var(--touched, {LIFTED}))" in SHEET


def test_text_has_no_other_colour_and_stands_on_nothing_else() -> None:
    """A new pair in fan.css belongs into `pairs_of`, and into what the palette is mended for."""
    sheet = re.sub(r"/\*.*?\*/", "", SHEET, flags=re.DOTALL)
    inks = set(re.findall(r"[{;\s]color: ([^;]+);", sheet))
    grounds = set(re.findall(r"background: (none|#\w+|var\([^;]+\));", sheet))
    assert inks == {
        "inherit",
        "var(--ink)",
        "var(--muted)",
        "var(--on-accent)",
        "var(--ink, #c9c6d0)",
        "var(--ink, #fff)",
    }
    assert grounds == {"none", "#15131a", "var(--ground)", "var(--accent)", "var(--wash)", "var(--ground, none)"}


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


def _brightened(colour: str, factor: float) -> str:
    """As the CSS filter does it: https://www.w3.org/TR/filter-effects-1/#brightnessEquivalent"""
    return "#{:02x}{:02x}{:02x}".format(*(min(255, round(part * factor)) for part in _parts(colour)))


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
