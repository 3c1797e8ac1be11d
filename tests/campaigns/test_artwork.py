"""Artwork: what is taken is made anew, what is not is refused in words, and nothing of it can run."""

from __future__ import annotations

import io
import os
import struct
import time
import zlib

import pytest
from flask import Flask
from flask.testing import FlaskClient
from makers import csrf_of, make_campaign, make_picture
from PIL import Image
from sqlalchemy import text
from werkzeug.test import TestResponse

from presave_app.campaigns.artwork import find_covers, find_picture
from presave_app.campaigns.artwork_press import BadArtwork, press
from presave_app.extensions import db

BUDGET_BYTES = 400_000
PHONE_BYTES = 60_000
PHONE_SIZES = {("image/avif", 320), ("image/avif", 640), ("image/avif", 960)}
PHONE_SIZES |= {("image/webp", 320), ("image/webp", 640), ("image/jpeg", 640)}
BODY_OF_50_MB = b"\xff\xd8\xff\xe0" + b"0" * (50 * 1024 * 1024)


def picture(kind: str = "JPEG", size: tuple[int, int] = (700, 700), mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


def bomb(side: int = 60_000) -> bytes:
    """A PNG of a few bytes that says it is enormous."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\x00" * 1000)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg_of(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


NOISE = Image.frombytes("RGB", (1500, 1500), os.urandom(1500 * 1500 * 3))
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'

REFUSED = {
    "nothing": (b"", "Choose a picture"),
    "svg": (SVG, "not a JPEG, PNG or WebP"),
    "gif with a script": (picture("GIF", mode="P") + b"<script>alert(1)</script>", "not a JPEG, PNG or WebP"),
    "tiff": (picture("TIFF"), "not a JPEG, PNG or WebP"),
    "a page": (b"<!doctype html><title>x</title>", "not a JPEG, PNG or WebP"),
    "bomb": (bomb(), "more pixels than any page needs"),
    "too large": (BODY_OF_50_MB, "larger than 10 MB"),
    "truncated": (make_picture(1200)[:5000], "damaged or incomplete"),
    "only a head": (b"\x89PNG\r\n\x1a\n", "not a JPEG, PNG or WebP"),
    "too small": (make_picture(599), "at least 600"),
    "too wide": (picture(size=(1600, 900)), "A cover is square"),
    "moving png": (picture("PNG", save_all=True, append_images=[Image.new("RGB", (700, 700), "red")]), "moves"),
    "moving webp": (picture("WEBP", save_all=True, append_images=[Image.new("RGB", (700, 700), "red")]), "moves"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_a_bad_picture_is_refused_in_words(name: str) -> None:
    upload, words = REFUSED[name]
    began = time.perf_counter()
    with pytest.raises(BadArtwork, match=words):
        press(upload)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "upload",
    [
        make_picture(3000),
        picture("PNG", mode="RGBA"),
        picture("PNG", mode="P"),
        picture("PNG", mode="I;16"),
        picture("PNG", mode="1"),
        picture("WEBP", size=(1300, 1250)),
        picture("JPEG", mode="CMYK"),
        picture("JPEG", mode="L"),
    ],
    ids=["jpeg", "rgba", "palette", "16 bit", "1 bit", "webp", "cmyk", "grey"],
)
def test_a_good_picture_becomes_squares_of_our_own(upload: bytes) -> None:
    pressed = press(upload)
    for file in pressed.files:
        image = Image.open(io.BytesIO(file.body))
        assert image.size == (file.width, file.width)
        assert image.format is not None
        assert file.content_type == f"image/{image.format.lower()}"
        assert not image.getexif()
    assert len(pressed.placeholder) < 700
    assert pressed.placeholder.startswith("data:image/webp;base64,")


@pytest.mark.parametrize("upload", [make_picture(1500), jpeg_of(NOISE)], ids=["easy", "noise"])
def test_every_picture_stays_within_the_budgets(upload: bytes) -> None:
    files = press(upload).files
    assert sum(len(file.body) for file in files) <= BUDGET_BYTES
    assert {(file.content_type, file.width) for file in files if file.width < 1200} == PHONE_SIZES
    assert [file for file in files if file.width < 1200 and len(file.body) > PHONE_BYTES] == []


def test_an_easy_picture_is_kept_fine_and_a_hard_one_coarser() -> None:
    """A cap that bit everywhere, or nowhere, would be no cap."""
    easy, hard = (
        {(file.content_type, file.width): len(file.body) for file in press(upload).files}
        for upload in (make_picture(1500), jpeg_of(NOISE))
    )
    assert all(easy[size] < hard[size] / 4 for size in PHONE_SIZES)


def test_the_name_of_a_file_decides_nothing(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    assert upload_to(ed, campaign_id, picture("PNG"), "cover.svg").status_code == 200
    assert upload_to(ed, campaign_id, SVG, "cover.jpg").status_code == 422


def test_a_turned_photo_stands_upright_without_its_exif() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "taken at home"
    image = Image.new("RGB", (800, 800), "white")
    image.paste((255, 0, 0), (0, 0, 800, 200))
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    largest = press(out.getvalue()).files[-1].body
    upright = Image.open(io.BytesIO(largest)).convert("RGB")
    red, green, _ = upright.getpixel((upright.width - 20, upright.height // 2))  # type: ignore[misc]
    assert (red > 200, green < 60) == (True, True)
    assert b"taken at home" not in largest


def test_nothing_of_the_upload_is_kept(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    upload_to(ed, campaign_id, make_picture(700) + b"<script>alert('polyglot')</script>")
    bodies = db.session.execute(text("SELECT body FROM artwork_file")).scalars().all()
    assert bodies
    assert not [body for body in bodies if b"polyglot" in bytes(body)]


def test_an_upload_shows_in_the_editor_and_says_so(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    answer = upload_to(ed, campaign_id, make_picture(700))
    assert answer.status_code == 200
    assert '<p class="saved">Saved</p>' in answer.text
    assert "campaign-changed" in answer.headers["HX-Trigger"]
    assert "/art/" in ed.get(f"/campaigns/{campaign_id}/preview").text


def test_without_scripts_an_upload_comes_back_to_the_page(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    assert upload_to(ed, campaign_id, make_picture(700), htmx=False).status_code == 303
    refused = upload_to(ed, campaign_id, SVG, htmx=False)
    assert refused.status_code == 422
    assert "<html" in refused.text
    assert "not a JPEG, PNG or WebP" in refused.text


def test_a_refused_picture_leaves_the_old_one(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, artwork=make_picture(700))
    before = _artwork_of(campaign_id)
    upload_to(ed, campaign_id, SVG)
    assert _artwork_of(campaign_id) == before


@pytest.mark.parametrize("htmx", [True, False])
def test_a_file_of_50_mb_is_told_the_limit(ed: FlaskClient, team_id: int, htmx: bool) -> None:
    answer = upload_to(ed, make_campaign(team_id), BODY_OF_50_MB, htmx=htmx)
    assert answer.status_code == 413
    assert "at most 10 MB" in answer.text
    assert ("<html" in answer.text) is not htmx


def test_files_are_served_for_ever_and_can_do_nothing(app: Flask, team_id: int) -> None:
    make_campaign(team_id, artwork=make_picture(700))
    for address, kind in db.session.execute(text("SELECT address, content_type FROM artwork_file")).all():
        answer = app.test_client().get(f"/art/{address}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("address", ["nothing.webp", "..%2f..%2fetc%2fpasswd", "%00", "a" * 3000])
def test_an_address_without_a_file_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(f"/art/{address}").status_code == 404


def test_the_stylesheet_holds_four_colours_and_nothing_else(app: Flask, team_id: int) -> None:
    make_campaign(team_id, artwork=make_picture(700))
    shown = find_picture(1)
    assert shown is not None
    sheet = app.test_client().get(shown.stylesheet).text
    assert sheet.startswith(".poster{--accent:#")
    assert sheet.count("#") == 4


def test_a_picture_is_found_by_one_query_and_covers_too(app: Flask, team_id: int) -> None:
    make_campaign(team_id, artwork=make_picture(1300))
    shown = find_picture(1)
    assert shown is not None
    assert shown.srcset("image/avif").count("/art/") == 3
    assert shown.srcset("image/webp").count("/art/") == 2
    assert shown.card.endswith(".jpg")
    assert shown.fallback.endswith(".jpg")
    assert shown.files[0].width == 320
    assert list(find_covers([1, None])) == [1]
    assert find_picture(None) is None
    assert find_picture(99) is None


def test_without_scripts_a_picture_takes_along_what_is_typed(alice: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    typed = {"title": "Night Drive II", "csrf_token": csrf_of(alice)}
    good = {**typed, "artwork": (io.BytesIO(make_picture()), "cover.jpg")}
    assert alice.post(f"/campaigns/{campaign_id}/artwork", data=good).status_code == 303
    assert "Night Drive II" in alice.get(f"/campaigns/{campaign_id}").text
    bad = {**typed, "title": "Night Drive III", "artwork": (io.BytesIO(b"no picture"), "cover.jpg")}
    page = alice.post(f"/campaigns/{campaign_id}/artwork", data=bad)
    assert page.status_code == 422
    assert 'value="Night Drive III"' in page.text


def upload_to(
    client: FlaskClient, campaign_id: int, upload: bytes, name: str = "cover.jpg", htmx: bool = True
) -> TestResponse:
    """Send the artwork's form. The body is written by hand: the client's own way leaves a large one open."""
    part = 'Content-Disposition: form-data; name="{}"'
    token = f"--cut\r\n{part.format('csrf_token')}\r\n\r\n{csrf_of(client)}\r\n"
    file = f'--cut\r\n{part.format("artwork")}; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
    return client.post(
        f"/campaigns/{campaign_id}/artwork",
        data=token.encode() + file.encode() + upload + b"\r\n--cut--\r\n",
        content_type="multipart/form-data; boundary=cut",
        headers={"HX-Request": "true"} if htmx else {},
    )


def _artwork_of(campaign_id: int) -> int | None:
    db.session.rollback()
    return db.session.execute(text("SELECT artwork_id FROM campaign WHERE id = :i"), {"i": campaign_id}).scalar_one()
