"""Looking ahead: a release known by its UPC alone is pre-added once its service shows it, and is asked for gently."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from apple_music_client import ALBUM, AppleMusicClient
from engine import Killed, beside, until_somebody_waits
from fans import SLUG, move_release, open_campaign, read_sql, run_sql
from flask import Flask
from kit_client import LIVE_NEVER_YET, LIVE_SINCE
from makers import UPC
from scenes import Scene, make_scene
from sqlalchemy import text
from switching import turned_on

from jobs.links import look_ahead
from presave_app.campaigns import targets
from presave_app.campaigns.editing import typed_of
from presave_app.campaigns.models import Campaign
from presave_app.releases import adding, catalogue, extras, gate, looking_ahead
from presave_app.streaming.connector import Release
from presave_app.transaction import transaction

APPLE = "apple-music"
REF = f"album:{ALBUM}"
OTHER_UPC = "4006381333931"
CATALOGUE = ("GET", "*/catalog/*")


@pytest.fixture
def scene(app: Flask, twin_url: str) -> Iterator[Scene]:
    """Apple Music is on, and shows nothing of the release, which is a week ahead."""
    with requests.Session() as session:
        session.trust_env = False
        made = make_scene(APPLE, twin_url, session)
        show(made, live_from=LIVE_NEVER_YET)
        with turned_on(app, made.connector, made.settings):
            yield made
        made.connector.close()


@pytest.fixture
def apple(scene: Scene) -> AppleMusicClient:
    assert isinstance(scene.twin, AppleMusicClient)
    return scene.twin


@pytest.fixture
def campaign_id(scene: Scene) -> int:
    return open_campaign(timedelta(days=7), ref=None, upc=UPC)


@pytest.fixture
def waiting(app: Flask, apple: AppleMusicClient, campaign_id: int) -> int:
    """Ida has pre-saved on Apple Music; returns the campaign."""
    sign_in(app, apple, "ida")
    return campaign_id


def show(scene: Scene, **more: object) -> None:
    scene.twin.release(ALBUM, **{"upc": UPC, "instant_songs": 1, **more})


def sign_in(app: Flask, apple: AppleMusicClient, fan: str) -> None:
    """A fan says yes, with a browser of their own."""
    form = {"music_user_token": apple.sign_in(fan), "storefront": "de"}
    answer = app.test_client().post(f"/{SLUG}/connect/{APPLE}", data=form)
    assert answer.status_code == 303, answer.text


def let_pass(hours: float) -> None:
    """So long ago is all that was looked for."""
    run_sql(
        "UPDATE link_look SET looked_at = looked_at - make_interval(secs => :s),"
        " next_at = next_at - make_interval(secs => :s)",
        s=hours * 3600,
    )


def looks() -> int:
    return read_sql("SELECT coalesce(sum(looks), 0) FROM link_look WHERE source = 'apple-music'")


def catalogue_calls(apple: AppleMusicClient) -> list[str]:
    return [call["path"] for call in apple.calls(method="GET") if "/catalog/" in call["path"]]


def ref() -> str | None:
    return read_sql("SELECT ref FROM target WHERE service = 'apple-music'")


def give_upc(campaign_id: int, upc: str | None) -> None:
    with transaction() as session:
        targets.set_upc(session.get_one(Campaign, campaign_id), upc)


def name_it(campaign_id: int, named: str | None) -> None:
    with transaction() as session:
        targets.set_ref(session.get_one(Campaign, campaign_id), APPLE, named)


def shown_ref(campaign_id: int) -> str:
    with transaction() as session:
        return typed_of(session.get_one(Campaign, campaign_id))[f"target-{APPLE}"]


def test_it_is_pre_added_once_the_service_shows_it(waiting: int, scene: Scene, apple: AppleMusicClient) -> None:
    assert looking_ahead.find_services() == [APPLE]
    assert look_ahead(APPLE) == 0
    assert extras.services_with_due_extras() == []
    show(scene, live_from=LIVE_NEVER_YET, preorder_from=LIVE_SINCE)
    let_pass(24)
    assert look_ahead(APPLE) == 1
    assert ref() == REF
    assert extras.do_due(APPLE) == 1
    assert read_sql("SELECT outcome FROM action WHERE kind = 'pre_add'") == "pre_added"
    assert ALBUM in apple.library("ida")
    assert looking_ahead.find_services() == []


def test_it_counts_as_found_only_on_the_day(waiting: int, scene: Scene, apple: AppleMusicClient) -> None:
    show(scene, live_from=LIVE_NEVER_YET, preorder_from=LIVE_SINCE)
    look_ahead(APPLE)
    assert read_sql("SELECT found_at FROM target WHERE service = 'apple-music'") is None
    assert adding.add_due(APPLE) == 0
    move_release(waiting, timedelta(seconds=-1))
    show(scene)
    adding.add_due(APPLE)
    run_sql("UPDATE pre_save SET next_at = due_at WHERE state = 'armed'")
    adding.add_due(APPLE)
    assert read_sql("SELECT state FROM pre_save") == "done"


def test_what_has_another_name_on_the_day_is_found_all_the_same(waiting: int, scene: Scene) -> None:
    show(scene, live_from=LIVE_NEVER_YET, preorder_from=LIVE_SINCE)
    look_ahead(APPLE)
    scene.twin.control("POST", "reset")
    scene.twin.release("1700000002", upc=UPC)
    move_release(waiting, timedelta(seconds=-1))
    assert catalogue.look_for_releases(APPLE) == 1
    assert ref() == "album:1700000002"


@pytest.mark.parametrize(
    ("days_ahead", "too_soon", "hours"),
    [(30, 23.9, 24.1), (7, 23.9, 24.1), (1.5, 11.9, 12.1), (1.01, 0.9, 1.1), (0.5, 0.9, 1.1)],
)
def test_a_day_lies_between_looks_and_an_hour_in_the_last(
    waiting: int, apple: AppleMusicClient, days_ahead: float, too_soon: float, hours: float
) -> None:
    move_release(waiting, timedelta(days=days_ahead))
    look_ahead(APPLE)
    # The day comes nearer while the looks grow old.
    for passed, is_due in ((too_soon, False), (hours, True)):
        let_pass(passed)
        move_release(waiting, timedelta(days=days_ahead, hours=-passed))
        assert (looking_ahead.find_services() == [APPLE]) is is_due
        let_pass(-passed)


def test_a_day_that_is_moved_nearer_is_asked_about_sooner(waiting: int) -> None:
    look_ahead(APPLE)
    let_pass(2)
    assert looking_ahead.find_services() == []
    move_release(waiting, timedelta(hours=12))
    assert looking_ahead.find_services() == [APPLE]


@pytest.mark.parametrize(
    "why",
    [
        "UPDATE pre_save SET state = 'withdrawn'",
        "UPDATE fan_grant SET state = 'dead'",
        "UPDATE action SET state = 'done' WHERE kind = 'pre_add'",
        "UPDATE campaign SET held_at = now()",
        "UPDATE campaign SET upc = NULL",
        "UPDATE campaign SET release_at = now()",
        "UPDATE target SET ref = 'album:1'",
        "UPDATE target SET found_at = now()",
    ],
)
def test_it_is_asked_for_only_while_somebody_waits_for_it(waiting: int, apple: AppleMusicClient, why: str) -> None:
    assert looking_ahead.find_services() == [APPLE]
    run_sql(why)
    assert looking_ahead.find_services() == []
    assert look_ahead(APPLE) == 0
    assert catalogue_calls(apple) == []


def test_without_a_fan_nobody_asks(campaign_id: int) -> None:
    assert looking_ahead.find_services() == []
    assert look_ahead(APPLE) == 0
    assert looks() == 0


def test_a_service_that_adds_only_on_the_day_is_not_asked(waiting: int) -> None:
    run_sql("UPDATE pre_save SET service = 'spotify'")
    assert looking_ahead.find_services() == []
    assert look_ahead("spotify") == 0


def test_a_shut_gate_uses_up_no_look(waiting: int) -> None:
    gate.shut(APPLE, 60, "rate_limited")
    assert looking_ahead.find_services() == []
    assert look_ahead(APPLE) == 0
    assert looks() == 0


def test_twice_asks_once(waiting: int, apple: AppleMusicClient) -> None:
    look_ahead(APPLE)
    asked = len(catalogue_calls(apple))
    look_ahead(APPLE)
    assert (looks(), asked) == (1, len(catalogue_calls(apple)))
    assert asked > 0


def test_two_workers_at_once_ask_once_and_pre_add_once(
    app: Flask, waiting: int, scene: Scene, apple: AppleMusicClient
) -> None:
    show(scene, live_from=LIVE_NEVER_YET, preorder_from=LIVE_SINCE)
    both = threading.Barrier(2)
    found: list[int] = []

    def work() -> None:
        with app.app_context():
            both.wait()
            found.append(look_ahead(APPLE))
            both.wait()
            extras.do_due(APPLE)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (sorted(found), looks()) == ([0, 1], 1)
    assert len(apple.calls(method="POST", path="/v1/me/library")) == 1


def test_whoever_comes_while_a_look_is_being_noted_makes_none(
    app: Flask, waiting: int, apple: AppleMusicClient
) -> None:
    found: list[int] = []
    with transaction() as session:
        session.execute(
            text("INSERT INTO link_look (campaign_id, source, looks) VALUES (:id, 'apple-music', 1)"), {"id": waiting}
        )
        with beside(app, lambda: found.append(look_ahead(APPLE))):
            until_somebody_waits(session)
            session.commit()
    assert (found, looks(), catalogue_calls(apple)) == ([0], 1, [])


def test_a_worker_that_dies_in_a_look_is_made_up_for_after_an_hour(
    waiting: int, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    show(scene, live_from=LIVE_NEVER_YET, preorder_from=LIVE_SINCE)
    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "ask", die)
        with pytest.raises(Killed):
            look_ahead(APPLE)
    assert looking_ahead.find_services() == []
    let_pass(1)
    assert look_ahead(APPLE) == 1


@pytest.mark.parametrize("kind", ["500", "429"])
def test_a_fault_is_no_miss(waiting: int, scene: Scene, kind: str) -> None:
    show(scene, live_from=LIVE_NEVER_YET, preorder_from=LIVE_SINCE)
    scene.fault(kind, CATALOGUE)
    assert look_ahead(APPLE) == 0
    assert (gate.shut_seconds(APPLE) > 0) is (kind == "429")
    run_sql("UPDATE service_gate SET open_at = now()")
    assert looking_ahead.find_services() == []
    let_pass(1)
    assert look_ahead(APPLE) == 1


def test_another_upc_forgets_the_name_and_is_asked_for_at_once(waiting: int, scene: Scene) -> None:
    show(scene, live_from=LIVE_NEVER_YET, preorder_from=LIVE_SINCE)
    look_ahead(APPLE)
    give_upc(waiting, OTHER_UPC)
    assert ref() is None
    assert looking_ahead.find_services() == [APPLE]
    assert look_ahead(APPLE) == 0


@pytest.mark.parametrize("meanwhile", ["upc", "upc and another look", "ref"])
def test_what_the_label_says_during_a_look_wins(
    waiting: int, scene: Scene, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    show(scene, live_from=LIVE_NEVER_YET, preorder_from=LIVE_SINCE)
    ask = catalogue.ask

    def ask_slowly(*given: Any, **sought: Any) -> Release | None:
        found = ask(*given, **sought)
        if meanwhile == "ref":
            name_it(waiting, "album:42")
        else:
            give_upc(waiting, OTHER_UPC)
        if meanwhile == "upc and another look":
            run_sql("INSERT INTO link_look (campaign_id, source) VALUES (:id, 'apple-music')", id=waiting)
        return found

    monkeypatch.setattr(catalogue, "ask", ask_slowly)
    assert look_ahead(APPLE) == 0
    assert ref() == ("album:42" if meanwhile == "ref" else None)


def test_the_label_may_take_the_name_for_its_own(waiting: int, scene: Scene) -> None:
    show(scene, live_from=LIVE_NEVER_YET, preorder_from=LIVE_SINCE)
    look_ahead(APPLE)
    assert shown_ref(waiting) == ""
    name_it(waiting, None)
    assert (ref(), looking_ahead.find_services()) == (REF, [])
    name_it(waiting, REF)
    assert shown_ref(waiting) == REF
    give_upc(waiting, OTHER_UPC)
    assert ref() == REF
    name_it(waiting, None)
    assert (ref(), looking_ahead.find_services()) == (None, [APPLE])
