"""What must not slip by: the last day of a page that is down, an archived campaign fans meet, a plain picture."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from fans import read_sql
from flask.testing import FlaskClient
from makers import csrf_of, make_campaign, make_picture, post


def test_taking_the_page_down_is_no_way_around_the_second_member(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, release_in=timedelta(hours=5))
    post(ed, f"/campaigns/{campaign_id}/unpublish")
    post(ed, f"/campaigns/{campaign_id}/upc", upc="", htmx=True)
    assert read_sql("SELECT upc FROM campaign") is not None
    assert read_sql("SELECT field FROM proposal") == "upc"


def test_publishing_brings_an_archived_campaign_back(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, published=False)
    post(ed, f"/campaigns/{campaign_id}/archive")
    assert read_sql("SELECT archived_at FROM campaign") is not None
    post(ed, f"/campaigns/{campaign_id}/publish")
    assert read_sql("SELECT archived_at FROM campaign") is None


def test_a_new_date_brings_an_archived_campaign_back(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, release_in=timedelta(days=-9))
    post(ed, f"/campaigns/{campaign_id}/archive")
    moment = {"release_date": "2031-03-07", "release_time": "00:00", "time_zone": "UTC", "clock": "everywhere"}
    post(ed, f"/campaigns/{campaign_id}/release", moment, htmx=True)
    assert read_sql("SELECT archived_at FROM campaign") is None


@pytest.mark.parametrize("button", ["", "/publish", "/duplicate"])
def test_a_picture_travels_with_every_button_of_the_plain_form(ed: FlaskClient, team_id: int, button: str) -> None:
    campaign_id = make_campaign(team_id, published=False)
    answer = _send_picture(ed, f"/campaigns/{campaign_id}{button}", make_picture())
    assert answer == 303
    assert read_sql("SELECT artwork_id FROM campaign WHERE id = 1") is not None


def test_a_bad_picture_keeps_what_was_typed(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, published=False)
    assert _send_picture(ed, f"/campaigns/{campaign_id}", b"no picture", title="Typed") == 422
    assert read_sql("SELECT title FROM campaign") == "Typed"


@pytest.mark.parametrize("path", ["/news?seen={}", "/history?before={}"])
def test_a_number_too_large_for_the_database_is_none(ed: FlaskClient, team_id: int, path: str) -> None:
    campaign_id = make_campaign(team_id)
    assert ed.get(f"/campaigns/{campaign_id}{path.format('9' * 23)}").status_code in (200, 204)


def _send_picture(browser: FlaskClient, path: str, picture: bytes, **fields: str) -> int:
    upload = (io.BytesIO(picture), "cover.jpg")
    return browser.post(path, data={"csrf_token": csrf_of(browser), "artwork": upload, **fields}).status_code
