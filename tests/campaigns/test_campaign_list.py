"""The list of campaigns, and how a new one begins."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from listings import counted_queries
from makers import make_campaign, make_picture, make_team, post, sign_in


def test_an_empty_list_says_what_to_do_first(alice: FlaskClient, bob: FlaskClient) -> None:
    assert "Make the first campaign" in alice.get("/campaigns").text
    assert "Once an editor of your team makes one" in bob.get("/campaigns").text


def test_the_list_says_what_matters(alice: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, title="Soon", release_in=timedelta(days=12), artwork=make_picture(700))
    make_campaign(team_id, title="Later", release_in=timedelta(days=40))
    make_campaign(team_id, title="Idea", release_in=None, published=False)
    make_campaign(team_id, title="Past", release_in=timedelta(days=-2))
    gone = make_campaign(team_id, title="Gone", release_in=timedelta(days=50))
    post(alice, f"/campaigns/{gone}/unpublish")
    page = alice.get("/campaigns").text
    places = [page.index(f"<bdi>{title}</bdi>") for title in ("Soon", "Later", "Gone", "Idea", "Past")]
    assert places == sorted(places)
    for words in (
        "Draft",
        "Pre-save open",
        "Out now",
        "Unpublished",
        "In 12 days",
        "2 days ago",
        "No date yet",
        "/art/",
    ):
        assert words in page


def test_the_list_asks_the_database_no_more_when_it_grows(app: Flask, alice: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, artwork=make_picture(700))
    with counted_queries() as few:
        alice.get("/campaigns")
    for _ in range(6):
        make_campaign(team_id, artwork=make_picture(700))
    with counted_queries() as many:
        alice.get("/campaigns")
    assert len(many) == len(few)
    assert len(few) <= 15, few


def test_the_editor_asks_the_database_little(alice: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, artwork=make_picture(700))
    with counted_queries() as queries:
        alice.get(f"/campaigns/{campaign_id}")
    assert len(queries) <= 23, queries


def test_a_new_campaign_opens_in_the_editor(ed: FlaskClient) -> None:
    answer = post(ed, "/campaigns", title="Harbour Lights", artist="Mo", kind="ep")
    assert answer.status_code == 303
    page = ed.get(answer.headers["Location"]).text
    assert 'value="mo-harbour-lights"' in page
    assert "Draft" in page
    assert "No date yet" in page
    assert "Published." not in page


def test_what_is_missing_is_said_and_the_rest_is_kept(ed: FlaskClient) -> None:
    answer = post(ed, "/campaigns", title="", artist="Mo & Co", kind="single")
    assert answer.status_code == 422
    assert "needs a title" in answer.text
    assert 'value="Mo &amp; Co"' in answer.text
    assert '<option value="single" selected>' in answer.text


def test_with_two_teams_one_is_chosen(app: Flask, alice: FlaskClient, team_id: int) -> None:
    dub = make_team("Alba Dub", "alice@alba.example")
    assert "Alba Dub" in alice.get("/campaigns/new").text
    unsaid = post(alice, "/campaigns", title="A", artist="B", kind="ep")
    assert unsaid.status_code == 422
    assert "Choose one of your teams" in unsaid.text
    assert post(alice, "/campaigns", title="A", artist="B", kind="ep", team=str(dub)).status_code == 303


def test_the_front_door_leads_to_the_list(app: Flask, client: FlaskClient, team_id: int) -> None:
    assert client.get("/").headers["Location"].startswith("/sign-in")
    sign_in(client, "alice@alba.example")
    assert client.get("/").headers["Location"] == "/campaigns"


def test_the_links_to_hand_out_lead_somewhere(app: Flask, alice: FlaskClient, team_id: int) -> None:
    page = alice.get(f"/campaigns/{make_campaign(team_id, slug='night-drive')}").text
    live = page.split('data-copy="http://127.0.0.1:5000/live/', 1)[1].split('"', 1)[0]
    assert 'data-copy="http://127.0.0.1:5000/night-drive"' in page
    assert app.test_client().get(f"/live/{live}").status_code == 200
