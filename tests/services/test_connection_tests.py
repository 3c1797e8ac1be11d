"""Connection tests, each service against its twin: signed in for real, added, seen, and taken out again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from fans import read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from kit_client import LIVE_NEVER_YET
from makers import make_member, make_team, post, sign_in
from scenes import Scene
from switching import turned_on

from jobs.connection_tests import run_due
from presave_app.services import connection_test
from presave_app.teams.models import Role

ON_SPOTIFY = pytest.mark.parametrize("scene", ["spotify"], indirect=True)


class Died(Exception):
    """A worker is gone."""


@pytest.fixture
def member(app: Flask, client: FlaskClient, scene: Scene) -> Iterator[FlaskClient]:
    """An owner's browser, in an installation with the service of the scene turned on."""
    make_team()
    sign_in(client, "alice@alba.example")
    with turned_on(app, scene.connector, scene.settings):
        yield client


def address(scene: Scene) -> str:
    return f"/services/{scene.connector.service}/test"


def pasted(scene: Scene) -> str:
    return scene.service.pasted or scene.service.link


def go_to_sign_in(member: FlaskClient, scene: Scene) -> str:
    """Press the button; returns the address of the service's own page."""
    answer = post(member, address(scene), ref=pasted(scene))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def come_back(scene: Scene, at_service: str, decision: str = "allow") -> str:
    """Answer there; returns the path and query that the browser comes back with."""
    pressed = scene.twin.session.post(at_service, data={"fan": "ida", "decision": decision}, allow_redirects=False)
    query = scene.twin.end_of(pressed)[1]
    return f"/connect/{scene.connector.service}/callback?{urlencode(query)}"


def sign_in_there(member: FlaskClient, scene: Scene) -> None:
    if scene.connector.signs_in_on_page:
        token = scene.twin.sign_in_at_once("ida")[0]["music_user_token"]
        answer = post(member, address(scene), ref=pasted(scene), music_user_token=token, storefront="de")
    else:
        answer = member.get(come_back(scene, go_to_sign_in(member, scene)))
    assert (answer.status_code, answer.headers["Location"]) == (303, address(scene))


def run_to_the_end() -> None:
    """Run what is due until nothing is open; a step that waits is made due at once."""
    for _ in range(40):
        run_due()
        run_sql("UPDATE connection_test SET next_at = now() WHERE ended_at IS NULL")
        if not connection_test.has_work():
            return


def outcome() -> tuple[str, str | None]:
    return read_sql("SELECT state FROM connection_test"), read_sql("SELECT reason FROM connection_test")


def test_it_works_and_leaves_the_library_as_it_was(scene: Scene, member: FlaskClient) -> None:
    sign_in_there(member, scene)
    run_to_the_end()
    assert outcome() == ("works", None)
    assert scene.held_by() == (not scene.connector.can_remove)
    page = member.get(address(scene)).text
    assert f"{scene.connector.name} works" in page
    assert ("Your library is as it was." in page) == scene.connector.can_remove
    assert ("It stays in your library" in page) == (not scene.connector.can_remove)
    assert "it works." in member.get("/services").text


def test_nothing_of_the_permission_is_kept(scene: Scene, member: FlaskClient) -> None:
    sign_in_there(member, scene)
    assert read_sql("SELECT count(*) FROM connection_test WHERE secrets_sealed IS NOT NULL") == 1
    run_to_the_end()
    assert read_sql("SELECT count(*) FROM connection_test WHERE secrets_sealed IS NULL AND state_hash IS NULL") == 1


@ON_SPOTIFY
def test_what_was_there_before_stays(scene: Scene, member: FlaskClient) -> None:
    scene.connector.add(scene.sign_in().tokens.access_token, scene.ref)
    sign_in_there(member, scene)
    run_to_the_end()
    assert outcome() == ("works", None)
    assert scene.held_by()
    assert "It was in your library before, so it stays there." in member.get(address(scene)).text


@pytest.mark.parametrize("scene", ["apple-music"], indirect=True)
def test_what_was_there_before_proves_no_add_that_goes_unconfirmed(scene: Scene, member: FlaskClient) -> None:
    scene.connector.add(scene.sign_in().tokens.access_token, scene.ref)
    scene.fault("202_ignored", scene.service.save)
    sign_in_there(member, scene)
    run_to_the_end()
    assert outcome() == ("works", None)
    page = member.get(address(scene)).text
    assert "Apple Music works" not in page
    assert "so the add proves nothing. Try a release that is not there yet." in page
    assert "the add is not proven" in member.get("/services").text
    assert "it works." not in member.get("/services").text


@ON_SPOTIFY
def test_a_release_that_is_not_out_is_told(scene: Scene, member: FlaskClient) -> None:
    scene.twin.release(scene.service.held, live_from=LIVE_NEVER_YET)
    sign_in_there(member, scene)
    run_to_the_end()
    assert outcome() == ("failed", "not_out_there")
    assert "Take one that is out." in member.get(address(scene)).text
    assert "Take one that is out." in member.get("/services").text


