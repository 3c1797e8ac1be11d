"""Roll-outs as their team sees them: which releases can join, taking them out, and who may do it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from fans import read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, make_team, post
from werkzeug.test import TestResponse

from presave_app.campaigns import rollout
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.transaction import transaction

WEEK = timedelta(days=7)


@pytest.fixture
def first(team_id: int) -> int:
    return make_campaign(team_id, slug="night-drive", release_in=WEEK)


@pytest.fixture
def second(team_id: int) -> int:
    return make_campaign(team_id, title="Second Light", slug="second-light", release_in=5 * WEEK)


def titles(campaign_id: int) -> list[str]:
    db.session.rollback()
    view = rollout.view_of(db.session.get_one(Campaign, campaign_id), clock.now())
    return [each.title for each in view.releases]


def candidates(campaign_id: int) -> list[str]:
    db.session.rollback()
    view = rollout.view_of(db.session.get_one(Campaign, campaign_id), clock.now())
    return [each.title for each in view.candidates]


def add(ed: FlaskClient, campaign_id: int, other_id: int, *, htmx: bool = False) -> TestResponse:
    return post(ed, f"/campaigns/{campaign_id}/rollout/add", {"release": str(other_id)}, htmx=htmx)


def test_a_release_joins_by_one_press(ed: FlaskClient, first: int, second: int) -> None:
    assert "Second Light" in ed.get(f"/campaigns/{first}").text
    answer = add(ed, first, second, htmx=True)
    assert answer.text.lstrip().startswith('<section class="section rollout" id="rollout"')
    assert "campaign-changed" in answer.headers["HX-Trigger"]
    assert titles(first) == titles(second) == ["Night Drive", "Second Light"]
    assert read_sql("SELECT act FROM change ORDER BY id DESC LIMIT 1") == "rollout-add"
    assert "let fans agree to Second Light in the same tap" in ed.get(f"/campaigns/{first}/history").text


def test_without_scripts_it_has_a_page(ed: FlaskClient, first: int, second: int) -> None:
    answer = add(ed, first, second)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/campaigns/{first}/rollout")
    assert "Take out" in ed.get(f"/campaigns/{first}/rollout").text
    assert ed.get(f"/campaigns/{first}/rollout/add").status_code == 303


def test_one_is_taken_out_and_two_were_no_roll_out_without_it(ed: FlaskClient, first: int, second: int) -> None:
    add(ed, first, second)
    post(ed, f"/campaigns/{first}/rollout/take-out", {"release": str(second)})
    assert titles(first) == titles(second) == []
    assert candidates(first) == ["Second Light"]
    assert candidates(second) == ["Night Drive"]


def test_who_is_in_another_roll_out_can_not_join(ed: FlaskClient, team_id: int, first: int, second: int) -> None:
    third = make_campaign(team_id, title="Third", slug="third", release_in=6 * WEEK)
    add(ed, first, second)
    assert candidates(third) == []
    refused = add(ed, third, second, htmx=True)
    assert refused.status_code == 422
    assert "That release can&#39;t join" in refused.text
    assert add(ed, second, third, htmx=True).status_code == 200
    assert titles(third) == ["Night Drive", "Second Light", "Third"]


def test_only_what_is_ahead_and_of_the_same_artist_and_team_can_join(team_id: int, first: int) -> None:
    make_campaign(team_id, title="Out Already", slug="out-already", release_in=-WEEK)
    make_campaign(team_id, title="By Somebody Else", slug="else", artist="Bo Lind")
    make_campaign(make_team("Other Label", "eve@other.example"), title="Elsewhere", slug="elsewhere")
    archived = make_campaign(team_id, title="Put Away", slug="put-away", published=False)
    run_sql("UPDATE campaign SET archived_at = now() WHERE id = :id", id=archived)
    draft = make_campaign(team_id, title="A Draft", slug="a-draft", release_in=None, published=False, ref=None)
    assert candidates(first) == ["A Draft"]
    with transaction():
        rollout.lock(first, draft)
        rollout.join(db.session.get_one(Campaign, first), draft, clock.now())
    assert rollout.find_covered(db.session.get_one(Campaign, first), clock.now()) == []


@pytest.mark.parametrize("release", ["", "x", "0", "99999999999999", "-1"])
def test_a_made_up_release_is_refused_in_words(ed: FlaskClient, first: int, release: str) -> None:
    for act in ("add", "take-out"):
        answer = post(ed, f"/campaigns/{first}/rollout/{act}", {"release": release}, htmx=True)
        assert answer.status_code == 422
        assert "That release" in answer.text


def test_a_strangers_release_can_not_be_pulled_in(ed: FlaskClient, first: int) -> None:
    foreign = make_campaign(make_team("Other Label", "eve@other.example"), title="Elsewhere", slug="elsewhere")
    assert add(ed, first, foreign, htmx=True).status_code == 422
    assert read_sql("SELECT rollout_id FROM campaign WHERE id = :id", id=foreign) is None


def test_there_is_room_for_so_many(team_id: int, first: int) -> None:
    others = [make_campaign(team_id, title=f"No {n}", slug=f"no-{n}", release_in=WEEK * n) for n in range(2, 10)]
    with transaction():
        rollout.lock(first, *others)
        campaign = db.session.get_one(Campaign, first)
        for other in others[:-1]:
            rollout.join(campaign, other, clock.now())
        with pytest.raises(FieldError, match="at most 8"):
            rollout.join(campaign, others[-1], clock.now())


def test_two_who_add_each_other_at_once_make_one_roll_out(app: Flask, first: int, second: int) -> None:
    met = threading.Barrier(2)

    def join(one: int, other: int) -> None:
        with app.app_context():
            met.wait()
            try:
                with transaction():
                    rollout.lock(one, other)
                    rollout.join(db.session.get_one(Campaign, one), other, clock.now())
            except FieldError:
                db.session.rollback()

    threads = [threading.Thread(target=join, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert titles(first) == titles(second) == ["Night Drive", "Second Light"]
    assert read_sql("SELECT count(*) FROM rollout") == 1


def test_an_archived_release_has_no_part_in_it_any_more(ed: FlaskClient, first: int, second: int) -> None:
    add(ed, first, second)
    run_sql("UPDATE campaign SET archived_at = now() WHERE id = :id", id=second)
    assert titles(first) == []
