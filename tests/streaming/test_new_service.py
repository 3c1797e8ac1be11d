"""A service that is new to the product: one file and one line turn it on, from the fan page to the proof."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from fans import SLUG, move_release, open_campaign, read_sql, row_of, run_sql
from flask import Flask
from flask.testing import FlaskClient
from small_service import SONG, Hummingbird, Nest, SilentHummingbird, come_from, hummingbird
from werkzeug.test import TestResponse

from presave_app.extensions import db
from presave_app.presaves.extras import MOST_TRIES
from presave_app.presaves.looking_up import find_by_mine_secret
from presave_app.releases import adding, extras, link_flip, reading_back
from presave_app.releases.extras import ExtraLane
from presave_app.streaming.errors import NotYetAvailable, Refused
from presave_app.streaming.registry import get_connector


@pytest.fixture
def nest(app: Flask) -> Iterator[Nest]:
    """The service is on, and a campaign whose release is an hour ahead is on it."""
    with hummingbird(app) as service:
        put_on_service()
        yield service


@pytest.fixture
def silent_nest(app: Flask) -> Iterator[Nest]:
    """The same, by a service that says yes to every add and can be asked ahead."""
    with hummingbird(app, SilentHummingbird) as service:
        put_on_service()
        yield service


def put_on_service() -> None:
    campaign_id = open_campaign(timedelta(hours=1))
    run_sql(
        "INSERT INTO target (campaign_id, service, ref, artist_ref) VALUES (:id, 'hummingbird', :ref, 'alba')"
        " ON CONFLICT (campaign_id, service) DO UPDATE SET ref = excluded.ref, artist_ref = excluded.artist_ref",
        id=campaign_id,
        ref=SONG,
    )


def sign_in(client: FlaskClient, fan: str = "ida", **form: str) -> TestResponse:
    """The whole trip of a fan who says yes; returns what the browser sees at its end."""
    gone = client.post(f"/{SLUG}/connect/hummingbird", data=form)
    assert gone.status_code == 303, gone.text
    return client.get(come_from(gone.headers["Location"], fan))


def pre_save(client: FlaskClient, fan: str = "ida", **form: str) -> UUID:
    answer = sign_in(client, fan, **form)
    assert answer.status_code == 303, answer.text
    found = find_by_mine_secret(urlsplit(answer.headers["Location"]).path.rsplit("/", 1)[-1])
    assert found is not None
    pre_save_id = found.id
    db.session.rollback()
    return pre_save_id


def release_now() -> None:
    move_release(read_sql("SELECT id FROM campaign"), timedelta(seconds=-1))


def waits_pass() -> None:
    run_sql("UPDATE pre_save SET next_at = due_at WHERE state = 'armed'")


def action(kind: str) -> tuple[str, str | None]:
    state = read_sql("SELECT state FROM action WHERE kind = :kind", kind=kind)
    return state, read_sql("SELECT outcome FROM action WHERE kind = :kind", kind=kind)


def test_it_stands_on_the_fan_page_in_its_own_words(client: FlaskClient, nest: Nest) -> None:
    page = client.get(f"/{SLUG}").text
    assert "When Night Drive is out we do this for you, and nothing else:" in page
    assert "put it into your Hummingbird nest" in page


def test_it_is_added_and_read_back_on_the_day(client: FlaskClient, nest: Nest) -> None:
    saved = pre_save(client)
    assert adding.add_due("hummingbird") == 0
    release_now()
    adding.add_due("hummingbird")
    reading_back.read_back_due("hummingbird")
    assert nest.saved == {"ida": [SONG]}
    row = row_of(saved)
    assert (row.state, row.reason) == ("done", "added")
    assert row.verified_at is not None


def test_a_permission_that_ends_before_the_day_promises_nothing(client: FlaskClient, nest: Nest) -> None:
    nest.gives_refresh_token, nest.token_seconds = False, 600
    answer = sign_in(client)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "Hummingbird gave no permission that lasts until the day" in page
    assert read_sql("SELECT reason FROM reminder") == "no_lasting_permission"
    assert read_sql("SELECT count(*) FROM pre_save") == 0
    assert read_sql("SELECT count(*) FROM fan_grant") == 0


def test_a_permission_that_outlives_the_day_needs_no_renewing(client: FlaskClient, nest: Nest) -> None:
    nest.gives_refresh_token, nest.token_seconds = False, 86_400
    saved = pre_save(client)
    release_now()
    adding.add_due("hummingbird")
    assert row_of(saved).state == "done"
    assert nest.saved == {"ida": [SONG]}


def test_a_short_permission_serves_a_release_that_is_out(client: FlaskClient, nest: Nest) -> None:
    nest.gives_refresh_token, nest.token_seconds = False, 600
    release_now()
    saved = pre_save(client)
    adding.add_due("hummingbird")
    assert row_of(saved).state == "done"


def test_a_permission_that_is_over_has_to_be_given_again(client: FlaskClient, nest: Nest) -> None:
    nest.gives_refresh_token, nest.token_seconds = False, 86_400
    saved = pre_save(client)
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    release_now()
    adding.add_due("hummingbird")
    assert (row_of(saved).state, row_of(saved).reason) == ("armed", "refused_once")
    run_sql("UPDATE fan_grant SET refused_at = refused_at - interval '61 s'")
    waits_pass()
    adding.add_due("hummingbird")
    assert (row_of(saved).state, row_of(saved).reason) == ("needs_reauth", "grant_expired")
    assert nest.saved == {}


def test_an_add_that_is_taken_in_silence_counts_once_it_is_seen(client: FlaskClient, silent_nest: Nest) -> None:
    saved = pre_save(client)
    release_now()
    adding.add_due("hummingbird")
    assert (row_of(saved).state, row_of(saved).reason) == ("armed", "sent_unproven")
    waits_pass()
    adding.add_due("hummingbird")
    assert (row_of(saved).state, row_of(saved).reason) == ("done", "added")
    assert silent_nest.saved == {"ida": [SONG]}


def test_an_add_that_is_ignored_is_never_called_done(client: FlaskClient, silent_nest: Nest) -> None:
    silent_nest.ignores_adds = True
    answer = sign_in(client)
    release_now()
    for _ in range(3):
        adding.add_due("hummingbird")
        waits_pass()
    page = client.get(answer.headers["Location"]).text
    assert "The service took it without a word, and the library does not show it yet." in page
    assert "It&#39;s in your" not in page


def test_what_is_added_ahead_of_the_day_is_added_again_on_it(client: FlaskClient, silent_nest: Nest) -> None:
    answer = sign_in(client)
    assert "ahead of the day where Hummingbird takes it" in client.get(f"/{SLUG}").text
    extras.do_due("hummingbird")
    assert action("pre_add") == ("done", "added")
    assert "Hummingbird was asked to take it ahead of the day." in client.get(answer.headers["Location"]).text
    release_now()
    adding.add_due("hummingbird")
    assert silent_nest.saved == {"ida": [SONG, SONG]}


def test_nothing_is_added_ahead_after_the_day(client: FlaskClient, silent_nest: Nest) -> None:
    pre_save(client)
    release_now()
    assert extras.do_due("hummingbird") == 0


def test_calls_cost_what_the_service_counts(client: FlaskClient, silent_nest: Nest) -> None:
    pre_save(client)
    before = read_sql("SELECT units_spent FROM service_gate WHERE service = 'hummingbird'")
    release_now()
    run_sql("UPDATE target SET found_at = now()")
    adding.add_due("hummingbird")
    assert read_sql("SELECT units_spent FROM service_gate WHERE service = 'hummingbird'") == before + 50


class TestFollowing:
    """The fan's own tick: nothing is asked or done without it."""

    def test_it_is_not_ticked_by_itself(self, client: FlaskClient, nest: Nest) -> None:
        page = client.get(f"/{SLUG}").text
        assert "Also follow Alba Voss on Hummingbird, right away" in page
        assert "checked" not in page
        saved = pre_save(client)
        assert extras.do_due("hummingbird") == 0
        assert nest.following == {}
        assert "follow" not in read_sql("SELECT wording FROM consent WHERE id = :id", id=row_of(saved).consent_id)

    def test_its_scope_is_asked_only_with_the_tick(self, client: FlaskClient, nest: Nest) -> None:
        plain = client.post(f"/{SLUG}/connect/hummingbird").headers["Location"]
        ticked = client.post(f"/{SLUG}/connect/hummingbird", data={"extra": "follow_artist"}).headers["Location"]
        assert "scope=nest&" in plain
        assert "scope=nest+follow&" in ticked

    def test_it_is_done_once_and_told(self, client: FlaskClient, nest: Nest) -> None:
        answer = sign_in(client, extra="follow_artist")
        assert "Right away we follow Alba Voss on Hummingbird." in read_sql("SELECT wording FROM consent")
        assert extras.services_with_due_extras() == ["hummingbird"]
        extras.do_due("hummingbird")
        assert extras.do_due("hummingbird") == 0
        assert nest.following == {"ida": ["alba"]}
        assert "You follow Alba Voss now." in client.get(answer.headers["Location"]).text

    def test_cancelling_wins(self, client: FlaskClient, nest: Nest) -> None:
        answer = sign_in(client, extra="follow_artist")
        client.post(urlsplit(answer.headers["Location"]).path + "/cancel")
        assert extras.do_due("hummingbird") == 0
        assert nest.following == {}

    def test_a_refusal_ends_it_and_leaves_the_add_alone(
        self, client: FlaskClient, nest: Nest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        saved = pre_save(client, extra="follow_artist")
        run_sql("UPDATE action SET subject = 'a/b' WHERE kind = 'follow_artist'")
        monkeypatch.setattr(Hummingbird, "do_extra", refuse)
        extras.do_due("hummingbird")
        assert action("follow_artist") == ("refused", "http_400")
        assert row_of(saved).state == "armed"

    def test_a_worker_that_dies_leaves_it_to_the_next(
        self, client: FlaskClient, nest: Nest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pre_save(client, extra="follow_artist")
        with monkeypatch.context() as patched:
            patched.setattr(Hummingbird, "do_extra", die)
            extras.do_due("hummingbird")
        assert action("follow_artist") == ("sent", None)
        assert extras.do_due("hummingbird") == 0
        run_sql("UPDATE action SET next_at = now()")
        extras.do_due("hummingbird")
        assert action("follow_artist") == ("done", "added")

    def test_what_is_not_ticked_again_is_not_done(self, client: FlaskClient, nest: Nest) -> None:
        pre_save(client, extra="follow_artist")
        saved = pre_save(client)
        assert extras.do_due("hummingbird") == 0
        assert nest.following == {}
        assert "follow" not in read_sql("SELECT wording FROM consent WHERE id = :id", id=row_of(saved).consent_id)

    def test_a_held_release_does_nothing_ahead_either(self, client: FlaskClient, silent_nest: Nest) -> None:
        pre_save(client, extra="follow_artist")
        run_sql("UPDATE campaign SET held_at = now()")
        assert extras.do_due("hummingbird") == 0
        run_sql("UPDATE campaign SET held_at = NULL")
        assert extras.do_due("hummingbird") == 2

    def test_a_hold_between_taking_and_calling_wins(self, client: FlaskClient, nest: Nest) -> None:
        pre_save(client, extra="follow_artist")
        lane = ExtraLane(get_connector("hummingbird"))
        _, (taken,) = lane.take(10)
        run_sql("UPDATE campaign SET held_at = now()")
        lane.do_with_care(taken)
        assert nest.following == {}
        assert action("follow_artist") == ("todo", None)

    def test_what_is_not_there_yet_is_asked_for_until_the_day(
        self, client: FlaskClient, silent_nest: Nest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pre_save(client)
        with monkeypatch.context() as patched:
            patched.setattr(Hummingbird, "add", not_there)
            for _ in range(MOST_TRIES + 1):
                extras.do_due("hummingbird")
                run_sql("UPDATE action SET next_at = now()")
        assert action("pre_add") == ("sent", "not_in_catalogue")
        extras.do_due("hummingbird")
        assert action("pre_add") == ("done", "added")


def refuse(*_: object) -> None:
    raise Refused("http_400")


def not_there(*_: object) -> None:
    raise NotYetAvailable("not_in_catalogue")


def die(*_: object) -> None:
    raise RuntimeError("the worker is gone")


def test_a_service_that_can_not_be_asked_by_upc_promises_nothing_by_it(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Hummingbird, "finds_by_upc", False)
    with hummingbird(app):
        campaign_id = open_campaign(timedelta(hours=1))
        assert 'id="connect-hummingbird"' not in client.get(f"/{SLUG}").text
        move_release(campaign_id, timedelta(seconds=-1))
        link_flip.surround_flip(campaign_id)
        assert read_sql("SELECT count(*) FROM target WHERE service = 'hummingbird'") == 0
