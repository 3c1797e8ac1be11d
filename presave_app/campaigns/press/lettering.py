"""Text set in a box: in any script, in the order in which it is read, wrapped, and shrunk until it fits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from bidi import in_sight_order, levels_of
from PIL import ImageDraw
from typefaces import HAS_SHAPING, Typeface, find_typeface, is_selector

_ZWJ = "\u200d"
# What East Asian lines neither begin nor end with, beside closing and opening marks.
_SMALL_KANA = "ぁぃぅぇぉっゃゅょァィゥェォッャュョーゝゞ々"
# Accents, flags, skin tones and what is joined belong to the character before.
_EXTENDS = re.compile("[\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u20e3]")


@dataclass(frozen=True)
class Cluster:
    """What is read as one character, the typeface that has it, and its level (see `bidi`)."""

    text: str
    face: Typeface
    level: int


@dataclass(frozen=True)
class Style:
    """How a text is set: sizes in pixels, a weight from 100 to 900, and how many lines it may take."""

    largest: int
    smallest: int
    weight: int
    most_lines: int


@dataclass(frozen=True)
class Block:
    """Text that was set: lines of clusters, in one size."""

    lines: list[list[Cluster]]
    size: int
    weight: int
    runs_left: bool

    @property
    def line_height(self) -> int:
        """Letters that stack need more room."""
        stacks = any(cluster.face.needs_shaping for line in self.lines for cluster in line)
        return round(self.size * (1.45 if stacks else 1.22))

    @property
    def height(self) -> int:
        return self.line_height * len(self.lines)

    def draw(self, canvas: ImageDraw.ImageDraw, box: tuple[int, int, int], colour: str, *, to_right: bool) -> None:
        """Draw it into a box given as left, top and right, at one of its two sides."""
        left, top, right = box
        for number, line in enumerate(self.lines):
            x = right - width_of(line, self.size, self.weight) if to_right else left
            y = top + number * self.line_height + round(self.line_height * 0.78)
            for run in runs_of(line):
                font = run.face.at(self.size, self.weight)
                canvas.text((x, y), run.text, fill=colour, font=font, anchor="ls", direction=_direction(run))
                x += font.getlength(run.text, direction=_direction(run))


def set_text(text: str, style: Style, width: int, most_height: int) -> Block | None:
    """The text in the largest size that fits, or cut off in the smallest; None where it can't be written."""
    base, clusters = clusters_of(unicodedata.normalize("NFC", text))
    if not clusters:
        return None
    for size in range(style.largest, style.smallest - 1, -4):
        lines = wrapped(clusters, size, style.weight, width)
        block = Block(lines, size, style.weight, bool(base))
        whole = all(width_of(line, size, style.weight) <= width for line in lines)
        if whole and len(lines) <= style.most_lines and block.height <= most_height:
            return block
    return _cut_off(clusters, style, width, most_height, bool(base))


def clusters_of(text: str) -> tuple[int, list[Cluster]]:
    """The text's level and its clusters; none at all when a letter of it is in no typeface."""
    base, levels = levels_of(text)
    found: list[Cluster] = []
    place = 0
    for cluster in _split(text):
        face = find_typeface(cluster, text, found[-1].face if found else None)
        if face is None and any(unicodedata.category(each)[0] in "LMN" for each in cluster):
            return base, []
        if face is not None and (HAS_SHAPING or not levels[place] % 2):
            found.append(Cluster(cluster, face, levels[place]))
        place += len(cluster)
    return base, found


def wrapped(clusters: list[Cluster], size: int, weight: int, width: int) -> list[list[Cluster]]:
    """Lines as wide as the box, broken where the script allows it; a word that is wider has a line of its own."""
    lines: list[list[Cluster]] = [[]]
    for word in words_of(clusters):
        longer = _trimmed([*lines[-1], *word])
        if lines[-1] and width_of(longer, size, weight) > width:
            lines.append([])
        lines[-1] = [*lines[-1], *word]
    return [_trimmed(line) for line in lines if _trimmed(line)]


def words_of(clusters: list[Cluster]) -> Iterator[list[Cluster]]:
    """What must stay together: words with the space after them, and single characters of East Asia."""
    word: list[Cluster] = []
    for cluster in clusters:
        if word and _may_break(word[-1].text, cluster.text):
            yield word
            word = []
        word.append(cluster)
    if word:
        yield word


def runs_of(line: list[Cluster]) -> list[Cluster]:
    """The line as pieces of one typeface and one direction, from left to right."""
    grouped = groupby(line, key=lambda cluster: (cluster.face, cluster.level))
    runs = [Cluster("".join(each.text for each in members), *key) for key, members in grouped]
    return in_sight_order(runs, lambda run: run.level)


def width_of(line: list[Cluster], size: int, weight: int) -> int:
    """How wide a line is, in pixels."""
    lengths = (run.face.at(size, weight).getlength(run.text, direction=_direction(run)) for run in runs_of(line))
    return round(sum(lengths) + 0.5)


def _split(text: str) -> Iterator[str]:
    cluster = ""
    for character in text:
        if cluster and not _continues(cluster, character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _continues(cluster: str, character: str) -> bool:
    if character == _ZWJ or cluster[-1] == _ZWJ or is_selector(character) or _EXTENDS.match(character):
        return True
    is_flag = all(0x1F1E6 <= ord(each) <= 0x1F1FF for each in (*cluster, character))
    return unicodedata.category(character)[0] == "M" or (is_flag and len(cluster) == 1)


def _may_break(before: str, after: str) -> bool:
    if before[0] == " " or before == "-":
        return after[0] != " "
    clings_back = unicodedata.category(after[0]) in ("Pe", "Pf", "Po", "Zs") or after[0] in _SMALL_KANA
    if clings_back or unicodedata.category(before[0]) in ("Ps", "Pi"):
        return False
    return any(unicodedata.east_asian_width(each[0]) in "WF" for each in (before, after))


def _trimmed(line: list[Cluster]) -> list[Cluster]:
    ends = [place for place, cluster in enumerate(line) if cluster.text.strip()]
    return line[ends[0] : ends[-1] + 1] if ends else []


def _cut_off(clusters: list[Cluster], style: Style, width: int, most_height: int, runs_left: bool) -> Block:
    """In the smallest size, with words broken anywhere and an ellipsis for what is left out."""
    lines: list[list[Cluster]] = []
    for word in wrapped(clusters, style.smallest, style.weight, width):
        lines.extend(_broken(word, style, width))
    room = Block(lines[:1], style.smallest, style.weight, runs_left).line_height
    most = max(1, min(style.most_lines, most_height // room))
    if len(lines) > most:
        last = lines[most - 1]
        dots = Cluster("…", last[-1].face, 1 if runs_left else 0)
        while len(last) > 1 and width_of([*last, dots], style.smallest, style.weight) > width:
            last = _trimmed(last[:-1])
        lines[most - 1 :] = [[*last, dots]]
    return Block(lines, style.smallest, style.weight, runs_left)


def _broken(line: list[Cluster], style: Style, width: int) -> Iterator[list[Cluster]]:
    part: list[Cluster] = []
    for cluster in line:
        if part and width_of([*part, cluster], style.smallest, style.weight) > width:
            yield _trimmed(part)
            part = []
        part.append(cluster)
    yield _trimmed(part)


def _direction(run: Cluster) -> str | None:
    if not HAS_SHAPING:
        return None
    return "rtl" if run.level % 2 else "ltr"
