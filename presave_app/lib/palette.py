"""Colours for a page from the colours of a picture, mended until they can be read.

The arithmetic is done in OKLCH, where equal steps look equal (https://bottosson.github.io/posts/oklab/), and
judged by the contrast of WCAG 2 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

RGB = tuple[int, int, int]

LEAST_CONTRAST = 4.5
_INK_CONTRAST = 7.0
_HUES = 24
# Below this chroma an eye calls a colour grey.
_GREY = 0.03

# What fan.css mixes out of ink and ground, in parts of ink: quiet text, and a wash that text stands on.
MUTED, WASH = 0.84, 0.09
# The wash of browsers that can't mix is so much of this grey.
PLAIN_WASH, PLAIN_GREY = 0.16, "#808080"
# A little more than is asked for, as browsers mix in fractions and we in whole steps.
_MIXED_CONTRAST = 4.55
# Light letters on an accent are still read while the pointer dims their button to so much of its brightness.
DIMMED = 0.95
_DIMMED_CONTRAST = 4.7


@dataclass(frozen=True)
class Palette:
    """Four colours as #rrggbb: `accent` and `ink` are readable on `ground`, `on_accent` on `accent`."""

    accent: str
    on_accent: str
    ground: str
    ink: str


@dataclass(frozen=True)
class _Tone:
    """A colour as lightness (0 to 1), chroma and hue in radians."""

    light: float
    chroma: float
    hue: float


def palette_of(pixels: Sequence[RGB]) -> Palette:
    """The palette for a picture, given some of its pixels."""
    tones = [_tone_of(pixel) for pixel in pixels] or [_Tone(0.5, 0.0, 0.0)]
    ground_tone, accent_tone = _ground_of(tones), _accent_of(tones)
    ground = _rgb_of(ground_tone)
    ink = _readable(_Tone(0.97, 0.01, ground_tone.hue), ground, _INK_CONTRAST)
    accent = _readable(accent_tone, ground, LEAST_CONTRAST)
    on_accent = _readable_dark(_Tone(0.22, min(accent_tone.chroma, 0.05), accent_tone.hue), accent)
    return Palette(_hex(accent), _hex(on_accent), _hex(ground), _hex(ink))


def own_palette(accent: str | None, ground: str | None, base: Palette) -> Palette:
    """The palette of a page whose colours are chosen as #rrggbb; what is left open is that of `base`.

    A colour is moved in its lightness alone, and only until everything can be read that `static/css/fan.css` makes
    of the four.
    """
    below = _nearest(_rgb(ground or base.ground), lambda colour: _carries_text(colour, _ink_on(colour)))
    ink = _ink_on(below)
    is_dark = _luminance(ink) > _luminance(below)
    least = LEAST_CONTRAST if is_dark else _DIMMED_CONTRAST
    above = _nearest(_rgb(accent or base.accent), lambda colour: _contrast(colour, below) >= least)
    return Palette(_hex(above), _hex(_letters_on(above, is_dark=is_dark)), _hex(below), _hex(ink))


def is_lighter(one: str, other: str) -> bool:
    """Whether the first of two colours given as #rrggbb is the lighter one."""
    return _luminance(_rgb(one)) > _luminance(_rgb(other))


def mixed(one: str, other: str, share: float) -> str:
    """So much of one colour in the other, as `color-mix(in srgb, …)` does it."""
    return _hex(_mixed(_rgb(one), _rgb(other), share))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours given as #rrggbb, from 1 to 21."""
    return _contrast(_rgb(one), _rgb(other))


def _ground_of(tones: Sequence[_Tone]) -> _Tone:
    """A dark ground that leans towards what most of the picture shows."""
    a = sum(tone.chroma * math.cos(tone.hue) for tone in tones) / len(tones)
    b = sum(tone.chroma * math.sin(tone.hue) for tone in tones) / len(tones)
    return _Tone(0.2, min(math.hypot(a, b), 0.045), math.atan2(b, a))


