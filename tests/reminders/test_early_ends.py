"""Permissions that end before the day: counted in the preflight, told on the fan's page, noted once with one press."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from fans import come_back, pre_save, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from mail_server import MailServer
from makers import make_member, make_team, post, sign_in
from noticing import agreed, lose, page_of
from twin_client import TwinClient

from jobs.reminders import send_due
from presave_app.campaigns.models import Campaign
from presave_app.campaigns.release_clock import release_clock
from presave_app.extensions import db, limiter
from presave_app.lib import clock
from presave_app.preflight.sign_ins import ENDS_EARLY, SignIns, read_sign_ins
from presave_app.presaves.states import State
from presave_app.reminders.asking import tell_of_early_ends
from presave_app.streaming.registry import connectors
from presave_app.teams.models import Role
from presave_app.transaction import transaction

SHEET = "/campaigns/1/preflight"


@pytest.fixture
def ida(app: Flask, twin: TwinClient) -> UUID:
    """A pre-save a week ahead, by a permission of the usual life."""
    limiter.reset()
    return pre_save(app, twin, "ida")


@pytest.fixture
def alice(app: Flask) -> FlaskClient:
    browser = app.test_client()
    sign_in(browser, "alice@alba.example")
    return browser


def end_early() -> None:
    """All permissions end tomorrow: what they do when the date has moved back by months."""
    run_sql("UPDATE fan_grant SET hard_expires_at = now() + interval '1 day'")


def sign_ins() -> SignIns:
    db.session.rollback()
    campaign = db.session.get_one(Campaign, 1)
    return read_sign_ins(1, release_clock(campaign), connectors(), clock.now())


def test_sign_ins_are_counted_by_reason(
    app: Flask, twin: TwinClient, client: FlaskClient, house: MailServer, ida: UUID
) -> None:
    for name in ("ada", "eva"):
        pre_save(app, twin, name)
    assert sign_ins().summary == "All 3 last until the day."
    agreed(client, house, ida)
    end_early()
    run_sql(
        "UPDATE fan_grant SET hard_expires_at = NULL WHERE id <> (SELECT grant_id FROM pre_save WHERE id = :id)", id=ida
    )
    assert sign_ins().summary == "1 of 3 sign-ins will be dead on the day, 1 can be won back."
    (service,) = sign_ins().services
    (dead,) = service.dead
    assert (dead.reason, dead.number, dead.untold, dead.told) == (ENDS_EARLY, 1, 1, 0)
    lose(UUID(str(read_sql("SELECT id FROM pre_save WHERE id <> :id ORDER BY id LIMIT 1", id=ida))))
    assert sign_ins().summary == "2 of 3 sign-ins will be dead on the day, 1 can be won back."
    assert {dead.reason for dead in sign_ins().services[0].dead} == {ENDS_EARLY, "grant_revoked"}
    assert sign_ins().to_tell == 1, "the other one has asked for nothing"


@pytest.mark.parametrize("htmx", [False, True])
def test_a_note_goes_out_once(
    alice: FlaskClient, client: FlaskClient, house: MailServer, ida: UUID, htmx: bool
) -> None:
    agreed(client, house, ida)
    assert "Tell 1 fan now" not in alice.get(SHEET).text
    end_early()
    send_due()
    assert house.taken == [], "nobody is told before the team lets it go"
    assert "Tell 1 fan now, once each" in alice.get(SHEET).text
    answer = post(alice, f"{SHEET}/tell", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    for _ in range(2):
        send_due()
        post(alice, f"{SHEET}/tell", htmx=htmx)
    (letter,) = house.taken
    assert letter.message["Subject"] == "Night Drive: Spotify needs your permission again"
    assert page_of(ida) in letter.message.get_content()
    page = alice.get(SHEET).text
    assert "Tell 1 fan now" not in page
    assert sign_ins().winnable == 1
    assert sign_ins().told == 1


# What keeps a note from going out, though its fan has asked for it.
HINDRANCES = ["page", "mail", "service"]


@pytest.fixture
def hindered(app: Flask, ida: UUID, client: FlaskClient, house: MailServer, hindrance: str) -> Iterator[None]:
    """Ida has asked to be told, her permission ends early, and no note can go out."""
    agreed(client, house, ida)
    end_early()
    kept = {name: app.extensions[name] for name in ("presave_settings", "presave_connectors")}
    if hindrance == "page":
        run_sql("UPDATE campaign SET published_at = NULL")
    elif hindrance == "mail":
        app.extensions["presave_settings"] = replace(kept["presave_settings"], mail=None)
    else:
        app.extensions["presave_connectors"] = {}
    yield
    app.extensions.update(kept)


@pytest.mark.parametrize("hindrance", HINDRANCES)
def test_no_note_is_promised_that_can_not_go_out(alice: FlaskClient, hindered: None, hindrance: str) -> None:
    assert sign_ins().summary == "1 of 1 sign-ins will be dead on the day, none can be won back."
    assert sign_ins().to_tell == 0
    page = " ".join(alice.get(SHEET).text.split())
    assert "1 fan has asked to be told, and no note can go out" in page
    assert "Tell 1 fan now" not in page
    assert "go out now" not in post(alice, f"{SHEET}/tell", htmx=True).text
    with transaction() as session:
        assert tell_of_early_ends(session, 1, ["spotify"]) == 0
    assert read_sql("SELECT count(*) FROM reminder WHERE asked_at IS NOT NULL") == 0


def test_a_note_that_was_let_go_is_on_its_way(
    alice: FlaskClient, client: FlaskClient, house: MailServer, ida: UUID
) -> None:
    agreed(client, house, ida)
    end_early()
    post(alice, f"{SHEET}/tell")
    assert sign_ins().to_tell == 0
    (dead,) = sign_ins().services[0].dead
    assert (dead.untold, dead.on_way, dead.told) == (0, 1, 0)
    assert "Tell 1 fan now" not in alice.get(SHEET).text
    send_due()
    (dead,) = sign_ins().services[0].dead
    assert (dead.on_way, dead.told) == (0, 1)
    assert sign_ins().winnable == 1


def test_a_notice_that_goes_by_itself_is_on_its_way(client: FlaskClient, house: MailServer, ida: UUID) -> None:
    agreed(client, house, ida)
    lose(ida)
    (dead,) = sign_ins().services[0].dead
    assert (dead.untold, dead.on_way, dead.told) == (0, 1, 0)
    assert sign_ins().winnable == 1
    assert sign_ins().to_tell == 0


def test_whoever_was_told_of_a_service_that_is_off_is_lost(
    app: Flask, client: FlaskClient, house: MailServer, ida: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed(client, house, ida)
    end_early()
    with transaction() as session:
        tell_of_early_ends(session, 1, ["spotify"])
    send_due()
    assert sign_ins().winnable == 1
    monkeypatch.setitem(app.extensions, "presave_connectors", {})
    assert sign_ins().winnable == 0


def test_two_presses_at_once_tell_once(app: Flask, client: FlaskClient, house: MailServer, ida: UUID) -> None:
    agreed(client, house, ida)
    end_early()
    start, told = threading.Barrier(2), list[int]()

    def press() -> None:
        with app.app_context():
            start.wait()
            with transaction() as session:
                told.append(tell_of_early_ends(session, 1, ["spotify"]))

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [0, 1]
    send_due()
    assert len(house.taken) == 1


def test_the_fan_gives_the_permission_again(
    app: Flask, twin: TwinClient, client: FlaskClient, house: MailServer, alice: FlaskClient, ida: UUID
) -> None:
    agreed(client, house, ida)
    assert "Give the permission again" not in client.get(page_of(ida)).text
    end_early()
    page = client.get(page_of(ida)).text
    assert "Spotify needs your permission again" in page
    assert "Give the permission again" in page
    come_back(app, twin, "ida")
    assert sign_ins().summary == "1 sign-in lasts until the day."
    assert "Give the permission again" not in client.get(page_of(ida)).text
    post(alice, f"{SHEET}/tell")
    send_due()
    assert house.taken == [], "what is mended needs no note"
    assert read_sql("SELECT state FROM pre_save") == State.ARMED


def test_a_note_that_was_let_go_stays_when_the_fan_was_quicker(
    app: Flask, twin: TwinClient, client: FlaskClient, house: MailServer, ida: UUID
) -> None:
    agreed(client, house, ida)
    end_early()
    with transaction() as session:
        tell_of_early_ends(session, 1, ["spotify"])
    come_back(app, twin, "ida")
    send_due()
    assert house.taken == []


def test_nobody_is_told_while_a_new_permission_would_not_last_either(
    alice: FlaskClient, client: FlaskClient, house: MailServer, ida: UUID
) -> None:
    agreed(client, house, ida)
    end_early()
    run_sql("UPDATE campaign SET release_at = now() + interval '300 days', release_wall = now() + interval '300 days'")
    assert sign_ins().to_tell == 0
    assert "would not last either" in alice.get(SHEET).text
    assert "Give the permission again" not in client.get(page_of(ida)).text
    post(alice, f"{SHEET}/tell")
    send_due()
    assert house.taken == []
    assert read_sql("SELECT count(*) FROM reminder WHERE asked_at IS NOT NULL") == 0


def test_only_editors_tell(app: Flask, client: FlaskClient, house: MailServer, ida: UUID) -> None:
    agreed(client, house, ida)
    end_early()
    make_member(1, "bob@alba.example", Role.VIEWER)
    make_team("Other Label", "charlie@other.example")
    for email, status in (("bob@alba.example", 403), ("charlie@other.example", 404)):
        browser = app.test_client()
        sign_in(browser, email)
        assert post(browser, f"{SHEET}/tell").status_code == status
        assert "Tell 1 fan now" not in browser.get(SHEET).text
    assert read_sql("SELECT count(*) FROM reminder WHERE asked_at IS NOT NULL") == 0
