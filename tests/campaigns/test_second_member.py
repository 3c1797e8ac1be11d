"""The last day before a release: what fans wait for is changed by two members, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fans import move_local_release, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import UPC, make_campaign, make_team, move_campaign, post, sign_in
from sqlalchemy import text

from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.transaction import transaction

LATER = {"release_date": "2027-05-14", "release_time": "18:00", "time_zone": "UTC"}
OTHER_LINK = "https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy"
OTHER_URI = "spotify:album:4aawyAB9vmqN3uQ7FjRGTy"


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id, release_in=timedelta(hours=5))


def read(sql: str) -> object:
    db.session.rollback()
    return db.session.execute(text(sql)).scalar()


def propose_later(client: FlaskClient, campaign_id: int) -> str:
    """The address at which the proposal is confirmed."""
    answer = post(client, f"/campaigns/{campaign_id}/release", LATER, htmx=True)
    assert answer.status_code == 200
    assert "Proposed: it takes effect once another member confirms it." in answer.text
    return f"/campaigns/{campaign_id}/proposals/{read('SELECT max(id) FROM proposal')}/confirm"


def test_a_change_of_the_date_waits_for_another_member(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    was = read("SELECT release_at FROM campaign")
    confirm = propose_later(ed, campaign_id)
    assert read("SELECT release_at FROM campaign") == was
    assert confirm not in ed.get(f"/campaigns/{campaign_id}").text
    page = alice.get(f"/campaigns/{campaign_id}").text
    assert f'action="{confirm}"' in page
    assert "ed@alba.example</bdi> proposed for Release moment" in page
    assert "Friday, 14 May 2027, 18:00 (UTC)" in page
    answer = post(alice, confirm, htmx=True)
    assert answer.status_code == 200
    assert "Waits for a second member" not in answer.text
    assert str(read("SELECT release_at FROM campaign")) == "2027-05-14 18:00:00+00:00"
    db.session.rollback()
    rows = db.session.execute(text("SELECT act, field, by FROM change ORDER BY id")).all()
    assert [tuple(row)[:2] for row in rows] == [("propose", "release"), ("confirm", "release")]
    assert rows[0].by != rows[1].by


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("target-spotify", OTHER_LINK, OTHER_URI),
        ("link", OTHER_LINK, OTHER_URI),
        ("upc", "036000291452", "036000291452"),
    ],
)
def test_a_target_and_the_upc_wait_as_well(
    ed: FlaskClient, alice: FlaskClient, campaign_id: int, name: str, typed: str, kept: str
) -> None:
    sql = "SELECT upc FROM campaign" if name == "upc" else "SELECT ref FROM target"
    was = read(sql)
    assert post(ed, f"/campaigns/{campaign_id}/{name}", {name: typed}, htmx=True).status_code == 200
    assert read(sql) == was
    proposal = read("SELECT max(id) FROM proposal")
    assert post(alice, f"/campaigns/{campaign_id}/proposals/{proposal}/confirm").status_code == 303
    assert read(sql) == kept


def link_of(service: str) -> object:
    return read(f"SELECT ref FROM target WHERE service = '{service}'")


def confirm_last(client: FlaskClient, campaign_id: int) -> int:
    """The status of the answer to whoever confirms the newest proposal."""
    proposal = read("SELECT max(id) FROM proposal WHERE outcome IS NULL")
    return post(client, f"/campaigns/{campaign_id}/proposals/{proposal}/confirm").status_code


@pytest.mark.parametrize(
    ("service", "first", "second"),
    [
        ("amazon-music", "https://music.amazon.com/albums/B0EXAMPLE1", "https://music.amazon.com/albums/B0EXAMPLE2"),
        # It is off here, so it has no field of its own; fans may wait for the day on which it is on again.
        ("deezer", "https://www.deezer.com/album/302127", "https://www.deezer.com/album/302128"),
        ("shop.alba.example", "https://shop.alba.example/a", "https://shop.alba.example/b"),
    ],
)
def test_a_link_that_stands_there_waits_as_well(
    ed: FlaskClient, alice: FlaskClient, campaign_id: int, service: str, first: str, second: str
) -> None:
    path = f"/campaigns/{campaign_id}/link"
    assert "Saved" in post(ed, path, {"link": first}, htmx=True).text
    was = link_of(service)
    assert was is not None
    assert "Proposed" in post(ed, path, {"link": second}, htmx=True).text
    assert link_of(service) == was
    page = alice.get(f"/campaigns/{campaign_id}").text
    assert f"<del><bdi>{first}</bdi></del>" in page
    assert f"<ins><bdi>{second}</bdi></ins>" in page
    assert confirm_last(alice, campaign_id) == 303
    assert link_of(service) not in (None, was)


def test_to_take_a_link_away_waits_as_well(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    post(ed, f"/campaigns/{campaign_id}/link", {"link": "https://shop.alba.example/a"}, htmx=True)
    target_id = read("SELECT id FROM target WHERE service = 'shop.alba.example'")
    assert "Proposed" in post(ed, f"/campaigns/{campaign_id}/links/{target_id}/remove", htmx=True).text
    assert link_of("shop.alba.example") is not None
    assert confirm_last(alice, campaign_id) == 303
    assert link_of("shop.alba.example") is None


def test_a_link_that_went_meanwhile_is_not_put_back(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    for link in ("https://shop.alba.example/a", "https://shop.alba.example/b"):
        post(ed, f"/campaigns/{campaign_id}/link", {"link": link}, htmx=True)
    run_sql("DELETE FROM target WHERE service = 'shop.alba.example'")
    assert confirm_last(alice, campaign_id) == 422
    assert link_of("shop.alba.example") is None


def test_it_holds_until_the_last_fan_has_it(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    move_local_release(campaign_id, timedelta(hours=-1), "Pacific/Auckland", label_zone="America/New_York")
    assert read("SELECT first_at < now() FROM campaign")
    post(ed, f"/campaigns/{campaign_id}/upc", {"upc": "036000291452"}, htmx=True)
    assert read("SELECT upc FROM campaign") == UPC
    assert "The release is coming out around the world: a change" in alice.get(f"/campaigns/{campaign_id}").text
    assert confirm_last(alice, campaign_id) == 303
    assert read("SELECT upc FROM campaign") == "036000291452"


def test_nobody_brings_a_release_into_its_last_day_alone(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    move_campaign(campaign_id, timedelta(days=30))
    was = read("SELECT release_at FROM campaign")
    soon = clock.now() + timedelta(hours=3)
    typed = {"release_date": f"{soon:%Y-%m-%d}", "release_time": f"{soon:%H:%M}", "time_zone": "UTC"}
    assert "Proposed" in post(ed, f"/campaigns/{campaign_id}/release", typed, htmx=True).text
    assert read("SELECT release_at FROM campaign") == was
    assert "It would leave less than 24 hours to the release" in alice.get(f"/campaigns/{campaign_id}").text
    assert confirm_last(alice, campaign_id) == 303
    assert read("SELECT release_at - now() < interval '1 day' FROM campaign")


def test_whoever_proposed_it_can_not_confirm_it(ed: FlaskClient, campaign_id: int) -> None:
    confirm = propose_later(ed, campaign_id)
    for htmx in (True, False):
        answer = post(ed, confirm, htmx=htmx)
        assert answer.status_code == 422
        assert "You made this change yourself" in answer.text
    assert read("SELECT outcome FROM proposal") is None


def test_a_withdrawn_proposal_is_gone_and_in_the_history(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    confirm = propose_later(ed, campaign_id)
    assert post(ed, confirm.replace("confirm", "withdraw")).status_code == 303
    answer = post(alice, confirm, htmx=True)
    assert answer.status_code == 422
    assert "confirmed or withdrawn in the meantime" in answer.text
    assert "withdrew a proposed change of Release moment" in alice.get(f"/campaigns/{campaign_id}/history").text


def test_after_the_release_it_is_too_late(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    confirm = propose_later(ed, campaign_id)
    move_campaign(campaign_id, timedelta(minutes=-1))
    answer = post(alice, confirm, htmx=True)
    assert answer.status_code == 422
    assert "came too late" in answer.text
    assert "Waits for a second member" not in alice.get(f"/campaigns/{campaign_id}").text


def test_what_was_changed_since_is_not_overwritten(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    confirm = propose_later(ed, campaign_id)
    move_campaign(campaign_id, timedelta(hours=7))
    answer = post(alice, confirm, htmx=True)
    assert answer.status_code == 422
    assert "has been changed since this was proposed" in answer.text


def test_the_rest_of_a_whole_form_is_saved_at_once(ed: FlaskClient, campaign_id: int) -> None:
    post(ed, f"/campaigns/{campaign_id}/link", {"link": "https://shop.alba.example/a"}, htmx=True)
    for link, waiting in ((OTHER_LINK, 2), ("https://shop.alba.example/b", 3)):
        answer = post(ed, f"/campaigns/{campaign_id}", {**LATER, "title": f"Harbour {waiting}", "link": link})
        assert answer.status_code == 303
        assert read("SELECT title FROM campaign") == f"Harbour {waiting}"
        assert read("SELECT count(*) FROM proposal WHERE outcome IS NULL") == waiting
    assert link_of("shop.alba.example") == "https://shop.alba.example/a"
    assert "Waits for a second member" in ed.get(answer.headers["Location"]).text


def test_a_second_proposal_for_a_field_replaces_the_first(ed: FlaskClient, campaign_id: int) -> None:
    propose_later(ed, campaign_id)
    post(ed, f"/campaigns/{campaign_id}/release", {**LATER, "release_date": "2027-05-15"}, htmx=True)
    assert read("SELECT after->>'release_date' FROM proposal WHERE outcome IS NULL") == "2027-05-15"
    assert read("SELECT count(*) FROM proposal") == 2


def test_what_can_not_be_used_is_said_and_not_proposed(ed: FlaskClient, campaign_id: int) -> None:
    answer = post(ed, f"/campaigns/{campaign_id}/release", {**LATER, "release_date": "2020-01-01"}, htmx=True)
    assert answer.status_code == 422
    assert read("SELECT count(*) FROM proposal") == 0


@pytest.mark.parametrize("release_in", [timedelta(hours=30), timedelta(hours=-2)])
def test_before_the_last_day_and_after_it_one_is_enough(
    ed: FlaskClient, campaign_id: int, release_in: timedelta
) -> None:
    move_campaign(campaign_id, release_in)
    post(ed, f"/campaigns/{campaign_id}/upc", {"upc": "036000291452"}, htmx=True)
    assert read("SELECT upc FROM campaign") == "036000291452"


def test_a_title_and_a_draft_take_nobody_else(ed: FlaskClient, team_id: int, campaign_id: int) -> None:
    post(ed, f"/campaigns/{campaign_id}/title", {"title": "Harbour"}, htmx=True)
    assert read("SELECT title FROM campaign") == "Harbour"
    with transaction() as session:
        session.execute(text("UPDATE campaign SET published_at = NULL"))
        session.execute(text("DELETE FROM slug_entry"))
    post(ed, f"/campaigns/{campaign_id}/upc", {"upc": "036000291452"}, htmx=True)
    assert read("SELECT upc FROM campaign") == "036000291452"


def test_a_team_of_one_is_told_that_it_does_not_apply(app: Flask) -> None:
    campaign_id = make_campaign(make_team("Solo", "sam@solo.example"), release_in=timedelta(hours=5))
    sam = app.test_client()
    sign_in(sam, "sam@solo.example")
    assert "you are" in sam.get(f"/campaigns/{campaign_id}").text
    post(sam, f"/campaigns/{campaign_id}/upc", {"upc": "036000291452"}, htmx=True)
    assert read("SELECT upc FROM campaign") == "036000291452"


def test_an_owner_switches_it_off_and_on(
    alice: FlaskClient, ed: FlaskClient, charlie: FlaskClient, team_id: int, campaign_id: int
) -> None:
    path = f"/teams/{team_id}/second-member"
    assert post(charlie, path, {"is_on": ""}).status_code == 404
    assert post(ed, path, {"is_on": ""}).status_code == 403
    assert f'action="{path}"' in alice.get(f"/campaigns/{campaign_id}").text
    assert f'action="{path}"' not in ed.get(f"/campaigns/{campaign_id}").text
    answer = post(alice, path, {"is_on": "", "campaign": str(campaign_id)})
    assert answer.headers["Location"] == f"/campaigns/{campaign_id}"
    assert read("SELECT act FROM change WHERE campaign_id IS NULL") == "second-member-off"
    post(ed, f"/campaigns/{campaign_id}/upc", {"upc": "036000291452"}, htmx=True)
    assert read("SELECT upc FROM campaign") == "036000291452"
    post(alice, path, {"is_on": "1"})
    assert read("SELECT second_member FROM team ORDER BY id LIMIT 1") is True


def test_a_viewer_and_a_stranger_decide_nothing(
    ed: FlaskClient, bob: FlaskClient, charlie: FlaskClient, campaign_id: int
) -> None:
    confirm = propose_later(ed, campaign_id)
    assert post(bob, confirm).status_code == 403
    assert post(charlie, confirm).status_code == 404
    assert confirm not in bob.get(f"/campaigns/{campaign_id}").text


def test_undo_on_the_last_day_is_a_proposal_too(ed: FlaskClient, campaign_id: int) -> None:
    move_campaign(campaign_id, timedelta(hours=30))
    post(ed, f"/campaigns/{campaign_id}/upc", {"upc": "036000291452"}, htmx=True)
    move_campaign(campaign_id, timedelta(hours=5))
    undo = f"/campaigns/{campaign_id}/history/{read('SELECT max(id) FROM change')}/undo"
    assert "Proposed" in post(ed, undo, htmx=True).text
    assert read("SELECT upc FROM campaign") == "036000291452"