def _accent_of(tones: Sequence[_Tone]) -> _Tone:
    """The hue that speaks loudest: much of it, strong, and neither black nor blown out."""
    weights = [0.0] * _HUES
    members: list[list[_Tone]] = [[] for _ in range(_HUES)]
    for tone in tones:
        if tone.chroma > _GREY and 0.2 < tone.light < 0.97:
            place = int(tone.hue / math.tau * _HUES) % _HUES
            weights[place] += tone.chroma**1.5
            members[place].append(tone)
    best = max(range(_HUES), key=weights.__getitem__)
    if len(members[best]) < len(tones) * 0.004:
        return _Tone(0.9, 0.012, _ground_of(tones).hue)
    strong = sorted(members[best], key=lambda tone: tone.chroma)[len(members[best]) // 2 :]
    a = sum(math.cos(tone.hue) for tone in strong)
    b = sum(math.sin(tone.hue) for tone in strong)
    light = sum(tone.light for tone in strong) / len(strong)
    chroma = sum(tone.chroma for tone in strong) / len(strong)
    return _Tone(min(max(light, 0.68), 0.88), min(chroma, 0.17), math.atan2(b, a))


def _readable(tone: _Tone, ground: RGB, least: float) -> RGB:
    """The tone as a colour, lightened until it reaches the contrast to a dark ground."""
    colour = _rgb_of(tone)
    light = tone.light
    while _contrast(colour, ground) < least and light < 1:
        light = min(1.0, light + 0.02)
        colour = _rgb_of(_Tone(light, tone.chroma, tone.hue))
    return colour


def _readable_dark(tone: _Tone, ground: RGB) -> RGB:
    """The tone as a colour, darkened until it can be read on a light ground."""
    colour = _rgb_of(tone)
    light = tone.light
    while _contrast(colour, ground) < LEAST_CONTRAST and light > 0:
        light = max(0.0, light - 0.02)
        colour = _rgb_of(_Tone(light, tone.chroma, tone.hue))
    return colour


def _nearest(colour: RGB, is_good: Callable[[RGB], bool]) -> RGB:
    """The colour itself or, in small steps both ways, the first lighter or darker one that is good."""
    if is_good(colour):
        return colour
    tone = _tone_of(colour)
    lights = (min(max(tone.light + step / 100 * way, 0.0), 1.0) for step in range(1, 101) for way in (-1, 1))
    return next(moved for moved in (_rgb_of(replace(tone, light=light)) for light in lights) if is_good(moved))


def _ink_on(ground: RGB) -> RGB:
    """Nearly white or nearly black, whichever stands out more."""
    tone = _tone_of(ground)
    inks = [_rgb_of(_Tone(light, min(tone.chroma, chroma), tone.hue)) for light, chroma in ((0.97, 0.01), (0.2, 0.03))]
    return max(inks, key=lambda ink: _contrast(ink, ground))


def _carries_text(ground: RGB, ink: RGB) -> bool:
    quiet, wash = _mixed(ink, ground, MUTED), _mixed(ink, ground, WASH)
    plain_wash = _mixed(_rgb(PLAIN_GREY), ground, PLAIN_WASH)
    pairs = ((quiet, ground), (quiet, wash), (ink, wash), (ink, plain_wash))
    return all(_contrast(*pair) >= _MIXED_CONTRAST for pair in pairs)


def _letters_on(accent: RGB, *, is_dark: bool) -> RGB:
    """As dark as a dark ground, or as light as a light one: an accent that stands out from that carries them."""
    tone = _tone_of(accent)
    if is_dark:
        return _readable_dark(_Tone(0.22, min(tone.chroma, 0.05), tone.hue), accent)
    return _readable(_Tone(0.97, min(tone.chroma, 0.01), tone.hue), accent, _DIMMED_CONTRAST)


def _mixed(one: RGB, other: RGB, share: float) -> RGB:
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _tone_of(colour: RGB) -> _Tone:
    red, green, blue = (_linear(part) for part in colour)
    l = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)  # noqa: E741
    m = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    s = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s
    a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s
    b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
    return _Tone(light, math.hypot(a, b), math.atan2(b, a))


def _rgb_of(tone: _Tone) -> RGB:
    """The nearest colour a screen has: chroma gives way, lightness and hue stay."""
    chroma = tone.chroma
    parts = _linear_parts(tone.light, chroma, tone.hue)
    while chroma > 0.001 and not all(-0.0005 <= part <= 1.0005 for part in parts):
        chroma *= 0.94
        parts = _linear_parts(tone.light, chroma, tone.hue)
    red, green, blue = (_byte(part) for part in parts)
    return red, green, blue


def _linear_parts(light: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    l = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3  # noqa: E741
    m = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
        -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
        -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    )


def _linear(part: int) -> float:
    value = part / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _byte(linear: float) -> int:
    value = min(max(linear, 0.0), 1.0)
    return round(255 * (12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055))


def _contrast(one: RGB, other: RGB) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: RGB) -> float:
    red, green, blue = (_linear(part) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(colour: RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _rgb(text: str) -> RGB:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
