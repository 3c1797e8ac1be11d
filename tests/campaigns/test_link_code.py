"""The QR code of a link: what a phone reads in it is the link, and it can be printed."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from xml.etree import ElementTree

import pytest
import zxingcpp
from flask.testing import FlaskClient
from makers import make_campaign
from PIL import Image, ImageDraw
from werkzeug.test import TestResponse

from presave_app.campaigns.link_code import code_of, file_name

LINK = "http://127.0.0.1:5000/night-drive"
_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id, slug="night-drive")


def png_of(answer: TestResponse) -> Image.Image:
    assert answer.headers["Content-Type"] == "image/png"
    return Image.open(io.BytesIO(answer.data))


def drawn(svg: bytes) -> Image.Image:
    """The drawing that the SVG describes: strokes from left to right, one module high."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    scale = int(re.findall(r"scale[(](\d+)[)]", ElementTree.tostring(root).decode())[0])
    picture = Image.new("L", (int(root.attrib["width"]), int(root.attrib["height"])), 255)
    canvas = ImageDraw.Draw(picture)
    (path,) = [each.attrib["d"] for each in root.iter(f"{_SVG}path") if "stroke" in each.attrib]
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmh]+)", path):
        first, *others = (float(number) for number in re.findall(r"-?[.]?[0-9][0-9.]*", numbers))
        if command == "h":
            canvas.rectangle((x * scale, (y - 0.5) * scale, (x + first) * scale - 1, (y + 0.5) * scale - 1), fill=0)
            x += first
        else:
            x, y = (first, others[0]) if command == "M" else (x + first, y + others[0])
    return picture


def read(picture: Image.Image) -> str:
    (found,) = zxingcpp.read_barcodes(picture.convert("L"))
    return found.text


def test_the_picture_leads_to_the_page_and_names_the_poster(bob: FlaskClient, campaign_id: int) -> None:
    assert read(png_of(bob.get(f"/campaigns/{campaign_id}/code.png"))) == f"{LINK}?src=poster"


def test_the_drawing_says_the_same(bob: FlaskClient, campaign_id: int) -> None:
    answer = bob.get(f"/campaigns/{campaign_id}/code.svg")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert read(drawn(answer.data)) == f"{LINK}?src=poster"


@pytest.mark.parametrize(("typed", "link"), [("tour-berlin", f"{LINK}?src=tour-berlin"), ("", LINK), (" ", LINK)])
def test_another_place_has_its_own_word(bob: FlaskClient, campaign_id: int, typed: str, link: str) -> None:
    assert read(png_of(bob.get(f"/campaigns/{campaign_id}/code.png", query_string={"src": typed}))) == link


@pytest.mark.parametrize("typed", ["tour berlin", "x" * 65, "<script>", "a&b=c"])
def test_a_word_that_the_link_would_lose_is_refused(bob: FlaskClient, campaign_id: int, typed: str) -> None:
    answer = bob.get(f"/campaigns/{campaign_id}/code.svg", query_string={"src": typed})
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert 'id="message-code-source"' in page
    assert "like tour-berlin: no spaces" in page
    assert f'value="{typed}"' in page
    assert "Night Drive" in page


def test_the_word_comes_back_with_a_fan(bob: FlaskClient, client: FlaskClient, campaign_id: int) -> None:
    link = read(png_of(bob.get(f"/campaigns/{campaign_id}/code.png")))
    assert '<input type="hidden" name="src" value="poster">' in client.get(link).text


def test_it_can_be_printed(bob: FlaskClient, campaign_id: int) -> None:
    picture = png_of(bob.get(f"/campaigns/{campaign_id}/code.png"))
    assert picture.width == picture.height >= 2000
    assert round(picture.info["dpi"][0]) == 300
    assert sorted(colour for _, colour in picture.convert("L").getcolors() or []) == [0, 255]


def test_its_margin_is_four_modules_wide_and_white(bob: FlaskClient, campaign_id: int) -> None:
    picture = png_of(bob.get(f"/campaigns/{campaign_id}/code.png")).convert("L")
    left, top, right, bottom = picture.point(lambda shade: 255 - shade).getbbox() or (0, 0, 0, 0)
    row = picture.crop((left, top, right, top + 1)).tobytes()
    module = (len(row) - len(row.lstrip(b"\0"))) // 7
    assert {left, top, picture.width - right, picture.height - bottom} == {4 * module}
    drawing = bob.get(f"/campaigns/{campaign_id}/code.svg").text
    assert re.search(r'<path fill="#fff" d="M0 0h', drawing)


def test_a_torn_corner_does_not_matter() -> None:
    picture = Image.open(io.BytesIO(code_of(f"{LINK}?src=poster", "png"))).convert("L")
    hole = picture.width // 4
    picture.paste(
        255, (picture.width - hole - hole // 2, picture.width - hole, picture.width - hole // 2, picture.width)
    )
    assert read(picture) == f"{LINK}?src=poster"


def test_files_are_named_for_campaign_and_place(bob: FlaskClient, campaign_id: int) -> None:
    answer = bob.get(f"/campaigns/{campaign_id}/code.svg?src=Tour.Berlin_1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="night-drive-tour-berlin-1.svg"'
    assert file_name("night-drive", "", "png") == "night-drive.png"


def test_it_is_offered_beside_the_link_to_viewers_too(bob: FlaskClient, campaign_id: int) -> None:
    page = bob.get(f"/campaigns/{campaign_id}").text
    for kind in ("svg", "png"):
        assert f'="/campaigns/{campaign_id}/code.{kind}"' in page
    assert 'value="poster"' in page


def test_a_stranger_gets_no_code(charlie: FlaskClient, campaign_id: int) -> None:
    assert charlie.get(f"/campaigns/{campaign_id}/code.svg").status_code == 404


def test_a_draft_has_one_too(signed_in: Callable[[str], FlaskClient], team_id: int) -> None:
    draft = make_campaign(team_id, slug="night-ride", published=False)
    assert read(png_of(signed_in("ed").get(f"/campaigns/{draft}/code.png"))).endswith("/night-ride?src=poster")
