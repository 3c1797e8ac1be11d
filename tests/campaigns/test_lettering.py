"""Letters on link cards: the way they run, the typeface that has them, the lines they make."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from presave_app.campaigns import press
from presave_app.campaigns.press.bidi import in_sight_order, levels_of

# Sets a text in the picture program's own process, as life does, and tells the lines and the typefaces.
PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
import typefaces
typefaces.HAS_SHAPING = typefaces.HAS_SHAPING and sys.argv[2] == "shaping"
from lettering import Style, runs_of, set_text, width_of
block = set_text(sys.stdin.read(), Style(80, 36, 700, 7), 466, 330)
lines = block.lines if block else []
if block:
    from PIL import Image, ImageDraw
    picture = Image.new("L", (466, 400))
    block.draw(ImageDraw.Draw(picture), (0, 0, 466), "white", to_right=block.runs_left)
print(json.dumps({
    "lines": ["".join(each.text for each in line) for line in lines],
    "faces": [[each.text, each.face.path.name, each.face.index] for line in lines for each in runs_of(line)],
    "widths": [width_of(line, block.size, block.weight) for line in lines],
    "size": block.size if block else 0,
    "height": block.height if block else 0,
    "inked": picture.getbbox() if block else None,
}))
"""


def set_in_a_process(text: str, fribidi: str = "shaping") -> dict[str, Any]:
    assert press.__file__ is not None
    command = [sys.executable, "-I", "-c", PROGRAM, str(Path(press.__file__).parent), fribidi]
    return json.loads(subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout)


def shown(text: str) -> str:
    """The text as it stands from left to right, character by character."""
    _, levels = levels_of(text)
    return "".join(text[place] for place in in_sight_order(range(len(text)), lambda place: levels[place]))


# Capital letters stand for Hebrew ones, as in Unicode's own examples.
HEBREW = {chr(ord("A") + place): chr(0x05D0 + place) for place in range(26)}


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("night drive", "night drive"),
        ("NIGHT DRIVE", "EVIRD THGIN"),
        ("car is THE CAR in arabic", "car is RAC EHT in arabic"),
        ("THE CAR 12 IS", "SI 12 RAC EHT"),
        ("NIGHT (mix)", ")mix( THGIN"),
        ("by FIRST, SECOND.", "by DNOCES ,TSRIF."),
        ("NIGHT 1,5%", "1,5% THGIN"),
    ],
)
def test_text_runs_the_way_it_is_read(typed: str, seen: str) -> None:
    letters, back = str.maketrans(HEBREW), str.maketrans({hebrew: name for name, hebrew in HEBREW.items()})
    assert shown(typed.translate(letters)).translate(back) == seen


def test_arabic_digits_after_arabic_letters_stay_in_their_order() -> None:
    base, levels = levels_of("ليل 12")
    assert base == 1
    assert [(level, len(list(run))) for level, run in groupby(levels)] == [(1, 4), (2, 2)]


@pytest.mark.parametrize(
    ("text", "name", "index"),
    [
        ("Ærø Ελλάς Живой", "NotoSans[wght].ttf", 0),
        ("فرقة الفجر", "NotoSansArabic[wght].ttf", 0),
        ("לילה", "NotoSansHebrew[wght].ttf", 0),
        ("किशोर", "NotoSansDevanagari[wght].ttf", 0),
        ("สวัสดี", "NotoSansThai[wght].ttf", 0),
        ("夜のドライブ", "NotoSansCJK-VF.otf.ttc", 0),
        ("밤의 길", "NotoSansCJK-VF.otf.ttc", 1),
        ("夜间驾驶", "NotoSansCJK-VF.otf.ttc", 2),
        ("夜間駕駛", "NotoSansCJK-VF.otf.ttc", 3),
        ("👩‍👩‍👧‍👦", "NotoEmoji[wght].ttf", 0),
    ],
)
def test_every_script_has_its_typeface(text: str, name: str, index: int) -> None:
    assert {(face[1], face[2]) for face in set_in_a_process(text)["faces"]} == {(name, index)}


@pytest.mark.parametrize("emoji", ["👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "❤️", "1️⃣"])
def test_no_emoji_is_taken_apart(emoji: str) -> None:
    runs = [face for face in set_in_a_process(f"Love {emoji} you")["faces"] if face[1].startswith("NotoEmoji")]
    assert [run[0] for run in runs] == [emoji]


def test_a_long_title_is_wrapped_and_shrunk_and_fits() -> None:
    short, long = set_in_a_process("Night Drive"), set_in_a_process("All the Things We Left Behind " * 4)
    assert len(short["lines"]) == 1
    assert len(long["lines"]) > 3
    assert long["size"] < short["size"]
    assert "".join(long["lines"]).replace(" ", "").count("Behind") == 4


@pytest.mark.parametrize("text", ["W" * 200, "A Very Long Title " * 11, "夜" * 200, "ليل " * 50, "👩‍👩‍👧‍👦" * 18])
def test_whatever_is_typed_stays_in_its_box(text: str) -> None:
    block = set_in_a_process(text[:200])
    assert len(block["lines"]) > 1
    assert max(block["widths"]) <= 466
    assert 0 < block["height"] <= 330


def test_what_is_left_out_is_said_by_dots() -> None:
    assert set_in_a_process("A Very Long Title " * 11)["lines"][-1].endswith("…")
    assert "…" not in "".join(set_in_a_process("Night Drive")["lines"])


def test_a_closing_mark_never_begins_a_line() -> None:
    lines = set_in_a_process("夜のドライブへ行こう、東京タワーの向こうへ、ずっと。")["lines"]
    assert len(lines) > 2
    assert not [line for line in lines if line[0] in "、。ー"]


@pytest.mark.parametrize("text", ["བོད་ཡིག", "Night བོད"])
def test_a_script_without_a_typeface_is_left_out_whole(text: str) -> None:
    assert set_in_a_process(text)["lines"] == []


@pytest.mark.parametrize("text", ["ليلة القيادة", "Night ليل", "לילה", "किशोर"])
def test_without_fribidi_what_would_be_misspelt_is_left_out(text: str) -> None:
    assert set_in_a_process(text)["inked"] is not None
    assert set_in_a_process(text, "none")["inked"] is None


@pytest.mark.parametrize("text", ["Night Drive", "夜のドライブ", "Живой 🔥"])
def test_without_fribidi_the_rest_is_written_all_the_same(text: str) -> None:
    assert set_in_a_process(text, "none")["inked"] is not None


def test_text_that_runs_to_the_left_stands_at_the_right() -> None:
    left, right = set_in_a_process("Ivo")["inked"], set_in_a_process("ليل")["inked"]
    assert left[0] < 20
    assert right[2] > 446
