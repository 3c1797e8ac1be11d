"""A campaign as a whole: archived, brought back, duplicated."""

from __future__ import annotations

from datetime import timedelta

import pytest
from crowds import put_crowd
from fans import read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from listings import titles
from makers import make_campaign, make_picture, post

from presave_app.campaigns.models import Campaign
from presave_app.extensions import db

ACTS = ("archive", "bring-back", "duplicate")
PAST = timedelta(days=-30)


def test_what_is_out_leaves_the_list_and_keeps_its_page(app: Flask, ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, slug="night-drive", release_in=PAST)
    answer = post(ed, f"/campaigns/{campaign_id}/archive")
    assert answer.status_code == 303
    told = ed.get(answer.headers["Location"]).text
    assert "Archived. Its page stays as it is" in told
    assert titles(told) == []
    assert "1 archived campaign" in told
    assert titles(ed.get("/campaigns?status=archived").text) == ["Night Drive"]
    assert app.test_client().get("/night-drive").status_code == 200
    assert "Archived: it is out of the list and its page stays open" in ed.get(f"/campaigns/{campaign_id}").text


def test_it_comes_back(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, release_in=PAST)
    post(ed, f"/campaigns/{campaign_id}/archive")
    answer = post(ed, f"/campaigns/{campaign_id}/bring-back")
    assert titles(ed.get(answer.headers["Location"]).text) == ["Night Drive"]


def test_what_fans_can_pre_save_is_not_put_out_of_sight(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    answer = post(ed, f"/campaigns/{campaign_id}/archive")
    assert answer.status_code == 422
    assert "Not archived: fans can still pre-save it" in answer.text
    assert titles(ed.get("/campaigns").text) == ["Night Drive"]


def test_what_fans_wait_for_is_not_put_out_of_sight(app: Flask, ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    put_crowd(campaign_id, 2, "armed")
    post(ed, f"/campaigns/{campaign_id}/unpublish")
    assert "2 fans still wait" in post(ed, f"/campaigns/{campaign_id}/archive").text
    run_sql("UPDATE pre_save SET state = 'withdrawn'")
    assert post(ed, f"/campaigns/{campaign_id}/archive").status_code == 303


def test_a_copy_takes_over_what_is_the_artists_and_not_the_release(app: Flask, ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, slug="night-drive", artwork=make_picture())
    post(ed, f"/campaigns/{campaign_id}/artist-spotify", {"artist-spotify": "spotify:artist:4tZwfgrHOc3mvqYlEYSvVi"})
    post(ed, f"/campaigns/{campaign_id}/colours", accent="#7a3cff")
    post(ed, f"/campaigns/{campaign_id}/own_links", link_url_1="https://shop.example/")
    put_crowd(campaign_id, 2, "armed")
    answer = post(ed, f"/campaigns/{campaign_id}/duplicate")
    page = ed.get(answer.headers["Location"]).text
    assert "This is the copy, a draft" in page
    first, copy = db.session.get_one(Campaign, campaign_id), db.session.get_one(Campaign, campaign_id + 1)
    assert copy.title == "Night Drive (copy)"
    assert copy.slug == "alba-voss-night-drive-copy"
    for name in ("artist", "kind", "artwork_id", "own_accent", "own_colours", "own_links", "time_zone", "clock"):
        assert getattr(copy, name) == getattr(first, name), name
    for name in ("upc", "release_at", "release_wall", "published_at", "held_at"):
        assert getattr(copy, name) is None, name
    assert copy.live_hash != first.live_hash
    assert read_sql("SELECT artist_ref FROM label_page WHERE campaign_id = :id", id=campaign_id + 1)
    assert read_sql("SELECT count(*) FROM target WHERE campaign_id = :id", id=campaign_id + 1) == 0
    assert read_sql("SELECT count(*) FROM pre_save WHERE campaign_id = :id", id=campaign_id + 1) == 0


def test_the_copy_of_the_longest_title_has_a_title_that_can_be_saved(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, title="A" * 200)
    post(ed, f"/campaigns/{campaign_id}/duplicate")
    assert len(db.session.get_one(Campaign, campaign_id + 1).title) == 200


@pytest.mark.parametrize("act", ACTS)
def test_a_viewer_and_a_stranger_change_nothing(bob: FlaskClient, charlie: FlaskClient, team_id: int, act: str) -> None:
    campaign_id = make_campaign(team_id, release_in=PAST)
    assert post(bob, f"/campaigns/{campaign_id}/{act}").status_code == 403
    assert post(charlie, f"/campaigns/{campaign_id}/{act}").status_code == 404
    assert read_sql("SELECT count(*) FROM campaign WHERE archived_at IS NULL") == 1


def test_a_viewer_sees_no_button_for_it(bob: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    for path in ("/campaigns", f"/campaigns/{campaign_id}"):
        assert "Duplicate" not in bob.get(path).text