@pytest.mark.parametrize("scene", ["apple-music"], indirect=True)
def test_an_add_that_is_ignored_is_told(scene: Scene, member: FlaskClient) -> None:
    scene.fault("202_ignored", scene.service.save)
    sign_in_there(member, scene)
    for _ in range(5):
        run_due()
        run_sql("UPDATE connection_test SET next_at = now() WHERE ended_at IS NULL")
    assert outcome() == ("running", "not_seen")
    run_sql("UPDATE connection_test SET expires_at = now()")
    run_due()
    assert outcome() == ("failed", "not_seen")
    assert "did not show it within four minutes" in member.get(address(scene)).text


@ON_SPOTIFY
def test_a_no_at_the_service_is_told(scene: Scene, member: FlaskClient) -> None:
    member.get(come_back(scene, go_to_sign_in(member, scene), "refuse"))
    assert outcome() == ("failed", "sign_in_refused")
    assert "ended without a permission" in member.get(address(scene)).text


@ON_SPOTIFY
def test_a_sign_in_is_good_once_and_for_its_member_alone(app: Flask, scene: Scene, member: FlaskClient) -> None:
    back = come_back(scene, go_to_sign_in(member, scene))
    stranger, colleague = app.test_client(), app.test_client()
    make_member(read_sql("SELECT id FROM team"), "bo@alba.example")
    sign_in(colleague, "bo@alba.example")
    for browser in (stranger, colleague):
        assert browser.get(back).status_code == 400
    assert member.get(back).status_code == 303
    assert member.get(back).status_code == 400
    run_sql("UPDATE connection_test SET state = 'signing_in'")
    assert member.get(back).status_code == 400


@ON_SPOTIFY
def test_a_sign_in_that_took_too_long_is_over(scene: Scene, member: FlaskClient) -> None:
    back = come_back(scene, go_to_sign_in(member, scene))
    run_sql("UPDATE connection_test SET expires_at = now()")
    assert member.get(back).status_code == 400
    assert connection_test.forget_old() == 1


@ON_SPOTIFY
def test_each_step_may_die_and_is_done_again(
    scene: Scene, member: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies after the call and before its note: the next one takes the same step once more."""
    died: list[str] = []
    noted = connection_test.go_on

    def die_first(claimed: connection_test.Claimed, *more: Any, **found: Any) -> None:
        if claimed.step not in died:
            died.append(claimed.step)
            raise Died
        noted(claimed, *more, **found)

    monkeypatch.setattr(connection_test, "go_on", die_first)
    sign_in_there(member, scene)
    while outcome()[0] == "running":
        with suppress(Died):
            run_due()
        assert not connection_test.has_work()
        run_sql("UPDATE connection_test SET lease_until = now() - interval '1 second'")
    assert died == ["renew", "find", "look", "add", "see", "remove", "gone"]
    assert outcome() == ("works", None)
    assert not scene.held_by()


@ON_SPOTIFY
def test_an_older_claim_writes_nothing(scene: Scene, member: FlaskClient) -> None:
    sign_in_there(member, scene)
    older = connection_test.claim()
    assert older is not None
    run_sql("UPDATE connection_test SET lease_until = now() - interval '1 second'")
    newer = connection_test.claim()
    assert newer is not None
    connection_test.go_on(older, "gone")
    assert read_sql("SELECT step FROM connection_test") == newer.step


@ON_SPOTIFY
def test_a_busy_service_is_left_alone_and_tried_again(scene: Scene, member: FlaskClient) -> None:
    scene.fault("429", scene.service.save, retry_after=20)
    sign_in_there(member, scene)
    run_due()
    assert outcome() == ("running", "rate_limited")
    assert read_sql("SELECT open_at > now() + interval '15 seconds' FROM service_gate WHERE service = 'spotify'")
    run_sql("UPDATE service_gate SET open_at = now()")
    run_to_the_end()
    assert outcome() == ("works", None)


@ON_SPOTIFY
def test_a_link_that_is_none_is_told_beside_its_field(scene: Scene, member: FlaskClient) -> None:
    answer = post(member, address(scene), ref="https://example.org/night-drive")
    assert answer.status_code == 422
    assert 'value="https://example.org/night-drive"' in answer.text
    assert "That is no release on Spotify." in answer.text
    assert read_sql("SELECT count(*) FROM connection_test") == 0


@ON_SPOTIFY
def test_who_may_only_look_can_not_test(app: Flask, scene: Scene, member: FlaskClient) -> None:
    viewer = app.test_client()
    make_member(read_sql("SELECT id FROM team"), "vera@alba.example", Role.VIEWER)
    sign_in(viewer, "vera@alba.example")
    assert viewer.get(address(scene)).status_code == 403
    assert post(viewer, address(scene), ref=pasted(scene)).status_code == 403
    assert "Test this connection" not in viewer.get("/services").text


@ON_SPOTIFY
def test_a_service_that_is_off_has_no_test(scene: Scene, member: FlaskClient) -> None:
    assert member.get("/services/tidal/test").status_code == 404
