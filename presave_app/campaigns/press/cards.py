"""The picture that is shown where somebody shares the link: the cover, what it is, by whom and when."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

from encoding import saved_within
from lettering import Block, Style, set_text
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 630
MOST_BYTES = 280_000
_EDGE = 52
_TITLE = Style(largest=80, smallest=36, weight=700, most_lines=7)
_ARTIST = Style(largest=42, smallest=28, weight=450, most_lines=2)
_WHEN = Style(largest=34, smallest=24, weight=650, most_lines=2)
_TITLE_HEIGHT, _ARTIST_HEIGHT, _WHEN_HEIGHT = 330, 110, 90
_GAPS = (18, 34)


def press_cards(data: bytes) -> dict[str, object]:
    """One card for each of the `whens` of a JSON object, in its colours; without a cover, a record in their place."""
    wanted = json.loads(data)
    cover = _cover_of(wanted)
    cards = [card_of(wanted, cover, when) for when in wanted["whens"]]
    return {"cards": [base64.b64encode(saved_within(card, "JPEG", MOST_BYTES)).decode() for card in cards]}


def card_of(wanted: dict[str, Any], cover: Image.Image, when: str) -> Image.Image:
    """The cover on the left, the words on the right."""
    colours: dict[str, str] = wanted["colours"]
    card = Image.new("RGB", (WIDTH, HEIGHT), colours["ground"])
    card.paste(cover, (0, 0))
    left, right = HEIGHT + _EDGE, WIDTH - _EDGE
    blocks = [
        (set_text(wanted["title"], _TITLE, right - left, _TITLE_HEIGHT), colours["ink"]),
        (set_text(wanted["artist"], _ARTIST, right - left, _ARTIST_HEIGHT), colours["ink"]),
        (set_text(when, _WHEN, right - left, _WHEN_HEIGHT), colours["accent"]),
    ]
    _stack(ImageDraw.Draw(card), [(block, colour) for block, colour in blocks if block is not None], left, right)
    return card


def _stack(canvas: ImageDraw.ImageDraw, blocks: list[tuple[Block, str]], left: int, right: int) -> None:
    """One below the other, in the middle of the height, all beginning at the side of the first."""
    gaps = _GAPS[-(len(blocks) - 1) :] if len(blocks) > 1 else ()
    top = (HEIGHT - sum(block.height for block, _ in blocks) - sum(gaps)) // 2
    for (block, colour), gap in zip(blocks, (*gaps, 0), strict=True):
        block.draw(canvas, (left, top, right), colour, to_right=blocks[0][0].runs_left)
        top += block.height + gap


def _cover_of(wanted: dict[str, Any]) -> Image.Image:
    if wanted["cover"] is None:
        return _record(wanted["colours"])
    picture = Image.open(io.BytesIO(base64.b64decode(wanted["cover"])), formats=("JPEG",)).convert("RGB")
    return picture.resize((HEIGHT, HEIGHT), Image.Resampling.LANCZOS)


def _record(colours: dict[str, str]) -> Image.Image:
    """A record in the colours of the page, as the page shows one; drawn large, so that its edges become smooth."""
    side = HEIGHT * 2
    start, end = (Image.new("RGB", (1, 1), colours[name]) for name in ("sleeve", "sleeve_end"))
    corners = Image.new("RGB", (2, 2))
    for place, share in (((0, 0), 0.0), ((1, 0), 0.5), ((0, 1), 0.5), ((1, 1), 1.0)):
        corners.paste(Image.blend(start, end, share), place)
    sleeve = corners.resize((side, side), Image.Resampling.BILINEAR)
    canvas = ImageDraw.Draw(sleeve)
    middle = (side / 2, side / 2)
    canvas.circle(middle, side * 0.42, fill=colours["on_accent"])
    for groove in range(17, 41, 3):
        canvas.circle(middle, side * groove / 100, outline=colours["ground"], width=4)
    canvas.circle(middle, side * 0.13, fill=colours["accent"])
    canvas.circle(middle, side * 0.013, fill=colours["on_accent"])
    return sleeve.resize((HEIGHT, HEIGHT), Image.Resampling.LANCZOS)
