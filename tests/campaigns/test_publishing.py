"""Publishing: what it needs, what it opens, and what unpublishing leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fans import open_campaign, pre_save
from flask import Flask
from flask.testing import FlaskClient
from makers import SPOTIFY_URI, UPC, make_campaign, move_campaign, post
from sqlalchemy import text
from twin_client import TwinClient

from presave_app.campaigns import targets
from presave_app.campaigns.addresses import find_by_slug
from presave_app.campaigns.campaign import Status, find_status
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.transaction import transaction


def test_publishing_opens_the_page(app: Flask, ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, slug="night-drive", published=False)
    assert app.test_client().get("/night-drive").status_code == 404
    assert post(ed, f"/campaigns/{campaign_id}/publish").status_code == 303
    assert app.test_client().get("/night-drive").status_code == 200
    assert "Pre-save open" in ed.get(f"/campaigns/{campaign_id}").text


def test_what_is_missing_stands_beside_its_field(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, release_in=None, ref=None, upc=None, published=False)
    answer = post(ed, f"/campaigns/{campaign_id}/publish")
    assert answer.status_code == 422
    assert "Not published yet" in answer.text
    assert _message(answer.text, "release") == "Say when the release comes out."
    assert "or give its UPC" in _message(answer.text, "target-spotify")
    assert not _is_published(campaign_id)


@pytest.mark.parametrize(("ref", "upc"), [(None, UPC), (SPOTIFY_URI, None)])
def test_a_link_or_an_upc_is_enough(ed: FlaskClient, team_id: int, ref: str | None, upc: str | None) -> None:
    campaign_id = make_campaign(team_id, published=False, ref=ref, upc=upc)
    assert post(ed, f"/campaigns/{campaign_id}/publish").status_code == 303


def test_publishing_saves_what_was_just_typed(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, published=False)
    post(ed, f"/campaigns/{campaign_id}/publish", title="Typed A Moment Ago")
    assert _is_published(campaign_id)
    assert "Typed A Moment Ago" in ed.get(f"/campaigns/{campaign_id}").text


def test_what_was_typed_is_saved_though_something_is_missing(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, release_in=None, published=False)
    answer = post(ed, f"/campaigns/{campaign_id}/publish", title="Already Good")
    assert answer.status_code == 422
    assert 'value="Already Good"' in ed.get(f"/campaigns/{campaign_id}").text


def test_a_bad_field_stops_publishing(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, published=False)
    answer = post(ed, f"/campaigns/{campaign_id}/publish", upc="123", title="Kept")
    assert answer.status_code == 422
    assert 'value="Kept"' in answer.text
    assert not _is_published(campaign_id)


def test_a_draft_whose_day_has_passed_is_not_published(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, published=False, release_in=timedelta(seconds=-1))
    answer = post(ed, f"/campaigns/{campaign_id}/publish")
    assert answer.status_code == 422
    assert "in the past" in _message(answer.text, "release")


def test_publishing_twice_publishes_once(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    before = _published_at(campaign_id)
    assert post(ed, f"/campaigns/{campaign_id}/publish").status_code == 303
    assert _published_at(campaign_id) == before


def test_unpublishing_takes_the_page_down(app: Flask, ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, slug="night-drive")
    assert "No fan has pre-saved yet" in ed.get(f"/campaigns/{campaign_id}").text
    assert post(ed, f"/campaigns/{campaign_id}/unpublish").status_code == 303
    assert app.test_client().get("/night-drive").status_code == 410
    page = ed.get(f"/campaigns/{campaign_id}").text
    assert "Unpublished" in page
    assert ">Publish</button>" in page


def test_an_unpublished_release_comes_back_even_when_it_is_out(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, release_in=timedelta(days=-1))
    post(ed, f"/campaigns/{campaign_id}/unpublish")
    assert post(ed, f"/campaigns/{campaign_id}/publish").status_code == 303
    assert "Out now" in ed.get(f"/campaigns/{campaign_id}").text


def test_the_status_follows_from_the_clock(app: Flask, team_id: int) -> None:
    campaign_id = make_campaign(team_id, slug="night-drive")
    assert _status() == Status.OPEN
    move_campaign(campaign_id, timedelta(seconds=-1))
    assert _status() == Status.OUT


def _status() -> Status:
    db.session.rollback()
    campaign = find_by_slug("night-drive")
    assert campaign is not None
    return find_status(campaign, clock.now())


def _message(page: str, name: str) -> str:
    part = page.split(f'id="message-{name}"', 1)[1]
    return part.split('<p class="fault">', 1)[1].split("</p>", 1)[0]


def _published_at(campaign_id: int) -> object:
    db.session.rollback()
    return db.session.execute(text("SELECT published_at FROM campaign WHERE id = :i"), {"i": campaign_id}).scalar_one()


def _is_published(campaign_id: int) -> bool:
    return _published_at(campaign_id) is not None


def test_a_service_that_fans_wait_for_is_not_taken_away(app: Flask, twin: TwinClient) -> None:
    open_campaign(upc=None)
    pre_save(app, twin, "ida")
    with transaction(), pytest.raises(FieldError, match="1 fan waits for it on Spotify"):
        targets.set_ref(db.session.get_one(Campaign, 1), "spotify", None)
