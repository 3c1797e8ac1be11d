"""A team's artists: kept once, offered to every campaign, never written over what was typed."""

from __future__ import annotations

import pytest
from crowds import put_crowd
from fans import read_sql
from flask import Flask
from flask.testing import FlaskClient
from listings import counted_queries
from makers import make_campaign, make_team, post

from presave_app.campaigns.models import Campaign
from presave_app.extensions import db

REF = "spotify:artist:4tZwfgrHOc3mvqYlEYSvVi"
OTHER = "spotify:artist:1Xyo4u8uXC1ZmMpatF05PJ"
ALBA = {
    "name": "Alba Voss",
    "artist-spotify": REF,
    "time_zone": "Europe/Berlin",
    "clock": "local",
    "accent": "#7a3cff",
    "ground": "",
}


@pytest.fixture
def alba(ed: FlaskClient) -> int:
    assert post(ed, "/artists", ALBA).status_code == 303
    return read_sql("SELECT max(id) FROM artist")


def campaign_of(campaign_id: int) -> Campaign:
    db.session.rollback()
    return db.session.get_one(Campaign, campaign_id)


def artist_ref(campaign_id: int) -> str | None:
    return read_sql("SELECT artist_ref FROM label_page WHERE campaign_id = :id AND service = 'spotify'", id=campaign_id)


def test_an_empty_list_says_what_an_artist_is_for(ed: FlaskClient, bob: FlaskClient) -> None:
    assert "Add the first artist" in ed.get("/artists").text
    assert "Once an editor of your team adds one" in bob.get("/artists").text


def test_an_artist_is_kept_and_shown_again(ed: FlaskClient, alba: int) -> None:
    assert "Alba Voss" in ed.get("/artists?done=saved").text
    page = ed.get(f"/artists/{alba}").text
    for value in (REF, "Europe/Berlin", "#7a3cff"):
        assert f'value="{value}"' in page
    assert '<option value="local" selected>' in page


def test_what_cannot_be_used_is_said_and_kept(ed: FlaskClient, alba: int) -> None:
    wrong = {"name": "", "artist-spotify": "nobody", "time_zone": "Mars", "accent": "bright"}
    for path in ("/artists", f"/artists/{alba}"):
        answer = post(ed, path, wrong)
        assert answer.status_code == 422
        for words in ("needs a name", "not an artist on Spotify", "no time zone", "not a colour", 'value="Mars"'):
            assert words in answer.text
    assert read_sql("SELECT count(*) FROM artist") == 1


def test_two_artists_of_a_team_have_two_names(app: Flask, alice: FlaskClient, ed: FlaskClient, alba: int) -> None:
    answer = post(ed, "/artists", name="ALBA VOSS")
    assert answer.status_code == 422
    assert "of that name already" in answer.text
    other = make_team("Alba Dub", "alice@alba.example")
    assert post(alice, "/artists", name="Alba Voss", team=str(other)).status_code == 303


def test_a_new_campaign_of_a_known_artist_begins_with_what_is_kept(ed: FlaskClient, alba: int) -> None:
    assert '<option value="Alba Voss">' in ed.get("/campaigns/new").text
    post(ed, "/campaigns", title="Night Drive", artist="alba voss", kind="ep")
    campaign_id = read_sql("SELECT max(id) FROM campaign")
    made = campaign_of(campaign_id)
    assert made.artist_id == alba
    assert (made.time_zone, made.clock, made.own_accent) == ("Europe/Berlin", "local", "#7a3cff")
    assert made.own_colours
    assert artist_ref(campaign_id) == REF


