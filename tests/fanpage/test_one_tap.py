"""One tap for a whole roll-out: what the page lists, what is agreed to, and how any of it is left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from engine import Killed
from fans import answer_at_spotify, go_to_spotify, move_release, open_campaign, pre_save, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from taps import SECOND_URI, also_of, id_of, listed, pre_saved
from twin_client import ALBUM_URI, TwinClient

from presave_app.campaigns import rollout
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.releases import adding
from presave_app.transaction import transaction


def test_the_page_lists_every_release_of_the_tap(client: FlaskClient, first: int) -> None:
    page = client.get("/night-drive").text
    assert listed(page) == ["Night Drive", "Second Light", "The Album"]
    assert "When each of these is out we do this for you, and nothing else:" in page
    assert also_of(page) == f"{id_of('second-light')}.{id_of('the-album')}"
    assert listed(client.get("/the-album").text) == ["Night Drive", "Second Light", "The Album"]


def test_one_tap_is_a_pre_save_for_each(app: Flask, twin: TwinClient, client: FlaskClient, first: int) -> None:
    also = also_of(client.get("/night-drive").text)
    made = pre_save(app, twin, "ida", also=also)
    assert pre_saved(made) == {"night-drive": "armed", "second-light": "armed", "the-album": "armed"}
    assert read_sql("SELECT count(*) FROM fan_grant") == 1
    assert read_sql("SELECT count(DISTINCT tap_id) FROM consent") == 1
    wording = read_sql("SELECT DISTINCT wording FROM consent")
    page = client.get("/night-drive").text
    for title in ("Night Drive", "Second Light", "The Album"):
        line = next(line for line in wording.splitlines() if line.startswith(f"{title}: out on "))
        assert line.removeprefix(f"{title}: ") in page
    for each in ("night-drive", "second-light", "the-album"):
        total = client.get(f"/{each}/count.json").json
        assert total is not None
        assert total["total"] == 1


def test_each_is_added_on_its_own_day(app: Flask, twin: TwinClient, first: int) -> None:
    pre_save(app, twin, "ida", also=f"{id_of('second-light')}")
    move_release(first, timedelta(seconds=-1))
    run_sql("UPDATE target SET found_at = now()")
    assert adding.add_due("spotify") == 1
    assert list(twin.library("ida")) == [ALBUM_URI]
    move_release(id_of("second-light"), timedelta(seconds=-1))
    assert adding.add_due("spotify") == 1
    assert set(twin.library("ida")) == {ALBUM_URI, SECOND_URI}
    assert read_sql("SELECT count(*) FROM pre_save WHERE state = 'done'") == 2


def test_without_the_field_only_the_own_release_is_agreed_to(app: Flask, twin: TwinClient, first: int) -> None:
    made = pre_save(app, twin, "ida")
    assert pre_saved(made) == {"night-drive": "armed"}
    assert "When Night Drive is out" in read_sql("SELECT wording FROM consent")
    assert read_sql("SELECT tap_id FROM consent") is None


def test_one_is_left_out_before_the_tap(client: FlaskClient, first: int) -> None:
    second, album = id_of("second-light"), id_of("the-album")
    page = client.get("/night-drive").text
    assert f"/night-drive?without={album}#roll" in page
    thinner = client.get(f"/night-drive?without={album}&src=bio").text
    assert also_of(thinner) == str(second)
    assert "left out" in thinner
    assert "/night-drive?src=bio#roll" in thinner
    alone = client.get(f"/night-drive?without={second}.{album}").text
    assert also_of(alone) == ""
    assert "When Night Drive is out we do this for you" in alone
    assert listed(alone) == ["Night Drive", "Second Light", "The Album"]


def test_what_joined_after_the_page_was_opened_is_not_agreed_to(
    app: Flask, twin: TwinClient, client: FlaskClient, first: int
) -> None:
    album = id_of("the-album")
    run_sql("UPDATE campaign SET published_at = NULL WHERE id = :id", id=album)
    also = also_of(client.get("/night-drive").text)
    run_sql("UPDATE campaign SET published_at = now() WHERE id = :id", id=album)
    made = pre_save(app, twin, "ida", also=also)
    assert set(pre_saved(made)) == {"night-drive", "second-light"}


@pytest.mark.parametrize("also", ["x", "1..2", "1.2.3.4.5.6.7.8.9", "-1", "1" * 40])
def test_what_is_no_list_of_releases_is_nothing(app: Flask, twin: TwinClient, first: int, also: str) -> None:
    assert set(pre_saved(pre_save(app, twin, "ida", also=also))) == {"night-drive"}


@pytest.mark.parametrize("has_roll_out", [True, False])
def test_what_nobody_offered_is_not_agreed_to(client: FlaskClient, first: int, has_roll_out: bool) -> None:
    if not has_roll_out:
        run_sql("UPDATE campaign SET rollout_id = NULL")
    foreign = open_campaign(slug="alone")
    for asked in (str(foreign), "999999"):
        answer = client.post("/night-drive/connect/spotify", data={"also": asked})
        assert answer.status_code == 409
        assert also_of(answer.text) == ""
        assert "When Night Drive is out we do this for you" in answer.text
    assert read_sql("SELECT count(*) FROM oauth_flow") == 0


def test_a_page_that_is_not_published_is_not_spoken_of(client: FlaskClient, first: int) -> None:
    run_sql("UPDATE campaign SET published_at = NULL WHERE slug = 'the-album'")
    page = client.get("/night-drive").text
    assert listed(page) == ["Night Drive", "Second Light"]
    assert "The Album" not in page


def test_a_permission_that_ends_before_does_not_cover_it(client: FlaskClient, first: int) -> None:
    run_sql(
        "UPDATE campaign SET release_at = release_at + interval '1 year', release_wall = release_wall + "
        "interval '1 year' WHERE slug = 'the-album'"
    )
    page = client.get("/night-drive").text
    assert listed(page) == ["Night Drive", "Second Light"]
    assert also_of(page) == str(id_of("second-light"))


def test_where_no_target_is_named_it_is_not_covered(client: FlaskClient, first: int) -> None:
    run_sql("DELETE FROM target WHERE campaign_id <> :id", id=first)
    page = client.get("/night-drive").text
    assert listed(page) == []
    assert "When Night Drive is out" in page


def test_the_fans_own_page_shows_and_thins_the_rest(
    app: Flask, twin: TwinClient, client: FlaskClient, first: int
) -> None:
    made = pre_save(app, twin, "ida", also=also_of(client.get("/night-drive").text))
    own = f"/mine/{mine_secret(PreSaveId(made))}"
    page = client.get(own).text
    assert listed(page) == ["Second Light", "The Album"]
    album = id_of("the-album")
    answer = client.post(f"{own}/same-tap/{album}/cancel")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{own}#same-tap")
    assert client.post(f"{own}/same-tap/{album}/cancel").status_code == 303
    assert pre_saved(made) == {"night-drive": "armed", "second-light": "armed", "the-album": "withdrawn"}
    assert "Cancelled" in client.get(own).text
    assert client.post(f"{own}/same-tap/{first}/cancel").status_code == 404
    assert read_sql("SELECT count(*) FROM consent WHERE withdrawn_at IS NOT NULL") == 1
    assert read_sql("SELECT state FROM fan_grant") == "active"


def test_the_last_one_takes_the_permission_with_it(app: Flask, twin: TwinClient, first: int) -> None:
    made = pre_save(app, twin, "ida", also=str(id_of("second-light")))
    client = app.test_client()
    own = f"/mine/{mine_secret(PreSaveId(made))}"
    client.post(f"{own}/cancel")
    assert read_sql("SELECT state FROM fan_grant") == "active"
    client.post(f"{own}/same-tap/{id_of('second-light')}/cancel")
    assert read_sql("SELECT state FROM fan_grant") == "erased"


def test_a_lost_permission_is_given_again_once_for_all(
    app: Flask, twin: TwinClient, client: FlaskClient, first: int
) -> None:
    made = pre_save(app, twin, "ida", also=also_of(client.get("/night-drive").text))
    run_sql("UPDATE fan_grant SET state = 'dead', access_token_sealed = NULL, refresh_token_sealed = NULL")
    run_sql("UPDATE pre_save SET state = 'needs_reauth', reason = 'grant_revoked'")
    assert pre_save(app, twin, "ida") == made
    assert pre_saved(made) == {"night-drive": "armed", "second-light": "armed", "the-album": "armed"}
    page = client.get(f"/mine/{mine_secret(PreSaveId(made))}").text
    assert listed(page) == ["Second Light", "The Album"]


def test_what_was_cancelled_stays_so_when_the_permission_is_given_again(
    app: Flask, twin: TwinClient, client: FlaskClient, first: int
) -> None:
    made = pre_save(app, twin, "ida", also=also_of(client.get("/night-drive").text))
    client.post(f"/mine/{mine_secret(PreSaveId(made))}/same-tap/{id_of('the-album')}/cancel")
    run_sql("UPDATE pre_save SET state = 'needs_reauth', reason = 'grant_revoked' WHERE state = 'armed'")
    pre_save(app, twin, "ida", slug="second-light")
    assert pre_saved(made) == {"night-drive": "armed", "second-light": "armed", "the-album": "withdrawn"}


def test_a_release_that_lost_its_day_meanwhile_is_not_taken_in(app: Flask, twin: TwinClient, first: int) -> None:
    client, second = app.test_client(), id_of("second-light")
    back = answer_at_spotify(twin, go_to_spotify(client, also=str(second)), "ida")
    run_sql("UPDATE campaign SET published_at = NULL, release_at = NULL, release_wall = NULL WHERE id = :id", id=second)
    assert client.get(back).status_code == 303
    assert read_sql("SELECT string_agg(campaign_id::text, ',') FROM pre_save") == str(first)


def test_the_browser_finds_the_way_back_to_each(twin: TwinClient, client: FlaskClient, first: int) -> None:
    also = also_of(client.get("/night-drive").text)
    client.get(answer_at_spotify(twin, go_to_spotify(client, also=also), "ida"))
    for slug in ("night-drive", "second-light", "the-album"):
        assert "/mine/" in client.get(f"/{slug}/me").text


def test_once_more_is_the_same_pre_saves(app: Flask, twin: TwinClient, client: FlaskClient, first: int) -> None:
    also = also_of(client.get("/night-drive").text)
    made = pre_save(app, twin, "ida", also=also)
    client.post(f"/mine/{mine_secret(PreSaveId(made))}/same-tap/{id_of('the-album')}/cancel")
    assert pre_save(app, twin, "ida", also=also) == made
    assert set(pre_saved(made).values()) == {"armed"}
    assert read_sql("SELECT count(*) FROM pre_save") == 3


def test_what_was_agreed_to_stays_when_a_release_is_taken_out(app: Flask, twin: TwinClient, first: int) -> None:
    second = id_of("second-light")
    made = pre_save(app, twin, "ida", also=str(second))
    with transaction():
        rollout.lock(first, second)
        rollout.leave(db.session.get_one(Campaign, first), second)
    assert pre_saved(made) == {"night-drive": "armed", "second-light": "armed"}
    page = app.test_client().get(f"/mine/{mine_secret(PreSaveId(made))}").text
    assert listed(page) == ["Second Light"]


def test_whoever_dies_in_the_middle_has_taken_in_nothing(
    app: Flask, twin: TwinClient, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app.test_client()
    back = answer_at_spotify(twin, go_to_spotify(client, also=str(id_of("second-light"))), "ida")
    monkeypatch.setattr("presave_app.presaves.collecting._upsert_action", _dying_at(2))
    with pytest.raises(Killed):
        client.get(back)
    assert read_sql("SELECT count(*) FROM pre_save") == read_sql("SELECT count(*) FROM consent") == 0
    assert read_sql("SELECT count(*) FROM fan_grant") == 0


def _dying_at(call: int) -> Callable[..., None]:
    calls: list[int] = []

    def die(*_: object) -> None:
        calls.append(1)
        if len(calls) == call:
            raise Killed

    return die


def test_out_now_the_page_leads_on_to_what_is_ahead(client: FlaskClient, first: int) -> None:
    move_release(first, timedelta(seconds=-1))
    page = client.get("/night-drive?src=bio").text
    assert listed(page) == ["Second Light", "The Album"]
    assert "Next from Alba Voss" in page
    assert "/second-light?src=bio" in page
    assert also_of(page) == ""


def test_in_another_browser_it_begins_anew_with_the_same_releases(
    app: Flask, twin: TwinClient, client: FlaskClient, first: int
) -> None:
    back = answer_at_spotify(twin, go_to_spotify(client, also=str(id_of("second-light"))), "ida")
    page = app.test_client().get(back).text
    assert also_of(page) == str(id_of("second-light"))
    assert "Second Light: out on" in page
    assert "The Album" not in page
