"""Roll-outs as their team sees them: which releases can join, taking them out, and who may do it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from engine import beside, until_somebody_waits
from fans import read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import join_roll_out, make_campaign, make_team, post
from werkzeug.test import TestResponse

from presave_app.campaigns import rollout
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.transaction import transaction

WEEK = timedelta(days=7)
CAN_NOT_JOIN = "That release can't join: it is out, archived, in another roll-out, or not by this artist any more."


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


def join_while(app: Flask, theirs: tuple[int, int], ours: tuple[int, int]) -> list[str]:
    """What is refused of `ours`, begun while `theirs` is not yet committed and has to be waited for."""
    refused: list[str] = []

    def join_ours() -> None:
        try:
            join_roll_out(*ours)
        except FieldError as fault:
            refused.append(str(fault))

    with transaction() as session:
        rollout.lock(*theirs)
        rollout.join(db.session.get_one(Campaign, theirs[0]), theirs[1], clock.now())
        with beside(app, join_ours):
            until_somebody_waits(session)
            session.commit()
    return refused


def test_a_release_joins_by_one_press(ed: FlaskClient, first: int, second: int) -> None:
    assert "Second Light" in ed.get(f"/campaigns/{first}").text
    answer = add(ed, first, second, htmx=True)
    assert answer.text.lstrip().startswith('<section class="section rollout" id="rollout"')
    assert "campaign-changed" in answer.headers["HX-Trigger"]
    assert titles(first) == titles(second) == ["Night Drive", "Second Light"]
    assert read_sql("SELECT act FROM change ORDER BY id DESC LIMIT 1") == "rollout-add"
    assert "let fans agree to Second Light in the same tap" in ed.get(f"/campaigns/{first}/history").text


def test_both_have_it_in_their_history(ed: FlaskClient, first: int, second: int) -> None:
    add(ed, first, second)
    assert "let fans agree to Night Drive in the same tap" in ed.get(f"/campaigns/{second}/history").text
    post(ed, f"/campaigns/{first}/rollout/take-out", {"release": str(second)})
    for campaign_id in (first, second):
        assert "took Second Light out of the roll-out" in ed.get(f"/campaigns/{campaign_id}/history").text


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
    join_roll_out(first, draft)
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
    assert join_while(app, (first, second), (second, first)) == [CAN_NOT_JOIN]
    assert titles(first) == titles(second) == ["Night Drive", "Second Light"]
    assert read_sql("SELECT count(*) FROM rollout") == 1


def test_an_archived_release_has_no_part_in_it_any_more(ed: FlaskClient, first: int, second: int) -> None:
    add(ed, first, second)
    run_sql("UPDATE campaign SET archived_at = now() WHERE id = :id", id=second)
    assert titles(first) == []


def covered(campaign_id: int) -> list[str]:
    db.session.rollback()
    return [each.title for each in rollout.find_covered(db.session.get_one(Campaign, campaign_id), clock.now())]


def test_a_release_that_is_another_artists_by_now_is_not_offered(ed: FlaskClient, first: int, second: int) -> None:
    add(ed, first, second)
    assert covered(first) == ["Second Light"]
    run_sql("UPDATE campaign SET artist = 'Bo Lind' WHERE id = :id", id=second)
    assert covered(first) == covered(second) == []
    page = ed.get(f"/campaigns/{first}/rollout").text
    assert "Fans are not asked for it together with this one: it is by <bdi>Bo Lind</bdi>" in page
    assert titles(first) == ["Night Drive", "Second Light"]


def test_a_stranger_without_an_entry_of_its_own_is_named_too(ed: FlaskClient, first: int, second: int) -> None:
    add(ed, first, second)
    run_sql("INSERT INTO artist (team_id, name) SELECT team_id, artist FROM campaign WHERE id = :id", id=first)
    run_sql("UPDATE campaign SET artist_id = (SELECT id FROM artist) WHERE id = :id", id=first)
    run_sql("UPDATE campaign SET artist = 'Bo Lind' WHERE id = :id", id=second)
    assert "it is by <bdi>Bo Lind</bdi>" in ed.get(f"/campaigns/{first}/rollout").text


def test_nobody_is_not_an_artist(team_id: int) -> None:
    first, _ = (make_campaign(team_id, slug=slug, published=False) for slug in ("first", "second"))
    run_sql("UPDATE campaign SET artist = ''")
    assert candidates(first) == []


def test_a_name_in_any_letters_is_the_same_artist(team_id: int) -> None:
    first = make_campaign(team_id, slug="first", artist="İlkin Çağ")
    make_campaign(team_id, title="Second Light", slug="second", artist="İlkin Çağ")
    assert candidates(first) == ["Second Light"]


def test_who_comes_back_from_the_archive_makes_no_ninth(team_id: int, first: int) -> None:
    others = [make_campaign(team_id, title=f"No {n}", slug=f"no-{n}", release_in=WEEK * n) for n in range(2, 10)]
    run_sql("INSERT INTO rollout (team_id) VALUES (:team)", team=team_id)
    run_sql("UPDATE campaign SET rollout_id = (SELECT id FROM rollout) WHERE team_id = :team", team=team_id)
    assert len(covered(first)) == rollout.MOST_RELEASES - 1
    assert covered(others[-1])[0] == "Night Drive"


def test_two_who_add_the_last_one_at_once_make_no_ninth(app: Flask, team_id: int, first: int) -> None:
    others = [make_campaign(team_id, title=f"No {n}", slug=f"no-{n}", release_in=WEEK * n) for n in range(2, 10)]
    for other in others[:6]:
        join_roll_out(first, other)
    refused = join_while(app, (first, others[6]), (others[0], others[7]))
    assert refused == ["A roll-out has at most 8 releases. Take one out first."]
    assert read_sql("SELECT count(*) FROM campaign WHERE rollout_id IS NOT NULL") == rollout.MOST_RELEASES


def test_an_untitled_draft_can_be_told_from_nothing(ed: FlaskClient, team_id: int, first: int) -> None:
    draft = make_campaign(team_id, title="A Draft", slug="draft", release_in=None, published=False, ref=None)
    add(ed, first, draft)
    run_sql("UPDATE campaign SET title = '' WHERE id = :id", id=draft)
    page = ed.get(f"/campaigns/{first}/rollout").text
    assert "<bdi>Untitled</bdi></a>" in page
    assert 'aria-label="Take out Untitled"' in page