def test_a_new_name_makes_no_artist_but_is_offered(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, artist="Mo")
    post(ed, f"/campaigns/{campaign_id}/artist-spotify", {"artist-spotify": OTHER})
    assert read_sql("SELECT count(*) FROM artist") == 0
    assert "keep-artist" in ed.get(f"/campaigns/{campaign_id}").text
    assert post(ed, f"/campaigns/{campaign_id}/keep-artist").status_code == 303
    assert read_sql("SELECT name FROM artist") == "Mo"
    assert read_sql("SELECT ref FROM artist_page") == OTHER
    assert "keep-artist" not in ed.get(f"/campaigns/{campaign_id}").text


def test_choosing_fills_what_is_empty_and_writes_over_nothing(ed: FlaskClient, alba: int, team_id: int) -> None:
    campaign_id = make_campaign(team_id, artist="Somebody Else")
    post(ed, f"/campaigns/{campaign_id}/artist-spotify", {"artist-spotify": OTHER})
    post(ed, f"/campaigns/{campaign_id}/choose-artist", artist_id=str(alba), title="Typed a moment ago")
    chosen = campaign_of(campaign_id)
    assert chosen.artist_id == alba
    assert chosen.title == "Typed a moment ago"
    assert (chosen.artist, artist_ref(campaign_id)) == ("Somebody Else", OTHER)
    # It has a date, and its zone and clock belong to that.
    assert (chosen.time_zone, chosen.clock) == ("UTC", "everywhere")
    assert chosen.own_accent == "#7a3cff"
    filled = f"SELECT count(*) FROM change WHERE campaign_id = {campaign_id} AND act = 'field' AND field = 'colours'"
    assert read_sql(filled) == 1


def test_an_artist_that_is_changed_or_removed_leaves_campaigns_alone(ed: FlaskClient, alba: int, team_id: int) -> None:
    post(ed, "/campaigns", title="Night Drive", artist="Alba Voss", kind="ep")
    campaign_id = read_sql("SELECT max(id) FROM campaign")
    post(ed, f"/artists/{alba}", {**ALBA, "artist-spotify": OTHER})
    assert artist_ref(campaign_id) == REF
    assert post(ed, f"/artists/{alba}/remove").status_code == 303
    kept = campaign_of(campaign_id)
    assert kept.artist_id is None
    assert (kept.own_accent, artist_ref(campaign_id)) == ("#7a3cff", REF)


def test_a_viewer_looks_and_a_stranger_finds_nothing(
    bob: FlaskClient, charlie: FlaskClient, alba: int, team_id: int
) -> None:
    campaign_id = make_campaign(team_id)
    page = bob.get(f"/artists/{alba}")
    assert page.status_code == 200
    assert "Remove" not in page.text
    assert charlie.get(f"/artists/{alba}").status_code == 404
    assert "Alba Voss" not in charlie.get("/artists").text
    changes = (f"/artists/{alba}", f"/artists/{alba}/remove", f"/campaigns/{campaign_id}/keep-artist")
    for path in (*changes, f"/campaigns/{campaign_id}/choose-artist"):
        assert post(bob, path, ALBA, artist_id=str(alba)).status_code == 403
        assert post(charlie, path, ALBA, artist_id=str(alba)).status_code == 404
    assert bob.get("/artists/new").status_code == 403
    assert post(bob, "/artists", ALBA).status_code == 403
    assert read_sql("SELECT count(*) FROM artist") == 1


def test_nobody_lends_an_artist_to_another_team(app: Flask, alice: FlaskClient, alba: int) -> None:
    dub = make_campaign(make_team("Alba Dub", "alice@alba.example"))
    assert post(alice, f"/campaigns/{dub}/choose-artist", artist_id=str(alba)).status_code == 404
    assert campaign_of(dub).artist_id is None


def test_the_list_asks_the_database_no_more_when_it_grows(ed: FlaskClient, alba: int, team_id: int) -> None:
    with counted_queries() as few:
        ed.get("/artists")
    for name in "ABC":
        post(ed, "/artists", name=name)
        put_crowd(make_campaign(team_id, artist=name), 1, "armed")
    with counted_queries() as many:
        ed.get("/artists")
    assert len(few) == len(many)
