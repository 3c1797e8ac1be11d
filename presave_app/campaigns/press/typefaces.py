"""The typefaces of link cards: Noto, from the packages that bring its files (SIL Open Font License 1.1).

Which file has which letters is read from the files. Where none has a letter, nothing is drawn in its place.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cmaps import characters_of
from PIL import ImageFont, features

# Without libraqm and FriBiDi (https://pillow.readthedocs.io/en/stable/handbook/text-anchors.html) letters can
# neither join nor run to the left, so what needs that is not written at all.
HAS_SHAPING = features.check("raqm")
_PLAIN = (
    "NotoSans[wght].ttf",
    "NotoSansArmenian[wght].ttf",
    "NotoSansGeorgian[wght].ttf",
    "NotoSansEthiopic[wght].ttf",
)
_EMOJI = "NotoEmoji[wght].ttf"
_SYMBOLS = "NotoSansSymbols[wght].ttf"
# The fonts of the collection, and the encoding of the country whose letterforms each has.
_JAPANESE, _KOREAN, _SIMPLIFIED, _TRADITIONAL = range(4)


@dataclass(frozen=True)
class Typeface:
    """One font file, or one font of a collection."""

    path: Path
    index: int = 0

    def has(self, cluster: str) -> bool:
        """Whether it has all letters of what is read as one."""
        known = characters_of(self.path, self.index)
        return all(
            ord(each) in known for each in cluster if unicodedata.category(each) != "Cf" and not is_selector(each)
        )

    @property
    def needs_shaping(self) -> bool:
        """Whether its letters join, stack or run to the left."""
        return self.path.name not in (*_PLAIN, _EMOJI, _SYMBOLS) and self.path.suffix != ".ttc"

    @property
    def is_emoji(self) -> bool:
        return self.path.name == _EMOJI

    @cache  # noqa: B019
    def at(self, size: int, weight: int) -> ImageFont.FreeTypeFont:
        """The font in a size in pixels and a weight from 100 to 900."""
        engine = ImageFont.Layout.RAQM if HAS_SHAPING else ImageFont.Layout.BASIC
        font = ImageFont.truetype(self.path, size, index=self.index, layout_engine=engine)
        lightest, heaviest = (font.get_variation_axes()[0][end] for end in ("minimum", "maximum"))
        font.set_variation_by_axes([min(max(weight, int(lightest or 0)), int(heaviest or 900))])
        return font


def find_typeface(cluster: str, text: str, before: Typeface | None) -> Typeface | None:
    """The typeface for a cluster of `text`: where it suits, that of the cluster before."""
    if (
        before is not None
        and not before.is_emoji
        and unicodedata.category(cluster[0])[0] in "ZP"
        and before.has(cluster)
    ):
        return before
    wanted = _emoji_first(text) if is_emoji(cluster) else _letters_first(text)
    found = next((face for face in wanted if face.has(cluster)), None)
    return found if found is None or HAS_SHAPING or not found.needs_shaping else None


def is_emoji(cluster: str) -> bool:
    """Whether it is to be shown as a picture."""
    return ord(cluster[0]) >= 0x1F000 or "\ufe0f" in cluster or "\u20e3" in cluster


def is_selector(character: str) -> bool:
    """A variation selector, which has no shape of its own."""
    return 0xFE00 <= ord(character) <= 0xFE0F


def _letters_first(text: str) -> Iterator[Typeface]:
    scripts = sorted(_folder("manimgx_fonts").glob("NotoSans*.ttf"))
    late = (_SYMBOLS, "NotoSans-Italic[wght].ttf")
    yield from (Typeface(path) for path in scripts if path.name == _PLAIN[0])
    yield from (Typeface(path) for path in scripts if path.name not in (_PLAIN[0], *late))
    yield from (Typeface(path, _country_of(text)) for path in _folder("manimgx_fonts_cjk").glob("*.ttc"))
    yield from (Typeface(_folder("manimgx_fonts") / name) for name in (_SYMBOLS, _EMOJI))


def _emoji_first(text: str) -> Iterator[Typeface]:
    yield Typeface(_folder("manimgx_fonts") / _EMOJI)
    yield from _letters_first(text)


def _country_of(text: str) -> int:
    """Chinese characters look a little different in each country: the other letters tell, or the characters do."""
    names = " ".join(unicodedata.name(each, "") for each in text)
    if "HIRAGANA" in names or "KATAKANA" in names:
        return _JAPANESE
    if "HANGUL" in names:
        return _KOREAN
    for encoding, country in (("gb2312", _SIMPLIFIED), ("big5", _TRADITIONAL), ("shift_jis", _JAPANESE)):
        han = "".join(each for each in text if unicodedata.name(each, "").startswith("CJK UNIFIED"))
        if han.encode(encoding, "ignore").decode(encoding) == han:
            return country
    return _SIMPLIFIED


@cache
def _folder(package: str) -> Path:
    """Where a package lies; nothing of it is run."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ValueError(f"the typefaces of {package} are not installed")
    return Path(spec.origin).parent
