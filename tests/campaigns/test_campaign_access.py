"""Who reaches a campaign: its team, by role; to everybody else it does not exist."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from makers import csrf_of, make_campaign, make_team, post
from sqlalchemy import text

from presave_app.extensions import db

READS = ("", "/heading", "/preview", "/slug-check?slug=abc")
WRITES = ("", "/title", "/release", "/target-spotify", "/artwork", "/publish", "/unpublish")


@pytest.mark.parametrize("path", READS)
def test_the_team_sees_its_campaign(alice: FlaskClient, bob: FlaskClient, team_id: int, path: str) -> None:
    campaign_id = make_campaign(team_id)
    assert alice.get(f"/campaigns/{campaign_id}{path}").status_code == 200
    assert bob.get(f"/campaigns/{campaign_id}{path}").status_code == 200


@pytest.mark.parametrize("path", READS)
def test_a_stranger_finds_nothing(charlie: FlaskClient, team_id: int, path: str) -> None:
    campaign_id = make_campaign(team_id)
    strange = charlie.get(f"/campaigns/{campaign_id}{path}")
    nothing = charlie.get(f"/campaigns/{campaign_id + 99}{path}")
    assert strange.status_code == nothing.status_code == 404
    assert strange.text == nothing.text


@pytest.mark.parametrize("path", WRITES)
def test_a_stranger_changes_nothing(charlie: FlaskClient, team_id: int, path: str) -> None:
    campaign_id = make_campaign(team_id)
    before = _row(campaign_id)
    assert post(charlie, f"/campaigns/{campaign_id}{path}", title="Mine now").status_code == 404
    assert _row(campaign_id) == before


@pytest.mark.parametrize("path", WRITES)
def test_a_viewer_may_only_look(bob: FlaskClient, team_id: int, path: str) -> None:
    campaign_id = make_campaign(team_id)
    before = _row(campaign_id)
    answer = post(bob, f"/campaigns/{campaign_id}{path}", title="Mine now")
    assert answer.status_code == 403
    assert "but not change it" in answer.text
    assert _row(campaign_id) == before


def test_a_viewer_gets_no_way_to_change_it(bob: FlaskClient, team_id: int) -> None:
    page = bob.get(f"/campaigns/{make_campaign(team_id)}").text
    assert "hx-post" not in page
    assert "Unpublish" not in page
    assert not [tag for tag in re.findall(r"<input[^>]*id=\"input-[^>]*>", page) if "disabled" not in tag]


def test_a_viewer_cannot_make_a_campaign(bob: FlaskClient) -> None:
    assert bob.get("/campaigns/new").status_code == 403
    assert post(bob, "/campaigns", title="A", artist="B", kind="ep").status_code == 403
    assert "New campaign" not in bob.get("/campaigns").text


def test_the_list_holds_only_the_own_teams(charlie: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, title="Secret Album")
    assert "Secret Album" not in charlie.get("/campaigns").text


def test_nobody_gives_a_campaign_to_another_team(app: Flask, alice: FlaskClient, charlie: FlaskClient) -> None:
    other = db.session.execute(text("SELECT id FROM team WHERE slug = 'other-label'")).scalar_one()
    post(alice, "/campaigns", title="A", artist="B", kind="ep", team=str(other))
    assert db.session.execute(text("SELECT count(*) FROM campaign WHERE team_id = :t"), {"t": other}).scalar_one() == 0


def test_fields_nobody_asked_for_change_nothing(alice: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, published=False)
    before = _row(campaign_id)
    extra = {
        "team_id": "9",
        "published_at": "2020-01-01",
        "id": "77",
        "held_at": "now",
        "role": "owner",
        "live_hash": "x",
    }
    post(alice, f"/campaigns/{campaign_id}", extra)
    post(alice, f"/campaigns/{campaign_id}/title", extra, title="Night Drive")
    assert _row(campaign_id) == before


def test_a_field_that_is_none_is_not_found(alice: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    for name in ("team_id", "published_at", "target-nowhere", "live_hash"):
        assert post(alice, f"/campaigns/{campaign_id}/{name}", team_id="9").status_code == 404


@pytest.mark.parametrize("number", ["0", "999999999999999999999", "-1", "abc"])
def test_a_number_that_is_no_campaign_is_not_found(alice: FlaskClient, number: str) -> None:
    assert alice.get(f"/campaigns/{number}").status_code == 404


def test_without_a_csrf_token_nothing_is_saved(alice: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    answer = alice.post(f"/campaigns/{campaign_id}/title", data={"title": "Changed"})
    assert answer.status_code == 400
    assert "still here" in answer.text
    assert _row(campaign_id)["title"] == "Night Drive"


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_is_refused_even_with_a_token(alice: FlaskClient, team_id: int, headers: dict[str, str]) -> None:
    campaign_id = make_campaign(team_id)
    data = {"csrf_token": csrf_of(alice), "title": "Changed"}
    assert alice.post(f"/campaigns/{campaign_id}/title", data=data, headers=headers).status_code == 403
    assert _row(campaign_id)["title"] == "Night Drive"


def test_a_member_of_two_teams_sees_both_by_name(app: Flask, alice: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, title="One")
    make_campaign(make_team("Alba Dub", "alice@alba.example"), title="Two")
    page = alice.get("/campaigns").text
    assert "Alba Dub" in page
    assert "Alba Records" in page


def _row(campaign_id: int) -> dict[str, object]:
    row = db.session.execute(text("SELECT * FROM campaign WHERE id = :id"), {"id": campaign_id}).mappings().one()
    return dict(row)
