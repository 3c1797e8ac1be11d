"""Being told once when the permission is lost: asked for on the fan's own page, sent once, and forgotten."""

from __future__ import annotations

import threading
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from engine import let_a_minute_pass
from fans import come_back, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from flask.testing import FlaskClient
from mail_server import MailServer
from noticing import agreed, end, lose, page_of, tell_me
from reminding import IDA, ask, confirmed, link_in, move, release, way
from twin_client import TwinClient

from jobs.reminders import send_due
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.ops.cli import status_of
from presave_app.releases import adding, refreshing
from presave_app.reminders import ending, tally

GONE = (None, None, None)


@pytest.fixture(autouse=True)
def ida(app: Flask, twin: TwinClient, campaign_id: int) -> UUID:
    """A pre-save whose release is a week ahead."""
    return pre_save(app, twin, "ida")


def text_of(client: FlaskClient, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return " ".join(unescape(page.text).split())


def kept() -> tuple[object, ...]:
    """What is still kept of the newest way's address."""
    found = way()
    return found.address_sealed, found.key_id, found.address_hash


def test_the_page_offers_it_and_chooses_nothing(client: FlaskClient, ida: UUID) -> None:
    page = text_of(client, page_of(ida))
    assert "Tell me if it needs me" in page
    assert "Spotify may end your permission before the day." in page
    assert 'id="way-email"' in page
    assert 'id="way-push"' in page
    assert "way-calendar" not in page
    assert "checked" not in page
    assert "<details >" in page
    assert read_sql("SELECT count(*) FROM reminder") == 0


def test_it_is_offered_only_while_it_can_be_needed(app: Flask, client: FlaskClient, ida: UUID) -> None:
    lose(ida)
    assert "tell-me" not in client.get(page_of(ida)).text
    run_sql("UPDATE pre_save SET state = 'armed'")
    assert "tell-me" in client.get(page_of(ida)).text
    object.__setattr__(app.extensions["presave_settings"], "mail", None)
    assert "hidden data-needs-push" in client.get(page_of(ida)).text
    object.__setattr__(app.extensions["presave_settings"], "vapid", None)
    assert "tell-me" not in client.get(page_of(ida)).text


def test_the_whole_way_of_a_mail(
    app: Flask, client: FlaskClient, house: MailServer, twin: TwinClient, campaign_id: int, ida: UUID
) -> None:
    path = page_of(ida)
    tell_me(client, ida, way="email", email=IDA)
    send_due()
    (question,) = house.taken
    assert question.message["Subject"] == "Shall we tell you if Night Drive by Alba Voss needs you?"
    assert "once if Spotify needs your permission again before we can add it" in question.message.get_content()
    assert path not in question.message.get_content()
    assert "only then do we write if Spotify needs you" in text_of(client, path)
    assert "way-email" not in client.get(path).text
    assert "Shall we write if Spotify needs you?" in text_of(client, link_in(house, "confirm"))
    for _ in range(2):
        assert "Confirmed" in client.post(link_in(house, "confirm")).text
    assert "only if Spotify needs your permission again" in text_of(client, path)
    send_due()
    assert len(house.taken) == 1

    move(campaign_id, timedelta(minutes=30))
    twin.control("POST", "fans/ida/revoke", {})
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    refreshing.warm_up("spotify", 20)
    let_a_minute_pass()
    send_due()
    assert len(house.taken) == 1
    refreshing.warm_up("spotify", 20)
    assert row_of(ida).state == "needs_reauth"
    for _ in range(3):
        send_due()
    _, mail = house.taken
    assert mail.recipients == (IDA,)
    assert mail.message["Subject"] == "Night Drive: Spotify needs your permission again"
    assert f"http://127.0.0.1:5000{path}\n" in mail.message.get_content()
    assert (way().state, kept()) == ("sent", GONE)

    page = text_of(client, path)
    assert "Give the permission again" in page
    assert "Sent, and your address is erased." in page
    come_back(app, twin, "ida")
    assert row_of(ida).state == "armed"
    lose(ida)
    release(campaign_id)
    send_due()
    assert len(house.taken) == 2


def test_a_permission_lost_at_the_release_is_told_too(
    client: FlaskClient, house: MailServer, twin: TwinClient, campaign_id: int, ida: UUID
) -> None:
    agreed(client, house, ida)
    release(campaign_id)
    twin.control("POST", "fans/ida/revoke", {})
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    run_sql("UPDATE target SET found_at = now()")
    for _ in range(2):
        adding.add_due("spotify")
        let_a_minute_pass()
    assert row_of(ida).state == "needs_reauth"
    send_due()
    assert house.subjects == ["Night Drive: Spotify needs your permission again"]


def test_nobody_is_told_who_does_not_need_it(
    client: FlaskClient, house: MailServer, campaign_id: int, ida: UUID
) -> None:
    agreed(client, house, ida)
    release(campaign_id)
    send_due()
    assert house.taken == []
    assert (way().state, way().next_at) == ("armed", None)


def test_a_release_on_hold_has_its_fans_told(client: FlaskClient, house: MailServer, ida: UUID) -> None:
    agreed(client, house, ida)
    run_sql("UPDATE campaign SET held_at = now()")
    lose(ida)
    send_due()
    assert len(house.taken) == 1


def test_where_the_permission_cannot_be_given_again_it_waits(
    client: FlaskClient, house: MailServer, campaign_id: int, ida: UUID
) -> None:
    agreed(client, house, ida)
    lose(ida)
    run_sql("UPDATE campaign SET published_at = NULL")
    assert send_due() == 0
    run_sql("UPDATE campaign SET published_at = now()")
    move(campaign_id, timedelta(days=300))
    send_due()
    assert send_due() == 0
    assert house.taken == []
    assert way().next_at > read_sql("SELECT now() + interval '99 days'")
    move(campaign_id, timedelta(days=3))
    send_due()
    assert len(house.taken) == 1


@pytest.mark.parametrize("act", ["cancel", "disconnect"])
@pytest.mark.parametrize("has_lost", [False, True])
def test_the_fans_own_ending_forgets_the_address(
    client: FlaskClient, house: MailServer, ida: UUID, act: str, has_lost: bool
) -> None:
    agreed(client, house, ida)
    if has_lost:
        lose(ida)
    client.post(f"{page_of(ida)}/{act}")
    assert (way().state, way().reason, kept()) == ("withdrawn", "not_needed", GONE)
    send_due()
    assert house.taken == []
    assert "It is not needed any more. The address is erased." in text_of(client, page_of(ida))


@pytest.mark.parametrize("state", ["done", "withdrawn", "expired"])
def test_the_address_goes_with_the_pre_save(client: FlaskClient, house: MailServer, ida: UUID, state: str) -> None:
    agreed(client, house, ida)
    end(ida, state)
    assert (way().state, kept()) == ("withdrawn", GONE)


def test_an_add_that_works_forgets_the_address(
    client: FlaskClient, house: MailServer, campaign_id: int, ida: UUID
) -> None:
    agreed(client, house, ida)
    release(campaign_id)
    run_sql("UPDATE target SET found_at = now()")
    adding.add_due("spotify")
    assert row_of(ida).state == "done"
    assert (way().state, kept()) == ("withdrawn", GONE)


def test_an_unanswered_question_ends_with_the_pre_save_and_is_no_way_to_be_asked_again(
    app: Flask, client: FlaskClient, house: MailServer, twin: TwinClient, ida: UUID
) -> None:
    tell_me(client, ida, way="email", email=IDA)
    send_due()
    client.post(f"{page_of(ida)}/cancel")
    assert (way().state, way().address_sealed) == ("withdrawn", None)
    assert "It is not needed any more." in client.post(link_in(house, "confirm")).text
    assert way().state == "withdrawn"
    come_back(app, twin, "ida")
    tell_me(client, ida, way="email", email=IDA)
    send_due()
    assert len(house.taken) == 1
    run_sql("UPDATE reminder_way SET created_at = now() - interval '25 hours'")
    ending.end_overdue()
    assert read_sql("SELECT count(address_hash) FROM reminder_way WHERE state = 'withdrawn'") == 0


def test_it_ends_three_days_after_the_release(
    client: FlaskClient, house: MailServer, campaign_id: int, ida: UUID
) -> None:
    agreed(client, house, ida)
    run_sql("UPDATE reminder SET created_at = created_at - interval '9 days'")
    run_sql("UPDATE pre_save SET accepted_at = accepted_at - interval '9 days'")
    move(campaign_id, timedelta(hours=-71))
    ending.end_overdue()
    assert way().state == "armed"
    move(campaign_id, timedelta(hours=-73))
    ending.end_overdue()
    assert (way().state, way().reason, kept()) == ("expired", "watch_over", GONE)
    lose(ida)
    send_due()
    assert house.taken == []


def test_one_press_takes_it_back_and_it_may_be_asked_for_anew(
    client: FlaskClient, house: MailServer, ida: UUID
) -> None:
    agreed(client, house, ida)
    for _ in range(2):
        assert client.post(f"{page_of(ida)}/tell-me/{way().id}/stop").status_code == 303
    assert (way().state, kept()) == ("withdrawn", GONE)
    assert 'id="way-email"' in client.get(page_of(ida)).text
    agreed(client, house, ida)
    lose(ida)
    send_due()
    assert len(house.taken) == 1


def test_nobody_takes_back_what_is_another_ones(
    app: Flask, client: FlaskClient, house: MailServer, twin: TwinClient, ida: UUID
) -> None:
    agreed(client, house, ida)
    jonas = pre_save(app, twin, "jonas")
    for path in (page_of(jonas), f"{ask(client, way='calendar')}"):
        assert client.post(f"{path}/tell-me/{way().id}/stop").status_code == 404
    assert read_sql("SELECT count(*) FROM reminder_way WHERE state = 'armed'") == 1


def test_it_is_neither_a_reminder_nor_a_pre_save(
    client: FlaskClient, house: MailServer, campaign_id: int, ida: UUID
) -> None:
    agreed(client, house, ida)
    assert tally.count(campaign_id) == 0
    numbers = client.get("/night-drive/count.json").json
    assert numbers is not None
    assert (numbers["total"], numbers["reminders"]) == (1, 0)
    report = status_of(db.session.get_one(Campaign, campaign_id))
    assert (report["total"], report["reminders"]) == (1, 0)
    assert client.post(f"{page_of(ida)}/remind", data={"way": "calendar"}).status_code == 404
    assert client.post(f"{page_of(ida)}/remind/{way().id}/stop").status_code == 404
    assert client.post(f"{page_of(ida)}/tell-me", data={"way": "calendar"}).status_code == 400


def test_a_reminder_of_the_same_release_stays_beside_it(
    client: FlaskClient, house: MailServer, campaign_id: int, ida: UUID
) -> None:
    agreed(client, house, ida)
    confirmed(client, house)
    assert read_sql("SELECT count(*) FROM reminder_way WHERE state = 'armed'") == 2
    lose(ida)
    release(campaign_id)
    send_due()
    assert sorted(house.subjects) == [
        "Night Drive: Spotify needs your permission again",
        "Out now: Night Drive by Alba Voss",
    ]


def test_two_releases_have_a_notice_each(
    app: Flask, client: FlaskClient, house: MailServer, twin: TwinClient, ida: UUID
) -> None:
    open_campaign(slug="small-hours")
    other = pre_save(app, twin, "ida", "small-hours")
    agreed(client, house, ida)
    run_sql("UPDATE reminder_way SET created_at = created_at - interval '25 hours'")
    agreed(client, house, other)
    client.post(f"{page_of(other)}/cancel")
    lose(ida)
    send_due()
    assert len(house.taken) == 1
    assert page_of(ida) in house.taken[0].message.get_content()


def test_a_second_way_takes_the_place_of_the_first(client: FlaskClient, house: MailServer, ida: UUID) -> None:
    agreed(client, house, ida)
    agreed(client, house, ida, "ida@other.example")
    lose(ida)
    send_due()
    assert house.recipients == ["ida@other.example"]
    assert read_sql("SELECT count(*) FROM reminder_way WHERE reason = 'replaced'") == 1


def test_two_presses_at_once_make_one_notice(app: Flask, house: MailServer, ida: UUID) -> None:
    def press() -> None:
        with app.app_context():
            tell_me(app.test_client(), ida, way="email", email=IDA)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send_due()
    assert read_sql("SELECT count(*) FROM reminder") == 1
    assert len(house.taken) == 1


def test_what_is_no_address_is_said_beside_the_field(client: FlaskClient, ida: UUID) -> None:
    answer = client.post(f"{page_of(ida)}/tell-me", data={"way": "email", "email": "ida@"})
    assert answer.status_code == 422
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "<details open>" in answer.text
    assert 'value="ida@"' in answer.text
    assert read_sql("SELECT count(*) FROM reminder") == 0


def test_too_late_keeps_nothing(client: FlaskClient, campaign_id: int, ida: UUID) -> None:
    release(campaign_id)
    tell_me(client, ida, way="email", email=IDA)
    assert read_sql("SELECT count(*) FROM reminder") == 0
    assert client.post("/mine/unknown/tell-me", data={"way": "email", "email": IDA}).status_code == 404


def test_one_place_may_not_type_addresses_for_ever(client: FlaskClient, ida: UUID) -> None:
    for number in range(40):
        tell_me(client, ida, way="email", email=f"fan{number}@fans.example")
    answer = client.post(f"{page_of(ida)}/tell-me", data={"way": "email", "email": IDA})
    assert answer.status_code == 429
