"""Whatever is asked, and however often, the front says what Flask says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from fans import move_local_release, move_release, open_campaign, run_sql
from flask import Flask
from front_asking import Said
from makers import make_campaign, make_picture, make_team, sign_in

from presave_app.extensions import db

AUCKLAND, BERLIN, LOS_ANGELES = "Pacific/Auckland", "Europe/Berlin", "America/Los_Angeles"
Ask = Callable[..., Said]

PATHS = (
    "/night-drive",
    "/night-drive?src=tiktok",
    "/night-drive?fbclid=abc&src=tiktok&src=two&utm_source=x",
    "/night-drive?lang=de&src=bio",
    "/night-drive?lang=xx",
    "/night-drive?src=%22%3E%3Cscript%3E",
    "/night-drive?src=%FF%00",
    "/night-drive?src=" + "x" * 600,
    "/night-drive/",
    "/Night-Drive",
    "/old-drive?src=tiktok",
    "/a-draft",
    "/taken-down",
    "/nothing-here",
    "/night-drive/count?seen=0&face=pre-save",
    "/night-drive/count?seen=0&face=out-now",
    "/night-drive/count?face=pre-save&seen=7",
    "/night-drive/count?seen=x&face=<b>",
    "/night-drive/count",
    "/night-drive/count.json",
    "/old-drive/count?seen=1",
    "/a-draft/count?seen=1",
    "/taken-down/count?seen=1",
    "/healthz",
    "/robots.txt",
    "/static/css/fan.css",
    "/static/css/none.css",
    "/art/00000000000000000000000000000000.webp",
)
REQUESTS = (
    {},
    {"method": "HEAD"},
    {"method": "POST"},
    {"method": "OPTIONS"},
    {"Cookie": "session=anything; tz=America/Los_Angeles; fan=x"},
    {"Accept_Encoding": "identity"},
    {"Accept_Encoding": "br;q=1.0, gzip;q=0"},
    {"If_None_Match": '"other"'},
    {"If_None_Match": "*"},
    {"If_Modified_Since": "Sat, 01 Jan 2028 00:00:00 GMT"},
    {"If_Match": '"other"'},
    {"If_Unmodified_Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
    {"Range": "bytes=0-9"},
    {"Range": "bytes=0-9", "If_Range": '"x"'},
    {"Host": "evil.example"},
    {"Host": "localhost:5000"},
    {"HX_Request": "true", "Cache_Control": "no-cache"},
    {"Accept_Language": "fr", "Authorization": "Bearer x", "X_Forwarded_Proto": "https"},
)


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    found = open_campaign()
    run_sql("INSERT INTO slug_entry (slug, campaign_id) VALUES ('old-drive', :id)", id=found)
    team_id = make_team("Other Records", "otto@other.example")
    make_campaign(team_id, slug="a-draft", published=False)
    down = make_campaign(team_id, slug="taken-down")
    run_sql("UPDATE campaign SET published_at = NULL WHERE id = :id", id=down)
    return found


def same(one: Said, other: Said) -> bool:
    """Whether two answers are the same, but for the header that says that there is a packed form."""
    without = tuple(pair for pair in one.headers if pair != ("Vary", "Accept-Encoding"))
    return (one.status, without, one.body) == (other.status, other.headers, other.body)


@pytest.mark.parametrize("request_of", REQUESTS, ids=str)
def test_every_kind_of_request(request_of: dict[str, str], through: Ask, behind: Ask) -> None:
    for path in PATHS:
        said = behind(path, **request_of)
        assert [same(through(path, **request_of), said) for _ in range(2)] == [True, True], path


def test_after_the_release_too(campaign_id: int, through: Ask, behind: Ask) -> None:
    move_release(campaign_id, timedelta(days=-2))
    for path in PATHS:
        said = behind(path)
        assert [same(through(path), said) for _ in range(2)] == [True, True], path


def test_a_tag_that_is_known_is_not_sent_again(campaign_id: int, through: Ask, behind: Ask) -> None:
    tag = behind("/night-drive")["ETag"] or ""
    for knows in (tag, f"W/{tag}", f'"a", {tag}', "*"):
        for method in ("GET", "HEAD"):
            said = through("/night-drive", method, If_None_Match=knows)
            assert same(said, behind("/night-drive", method, If_None_Match=knows))
            assert knows == "*" or said.status == "304 NOT MODIFIED"


def test_each_language_is_an_answer_of_its_own(through: Ask, behind: Ask, asked: list[str]) -> None:
    browsers = ("", "de", "ar-EG,ar;q=0.9", "xx,ja;q=0.5")
    for path in ("/night-drive", "/night-drive?lang=tr", "/night-drive/count?seen=0&face=pre-save"):
        for language in browsers * 2:
            assert same(through(path, Accept_Language=language), behind(path, Accept_Language=language))
    asked.clear()
    assert len({through("/night-drive", Accept_Language=language).body for language in browsers}) == len(browsers)
    assert len({through("/night-drive?lang=tr", Accept_Language=language).body for language in browsers}) == 1
    assert asked == []


@pytest.mark.parametrize("path", ["/night-drive", "/night-drive?src=tiktok", "/static/css/fan.css"])
def test_packed_it_is_the_same_page(path: str, through: Ask, behind: Ask) -> None:
    for _ in range(2):
        packed = through(path, Accept_Encoding="gzip, deflate, br")
        assert packed["Content-Encoding"] == "gzip"
        assert packed["Content-Length"] == str(len(packed.body))
        assert "Accept-Encoding" in (packed["Vary"] or "")
        assert len(packed.body) < len(behind(path).body) / 2
        assert packed.unpacked() == behind(path).unpacked()


def test_a_packed_page_that_is_known_is_not_sent_again(through: Ask) -> None:
    tag = through("/night-drive", Accept_Encoding="gzip")["ETag"] or ""
    assert tag.startswith("W/")
    known = through("/night-drive", Accept_Encoding="gzip", If_None_Match=tag)
    assert (known.status, known.body) == ("304 NOT MODIFIED", b"")
    assert known["ETag"] == tag
    assert known["Vary"] == "Accept-Encoding"
    assert known["Content-Encoding"] is None


def test_pictures_are_kept_as_they_are(app: Flask, through: Ask, behind: Ask, asked: list[str]) -> None:
    make_campaign(make_team("Third", "c@third.example"), slug="red-hour", artwork=make_picture())
    files = db.session.execute(db.text("SELECT address FROM artwork_file")).scalars().all()
    for address in files:
        for headers in ({}, {"Accept_Encoding": "gzip"}, {"method": "HEAD"}, {"Range": "bytes=0-9"}):
            first = through(f"/art/{address}", **headers)
            assert first == behind(f"/art/{address}", **headers)
    asked.clear()
    assert through(f"/art/{files[0]}").status == "200 OK"
    assert asked == []


def test_both_pages_of_a_split_release(campaign_id: int, through: Ask, behind: Ask, asked: list[str]) -> None:
    move_local_release(campaign_id, timedelta(0), BERLIN)
    zones = (AUCKLAND, BERLIN, LOS_ANGELES, "Mars/Olympus", "")
    for path in ("/night-drive", "/night-drive/count?seen=0&face=out-now"):
        for zone in zones * 2:
            assert same(through(path, Cookie=f"tz={zone}; session=x"), behind(path, Cookie=f"tz={zone}; session=x"))
    asked.clear()
    for zone in zones:
        assert through("/night-drive", Cookie=f"tz={zone}")["Cache-Control"] == "private, no-cache"
    assert asked == []


def test_a_member_sees_what_everybody_sees(app: Flask, campaign_id: int, front: object) -> None:
    client = app.test_client()
    stranger = client.get("/night-drive")
    sign_in(client, "alice@alba.example")
    member = client.get("/night-drive")
    assert member.data == stranger.data
    assert "Set-Cookie" not in member.headers
