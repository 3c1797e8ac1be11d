"""The archive of a team comes in as drafts: once, with its artwork, within bounds, and with a word on each campaign."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from fans import read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import csrf_of, make_campaign, make_picture, post
from werkzeug.test import TestResponse

from presave_app.transfer import arriving, views

NIGHT = {
    "origin": "a1",
    "campaign": {
        "title": "Night Drive",
        "artist": "Alba Voss",
        "kind": "album",
        "slug": "night-drive",
        "upc": "00602445868162",
        "release": {"at": "2028-02-04T00:00:00", "time_zone": "Europe/Berlin", "clock": "local"},
        "targets": {
            "spotify": "spotify:album:2up3OPMp9Tb4dAKM2erWXQ",
            "shop.example.com": "https://shop.example.com/x",
        },
        "artwork": "artwork/night-drive.jpg",
        "colours": {"accent": "#ffb84d"},
        "words_before": "Signed copies.",
    },
}


def archive(*entries: dict[str, Any], files: dict[str, bytes] | None = None, form: str = "presave-team/1") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("campaigns.json", json.dumps({"format": form, "campaigns": entries}))
        for name, body in (files or {}).items():
            made.writestr(name, body)
    return out.getvalue()


def send(browser: FlaskClient, team_id: int, body: bytes, name: str = "alba.zip") -> TestResponse:
    data = {"csrf_token": csrf_of(browser), "archive": (io.BytesIO(body), name)}
    return browser.post(f"/data/{team_id}/import", data=data, content_type="multipart/form-data", follow_redirects=True)


def test_a_draft_comes_in_with_all_that_the_label_gave(ed: FlaskClient, team_id: int) -> None:
    body = archive(NIGHT, files={"artwork/night-drive.jpg": make_picture()})
    answer = send(ed, team_id, body)
    assert answer.status_code == 200
    assert "1 draft came in" in answer.text
    row = "SELECT concat_ws('|', slug, upc, time_zone, clock, release_wall, own_accent, words_before) FROM campaign"
    assert read_sql(row) == (
        "night-drive|00602445868162|Europe/Berlin|local|2028-02-04 00:00:00|#ffb84d|Signed copies."
    )
    assert read_sql("SELECT published_at FROM campaign") is None
    assert read_sql("SELECT count(*) FROM artwork_file") > 4
    assert read_sql("SELECT ref FROM target WHERE service = 'shop.example.com'") == "https://shop.example.com/x"


def test_the_same_archive_again_makes_nothing_and_says_so(ed: FlaskClient, team_id: int) -> None:
    send(ed, team_id, archive(NIGHT))
    answer = send(ed, team_id, archive(NIGHT))
    assert "Nothing new came in" in answer.text
    assert "1 was here already" in answer.text
    assert read_sql("SELECT count(*) FROM campaign") == 1


def test_an_export_comes_back_to_another_team_but_not_twice_to_its_own(
    alice: FlaskClient, charlie: FlaskClient, team_id: int
) -> None:
    make_campaign(team_id, slug="night-drive", artwork=make_picture())
    exported = post(alice, f"/data/{team_id}/export")
    packed = exported.data
    exported.close()
    assert "Nothing new came in" in send(alice, team_id, packed).text
    other = read_sql("SELECT id FROM team WHERE slug = 'other-label'")
    answer = send(charlie, other, packed)
    assert "1 draft came in" in answer.text
    # Its address is still that of the team it left.
    assert "Its address night-drive can&#39;t be had here, so it is alba-voss-night-drive." in answer.text
    assert read_sql("SELECT count(*) FROM pre_save") == 0
    assert read_sql("SELECT artwork_id IS NOT NULL FROM campaign WHERE team_id = :id", id=other)


def test_a_past_release_keeps_its_date(ed: FlaskClient, team_id: int) -> None:
    past = {
        "origin": "b2",
        "campaign": {**NIGHT["campaign"], "release": {"at": "2020-02-07T00:00:00", "time_zone": "UTC"}},
    }
    answer = send(ed, team_id, archive(past))
    assert "Its release has passed." in answer.text
    assert str(read_sql("SELECT release_at FROM campaign")) == "2020-02-07 00:00:00+00:00"
    made = read_sql("SELECT id FROM campaign")
    assert ed.get(f"/campaigns/{made}").status_code == 200
    assert post(ed, f"/campaigns/{made}/publish").status_code == 422


def test_what_can_not_be_used_is_left_out_and_named(ed: FlaskClient, team_id: int) -> None:
    odd = {**NIGHT["campaign"], "upc": "12", "release": {"at": "someday"}, "colours": {"accent": "loud"}, "secret": 1}
    nameless = {"origin": "c4", "campaign": {"title": "", "artist": "Alba Voss"}}
    answer = send(ed, team_id, archive({"origin": "c3", "campaign": odd}, nameless, {"origin": "c5"}))
    assert "1 draft came in" in answer.text
    for words in (
        "upc: left out.",
        "release: left out.",
        "colours: left out.",
        "secret: left out.",
        "title: The release needs a title.",
    ):
        assert words in answer.text
    assert "artwork/night-drive.jpg is not in the archive" in answer.text
    assert "It has no origin or no campaign" in answer.text
    assert read_sql("SELECT count(*) FROM campaign") == 1
    assert read_sql("SELECT words_before FROM campaign") == "Signed copies."


def test_a_bad_picture_is_left_out(ed: FlaskClient, team_id: int) -> None:
    answer = send(ed, team_id, archive(NIGHT, files={"artwork/night-drive.jpg": b"<svg onload=alert(1)>"}))
    assert "artwork: left out. That is not a JPEG, PNG or WebP picture." in answer.text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "That is not a zip archive"),
        (b"PK\x03\x04 but no more", "That is not a zip archive"),
        (archive(form="presave-team/9"), "has another form than presave-team/1"),
    ],
)
def test_a_file_that_is_no_export_is_refused_in_words(body: bytes, words: str, ed: FlaskClient, team_id: int) -> None:
    answer = send(ed, team_id, body)
    assert answer.status_code == 422
    assert words in answer.text


def test_no_file_is_named_as_the_fault(ed: FlaskClient, team_id: int) -> None:
    assert "Choose the archive first." in post(ed, f"/data/{team_id}/import").text


def test_a_bomb_is_not_unpacked(ed: FlaskClient, team_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "_MOST_JSON_BYTES", 1000)
    bomb = {**NIGHT, "padding": "x" * 5000}
    assert "There is no campaigns.json in that archive that can be read" in send(ed, team_id, archive(bomb)).text


def test_a_size_that_is_a_lie_is_found_out(ed: FlaskClient, team_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "_MOST_JSON_BYTES", 4000)
    packed = bytearray(archive({**NIGHT, "padding": "x" * 5000}))
    entry = packed.rindex(b"PK\x01\x02")
    packed[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    assert send(ed, team_id, bytes(packed)).status_code == 422


def test_who_runs_out_of_time_goes_on_with_the_next_try(
    ed: FlaskClient, team_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving, "_SECONDS", -1.0)
    assert "1 more did not get their turn" in send(ed, team_id, archive(NIGHT)).text
    monkeypatch.setattr(arriving, "_SECONDS", 18.0)
    assert "1 draft came in" in send(ed, team_id, archive(NIGHT)).text


@pytest.mark.parametrize(("name", "status"), [("alice", 200), ("bob", 403), ("charlie", 404)])
def test_who_may_bring_campaigns_in(name: str, status: int, team_id: int, request: pytest.FixtureRequest) -> None:
    browser: FlaskClient = request.getfixturevalue(name)
    assert send(browser, team_id, archive(NIGHT)).status_code == status
    assert read_sql("SELECT count(*) FROM campaign") == (status == 200)


def test_a_campaign_that_is_gone_may_come_in_again(ed: FlaskClient, team_id: int) -> None:
    send(ed, team_id, archive({"origin": "d1", "campaign": {"title": "Solo", "artist": "Alba Voss"}}))
    run_sql("TRUNCATE campaign CASCADE")
    assert (
        "1 draft came in"
        in send(ed, team_id, archive({"origin": "d1", "campaign": {"title": "Solo", "artist": "A"}})).text
    )


def test_the_archive_of_a_large_label_comes_in(ed: FlaskClient, team_id: int) -> None:
    out = io.BytesIO(archive(NIGHT))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as made:
        made.writestr("consents.csv", b"," * (65 * 1024 * 1024))
    assert "1 draft came in" in send(ed, team_id, out.getvalue()).text


def test_an_archive_that_is_too_large_is_told_its_own_limit(
    ed: FlaskClient, team_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_ARCHIVE_BYTES", 700)
    answer = send(ed, team_id, archive(NIGHT, files={"artwork/night-drive.jpg": make_picture()}))
    assert answer.status_code == 413
    assert "An archive may have at most 1,000 MB." in answer.text
    assert "10 MB" not in answer.text
    assert "a .zip of at most 1,000 MB" in ed.get(f"/data/{team_id}").text


def test_an_archive_may_be_larger_than_other_uploads(app: Flask, ed: FlaskClient, team_id: int) -> None:
    usual = app.config["MAX_CONTENT_LENGTH"]
    app.config["MAX_CONTENT_LENGTH"] = 700
    try:
        token = {"csrf_token": csrf_of(ed)}
        large = archive(NIGHT, files={"artwork/night-drive.jpg": make_picture()})
        sent = {**token, "archive": (io.BytesIO(large), "alba.zip")}
        assert ed.post(f"/data/{team_id}/import", data=sent).status_code == 303
        sent = {**token, "table": (io.BytesIO(large), "table.csv")}
        assert ed.post(f"/data/{team_id}/table", data=sent).status_code == 413
    finally:
        app.config["MAX_CONTENT_LENGTH"] = usual
