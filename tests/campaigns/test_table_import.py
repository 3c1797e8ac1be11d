"""Tables of other tools: recognised by their headings, shown before anything is made, and made once."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, date, time
from html import unescape
from pathlib import Path

import pytest
from fans import read_sql, run_sql
from flask.testing import FlaskClient
from makers import csrf_of, post
from werkzeug.test import TestResponse

from presave_app.lib.written_dates import BadDate, read_day, read_hour

FOLDER = Path(__file__).with_name("tables")


def send(browser: FlaskClient, team_id: int, name: str, **fields: str) -> TestResponse:
    data = {"csrf_token": csrf_of(browser), "table": (io.BytesIO((FOLDER / name).read_bytes()), name), **fields}
    return browser.post(f"/data/{team_id}/table", data=data, content_type="multipart/form-data")


def make(browser: FlaskClient, team_id: int, text: str) -> str:
    """The page that says what was made."""
    answer = post(browser, f"/data/{team_id}/table", text=text, act="make")
    assert answer.status_code == 303
    return browser.get(answer.headers["Location"]).text


def drafts() -> int:
    return int(read_sql("SELECT count(*) FROM campaign"))


def test_a_table_of_smart_links_is_shown_and_then_made(ed: FlaskClient, team_id: int) -> None:
    page = unescape(send(ed, team_id, "linkfire.csv").text)
    assert "2 drafts can be made" in page
    assert "Night Drive by Alba Voss" in page
    assert "/nightdrive" in page
    assert "are left out: Link Name, Clicks." in " ".join(page.replace("<bdi>", "").replace("</bdi>", "").split())
    assert "Its release has passed." in page
    assert drafts() == 0
    made = make(ed, team_id, (FOLDER / "linkfire.csv").read_text())
    assert "2 drafts came in" in made
    row = "SELECT concat_ws('|', slug, upc, release_wall, time_zone) FROM campaign WHERE title = 'Night Drive'"
    assert read_sql(row) == "nightdrive|00602445868162|2028-02-04 00:00:00|UTC"
    assert read_sql("SELECT count(*) FROM target WHERE campaign_id = (SELECT min(id) FROM campaign)") == 3
    assert read_sql("SELECT count(*) FROM campaign WHERE published_at IS NOT NULL") == 0


def test_the_same_table_again_makes_nothing(ed: FlaskClient, team_id: int) -> None:
    text = (FOLDER / "linkfire.csv").read_text()
    post(ed, f"/data/{team_id}/table", text=text, act="make")
    again = post(ed, f"/data/{team_id}/table", text=text)
    assert "0 drafts can be made" in again.text
    assert "2 are here already." in again.text
    assert "Nothing new came in" in make(ed, team_id, text)
    assert drafts() == 2


def test_a_fault_stands_beside_its_row_and_the_rest_is_made(ed: FlaskClient, team_id: int) -> None:
    page = send(ed, team_id, "distributor-semicolons.csv", zone="Europe/Berlin")
    text = unescape(page.text)
    assert "1 draft can be made" in text
    assert "Row 3: fault" in text
    assert "A UPC has 12 to 14 digits, this one has 3." in text
    send(ed, team_id, "distributor-semicolons.csv", zone="Europe/Berlin", act="make")
    row = "SELECT concat_ws('|', title, artist, kind, slug, release_wall, time_zone) FROM campaign"
    assert read_sql(row) == "Café Nuit|Marié|album|marie-cafe-nuit|2028-02-04 00:00:00|Europe/Berlin"
    assert drafts() == 1


def test_tabs_and_links_in_one_column(ed: FlaskClient, team_id: int) -> None:
    text = unescape(send(ed, team_id, "tabs.tsv").text)
    assert "That can be read as two days." in text
    assert "http://10.0.0.1/x is no link that can stand on a public page." in text
    assert "ISRCs are read but not kept" in text
    send(ed, team_id, "tabs.tsv", order="day", act="make")
    assert read_sql("SELECT concat_ws('|', title, slug, release_wall) FROM campaign") == (
        '=Formula, or "not"|formula|2028-12-04 00:00:00'
    )
    assert read_sql("SELECT string_agg(service, ' ' ORDER BY service) FROM target") == "amazon-music shop.example.com"


def test_two_rows_of_one_address_are_told_apart_before_they_are_made(ed: FlaskClient, team_id: int) -> None:
    text = "title,artist,slug,upc\nOne,Alba,night,\nTwo,Alba,night,\n"
    page = unescape(post(ed, f"/data/{team_id}/table", text=text).text)
    assert "Its address night can't be had here, so it is alba-two." in page


def test_what_is_promised_is_made(ed: FlaskClient, team_id: int) -> None:
    text = "title,artist,link\nOne,Alba,\nOne,Alba,https://shop.alba.example/one\n"
    assert "1 draft can be made" in post(ed, f"/data/{team_id}/table", text=text).text
    assert "1 draft came in" in make(ed, team_id, text)


def test_the_tracks_of_an_album_make_one_draft_and_the_preview_says_so(ed: FlaskClient, team_id: int) -> None:
    rows = [f"The Album,Alba,00602445868162,DEA00000000{track},2028-02-04" for track in range(1, 4)]
    text = "\n".join(["album,artist,upc,isrc,date", *rows, "Solo,Alba,,DEA000000009,2028-03-04"])
    page = unescape(post(ed, f"/data/{team_id}/table", text=text).text)
    assert "2 drafts can be made" in page
    assert "2 rows name the release of a row above them and make no draft of their own." in page
    assert "Row 4: same release as row 2" in page
    assert "2 drafts came in" in make(ed, team_id, text)
    assert drafts() == 2
    moved = text.replace("2028-02-04", "2028-02-11").replace("2028-03-04", "").replace("00602445868162", "602445868162")
    page = unescape(post(ed, f"/data/{team_id}/table", text=moved).text)
    assert "0 drafts can be made" in page
    assert "2 are here already." in page
    assert "Nothing new came in" in make(ed, team_id, moved)


def test_what_came_in_by_its_date_is_known_still_and_from_now_on_without_it(ed: FlaskClient, team_id: int) -> None:
    text = "title,artist,upc,isrc,date\nSolo,Alba,00602445868162,DEA000000001,2028-02-04\n"
    make(ed, team_id, text)
    words = "\x00".join(("solo", "alba", "00602445868162", "dea000000001", "2028-02-04", ""))
    before = "row" + hashlib.sha256(words.encode()).hexdigest()
    run_sql("UPDATE imported_campaign SET origin = :origin", origin=before)
    assert "1 is here already." in post(ed, f"/data/{team_id}/table", text=text).text
    for table in (text, text.replace("2028-02-04", "2028-02-11")):
        assert "Nothing new came in" in make(ed, team_id, table)
    assert drafts() == 1


def test_what_no_database_keeps_is_left_out_of_a_table(ed: FlaskClient, team_id: int) -> None:
    made = make(ed, team_id, "title,artist,links\nSo\0lo,Al\0ba,https://shop.example.com/\0x\n")
    assert "Solo by Alba" in made


def test_a_row_with_a_fault_stands_in_no_other_rows_way(ed: FlaskClient, team_id: int) -> None:
    text = "title,artist,upc,date\nSolo,Alba,00602445868162,soon\nSolo,Alba,00602445868162,2028-02-04\n"
    page = unescape(post(ed, f"/data/{team_id}/table", text=text).text)
    assert "Row 2: fault" in page
    assert "Row 3: new draft" in page
    assert "1 draft came in" in make(ed, team_id, text)


def test_the_table_is_changed_without_being_pasted_again(ed: FlaskClient, team_id: int) -> None:
    text = "title,artist,date\nOne,Alba,4/12/2027"
    assert "Change the table: say" in unescape(post(ed, f"/data/{team_id}/table", text=text).text)
    form = post(ed, f"/data/{team_id}/table", text=text, zone="Europe/Berlin", act="change").text
    assert text in form
    assert "<option selected>Europe/Berlin" in form
    assert "1 draft can be made" in post(ed, f"/data/{team_id}/table", text=text, order="day").text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Choose the table first, or paste it."),
        ("title,artist\n", "There is no row in that table."),
        ("name of it,who\na,b\n", "No column is headed title or artist."),
        ("title,artist\n" + "a,b\n" * 101, "At most 100 releases at once, these are 101."),
    ],
)
def test_what_is_no_table_is_refused_and_nothing_typed_is_lost(
    text: str, words: str, ed: FlaskClient, team_id: int
) -> None:
    answer = post(ed, f"/data/{team_id}/table", text=text, zone="Europe/Berlin", order="month")
    assert answer.status_code == 422
    assert words in answer.text
    assert text.strip() in answer.text
    assert "<option selected>Europe/Berlin" in answer.text
    assert '<option value="month" selected>' in answer.text


@pytest.mark.parametrize(("name", "status"), [("alice", 200), ("ed", 200), ("bob", 403), ("charlie", 404)])
def test_who_may_bring_a_table_in(name: str, status: int, team_id: int, request: pytest.FixtureRequest) -> None:
    browser: FlaskClient = request.getfixturevalue(name)
    assert browser.get(f"/data/{team_id}/table").status_code == status
    assert post(browser, f"/data/{team_id}/table", text="title,artist\nA,B\n", act="make").status_code == (
        303 if status == 200 else status
    )
    assert drafts() == (status == 200)


@pytest.mark.parametrize(
    ("text", "day_first", "wanted"),
    [
        ("2028-2-4", None, (date(2028, 2, 4), None)),
        ("2028-02-04T18:30:00", None, (date(2028, 2, 4), time(18, 30))),
        ("04.02.2028", None, (date(2028, 2, 4), None)),
        ("25/12/2028", None, (date(2028, 12, 25), None)),
        ("12/25/2028", None, (date(2028, 12, 25), None)),
        ("4/4/2028", None, (date(2028, 4, 4), None)),
        ("4/12/2028", True, (date(2028, 12, 4), None)),
        ("4/12/2028", False, (date(2028, 4, 12), None)),
        ("Feb 4, 2028", None, (date(2028, 2, 4), None)),
        ("4th February 2028", None, (date(2028, 2, 4), None)),
        ("2028-02-04 0:00", None, (date(2028, 2, 4), time())),
        ("4.2.2028 9:00", None, (date(2028, 2, 4), time(9))),
        ("2/4/2028 12:00:00 AM", False, (date(2028, 2, 4), time())),
        ("Feb 4, 2028, 9:30 p.m.", None, (date(2028, 2, 4), time(21, 30))),
        ("2028-02-04T00:00:00.000Z", None, (date(2028, 2, 4), time(tzinfo=UTC))),
    ],
)
def test_a_day_is_read(text: str, day_first: bool | None, wanted: tuple[date, time | None]) -> None:
    assert read_day(text, day_first=day_first) == wanted


@pytest.mark.parametrize("text", ["4/12/2028", "31/31/2028", "soon", "2028-13-01", "4 Foo 2028", "2028-02-04 25:00"])
def test_a_day_that_can_not_be_told_is_refused(text: str) -> None:
    with pytest.raises(BadDate):
        read_day(text, day_first=None)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0:00", time()),
        ("9:00", time(9)),
        ("12:00 AM", time()),
        ("12:30pm", time(12, 30)),
        ("9 PM", time(21)),
        ("00:00:30", time(0, 0, 30)),
        ("0930", time(9, 30)),
    ],
)
def test_a_time_is_read(text: str, wanted: time) -> None:
    assert read_hour(text) == wanted


@pytest.mark.parametrize("text", ["24:00", "0:00 AM", "13:00 pm", "9:60", "noon", "٩:00"])
def test_a_time_that_can_not_be_told_is_refused(text: str) -> None:
    with pytest.raises(BadDate, match="not a time of day"):
        read_hour(text)


@pytest.mark.parametrize(
    ("written", "wall"),
    [
        ("2028-02-04 0:00,,", "2028-02-04 00:00:00|Europe/Berlin"),
        ("2028-02-04,9:00,", "2028-02-04 09:00:00|Europe/Berlin"),
        ("2028-02-04,12:00 AM,Asia/Tokyo", "2028-02-04 00:00:00|Asia/Tokyo"),
        ("2028-02-04T00:00:00Z,,", "2028-02-04 00:00:00|UTC"),
        ("2028-02-04T00:00:00Z,,America/New_York", "2028-02-03 19:00:00|America/New_York"),
        ("2028-02-04T00:00:00+09:00,,", "2028-02-03 16:00:00|Europe/Berlin"),
        ("2028-02-04T00:00:00Z,18:00,", "2028-02-04 18:00:00|Europe/Berlin"),
    ],
)
def test_a_row_comes_out_when_it_says(ed: FlaskClient, team_id: int, written: str, wall: str) -> None:
    text = f"title,artist,date,time,zone\nSolo,Alba,{written}\n"
    post(ed, f"/data/{team_id}/table", text=text, zone="Europe/Berlin", act="make")
    assert read_sql("SELECT concat_ws('|', release_wall, time_zone) FROM campaign") == wall


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("0001-01-01T00:00:00+09:00,,", "Check the year."),
        ("2028-02-04T00:00:00Z,,Atlantis", "is no time zone we know"),
        ("2028-02-04,late,", "That is not a time of day."),
    ],
)
def test_a_moment_that_can_not_be_told_is_a_fault_of_its_row(
    ed: FlaskClient, team_id: int, written: str, words: str
) -> None:
    page = post(ed, f"/data/{team_id}/table", text=f"title,artist,date,time,zone\nSolo,Alba,{written}\n").text
    assert "Row 2: fault" in page
    assert words in page


def test_a_row_says_all_its_faults_and_services_by_name(ed: FlaskClient, team_id: int) -> None:
    table = "title,artist,upc,release date,links\nSolo,,123,4/12/2028,http://10.0.0.1/x\n"
    text = unescape(post(ed, f"/data/{team_id}/table", text=table).text)
    for fault in ("can be read as two days", "is no link that can stand", "A UPC has 12 to 14 digits", "artist"):
        assert fault in text
    assert drafts() == 0
    good = "title,artist,apple music\nSolo,Alba,https://music.apple.com/de/album/x/1700000001\n"
    shown = unescape(post(ed, f"/data/{team_id}/table", text=good).text)
    assert "no date · Apple Music" in shown
    assert "apple-music" not in shown.split("<textarea")[0]


def test_the_page_of_what_came_in_is_loaded_again_and_is_ones_own(
    ed: FlaskClient, alice: FlaskClient, charlie: FlaskClient, team_id: int
) -> None:
    page = f"/data/{team_id}/came-in"
    assert ed.get(page).headers["Location"] == f"/data/{team_id}"
    make(ed, team_id, "title,artist\nSolo,Alba\n")
    for _ in range(2):
        assert "1 draft came in" in ed.get(page).text
    assert drafts() == 1
    make(ed, team_id, "title,artist\nOther,Alba\nThird,Alba\n")
    assert "2 drafts came in" in ed.get(page).text
    assert alice.get(page).headers["Location"] == f"/data/{team_id}"
    assert charlie.get(page).status_code == 404
