"""Reminders by mail: a question, an answer, one mail on the day, and then nothing is left of the address."""

from __future__ import annotations

import threading
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from fans import move_local_release, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from mail_server import MailServer
from reminding import IDA, PAGE, ask, ask_by_mail, confirmed, link_in, move, release, way

from jobs.reminders import send_due
from jobs.schedule import Bells
from presave_app.reminders import ending, tally


def text_of(client: FlaskClient, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return " ".join(unescape(page.text).split())


def test_the_page_offers_three_ways_and_chooses_none(client: FlaskClient) -> None:
    page = text_of(client, PAGE)
    for button in ("way-calendar", "way-email", "way-push"):
        assert f'id="{button}"' in page
    assert "checked" not in page
    assert "Spotify gives us no way to add it for you" in page
    assert client.get("/night-drive/remind/unheard-of").status_code == 404
    assert client.get("/night-train/remind/spotify").status_code == 404


def test_only_what_the_installation_can_do_is_offered(app: Flask, client: FlaskClient) -> None:
    settings = app.extensions["presave_settings"]
    object.__setattr__(settings, "mail", None)
    object.__setattr__(settings, "vapid", None)
    page = text_of(client, PAGE)
    assert "way-calendar" in page
    assert "way-email" not in page
    assert "way-push" not in page
    assert client.post(PAGE, data={"way": "email", "email": IDA}).status_code == 400


def test_the_whole_way_of_a_mail(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    path = ask_by_mail(client)
    assert "One step is left" in text_of(client, path)
    assert house.recipients == [IDA]
    assert tally.count(campaign_id) == 0
    question = link_in(house, "confirm")
    assert "Yes, write to me once" in text_of(client, question)
    assert way().state == "unconfirmed"
    for _ in range(2):
        assert "Confirmed" in client.post(question).text
    assert (way().state, tally.count(campaign_id)) == ("armed", 1)
    assert "Confirmed. We write once" in text_of(client, path)
    assert "We remind you" in text_of(client, path)
    send_due()
    release(campaign_id)
    for _ in range(3):
        send_due()
    assert len(house.taken) == 2
    mail = house.taken[1].message
    assert mail["Subject"] == "Out now: Night Drive by Alba Voss"
    assert "https://open.spotify.com/album/" in mail.get_content()
    assert "http://127.0.0.1:5000/night-drive" in mail.get_content()
    assert (way().state, way().address_sealed, way().address_hash, way().key_id) == ("sent", None, None, None)
    assert "Sent, and your address is erased." in text_of(client, path)
    assert tally.count(campaign_id) == 1


def test_the_clock_rings_for_it(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    confirmed(client, house)
    release(campaign_id)
    Bells().turn()
    assert read_sql("SELECT 1") == 1
    send_due()
    assert len(house.taken) == 1


def test_a_link_that_a_scanner_opens_agrees_to_nothing(client: FlaskClient, house: MailServer) -> None:
    ask_by_mail(client)
    for act in ("confirm", "stop"):
        client.get(link_in(house, act))
        client.head(link_in(house, act))
    assert way().state == "unconfirmed"


def test_every_mail_is_stopped_by_one_press(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    confirmed_path = ask_by_mail(client)
    mail = house.taken[0].message
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = urlsplit(str(mail["List-Unsubscribe"]).strip("<>")).path
    client.post(link_in(house, "confirm"))
    for _ in range(2):
        answer = client.post(address, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert (way().state, way().address_sealed, way().address_hash) == ("withdrawn", None, None)
    release(campaign_id)
    send_due()
    assert len(house.taken) == 1
    assert "Taken back, and your address is erased." in text_of(client, confirmed_path)


def test_its_own_page_takes_it_back(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    path = confirmed(client, house)
    assert client.post(f"{path}/remind/{way().id}/stop").status_code == 303
    release(campaign_id)
    send_due()
    assert house.taken == []
    assert tally.count(campaign_id) == 0


def test_nobody_takes_back_what_is_another_ones(client: FlaskClient, house: MailServer) -> None:
    confirmed(client, house)
    other = ask(client, way="calendar")
    mine = read_sql("SELECT id FROM reminder_way WHERE kind = 'email'")
    assert client.post(f"{other}/remind/{mine}/stop").status_code == 404
    assert read_sql("SELECT state FROM reminder_way WHERE kind = 'email'") == "armed"


def test_an_address_gets_one_unanswered_question_a_day(client: FlaskClient, house: MailServer) -> None:
    pages = [text_of(client, ask_by_mail(client, address)) for address in (IDA, IDA.upper(), IDA)]
    assert len(house.taken) == 1
    assert read_sql("SELECT count(*) FROM reminder_way WHERE address_sealed IS NOT NULL") == 1
    told = {page[page.index("E-mail</h2>") : page.index("<form", page.index("E-mail</h2>"))] for page in pages}
    assert len(told) == 1
    run_sql("UPDATE reminder_way SET created_at = now() - interval '25 hours'")
    ask_by_mail(client)
    assert len(house.taken) == 2


def test_taking_it_back_is_no_way_to_get_another_question_sent(client: FlaskClient, house: MailServer) -> None:
    path = ask_by_mail(client)
    client.post(f"{path}/remind/{way().id}/stop")
    ask_by_mail(client)
    client.post(link_in(house, "stop"))
    ask_by_mail(client)
    assert len(house.taken) == 1
    run_sql("UPDATE reminder_way SET created_at = now() - interval '25 hours'")
    ending.end_overdue()
    assert read_sql("SELECT count(address_hash) FROM reminder_way WHERE state = 'withdrawn'") == 0


def test_a_known_address_is_answered_like_any_other(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    confirmed(client, house)
    ask_by_mail(client)
    assert house.subjects == ["Shall we remind you of Night Drive by Alba Voss?"]
    client.post(link_in(house, "confirm"))
    assert read_sql("SELECT count(*) FROM reminder_way WHERE state = 'armed'") == 1
    assert read_sql("SELECT count(*) FROM reminder_way WHERE reason = 'replaced'") == 1
    release(campaign_id)
    send_due()
    assert house.subjects[1:] == ["Out now: Night Drive by Alba Voss"]


def test_two_who_type_the_same_address_at_once_cause_one_mail(app: Flask, house: MailServer) -> None:
    threads = [threading.Thread(target=lambda: ask(app.test_client(), way="email", email=IDA)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send_due()
    assert read_sql("SELECT count(*) FROM reminder_way") == 4
    assert len(house.taken) == 1


def test_two_who_agree_for_the_same_address_at_once_get_one_mail(
    app: Flask, client: FlaskClient, house: MailServer, campaign_id: int
) -> None:
    links: list[str] = []
    for _ in range(3):
        ask_by_mail(client)
        links.append(link_in(house, "confirm"))
        run_sql("UPDATE reminder_way SET created_at = created_at - interval '25 hours'")
    house.taken.clear()
    threads = [threading.Thread(target=lambda link=link: app.test_client().post(link)) for link in links]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_sql("SELECT count(*) FROM reminder_way WHERE state = 'armed'") == 1
    release(campaign_id)
    send_due()
    assert len(house.taken) == 1


def test_a_link_that_is_too_old_ends_nothing_that_a_newer_one_agreed_to(client: FlaskClient, house: MailServer) -> None:
    links: list[str] = []
    for _ in range(2):
        ask_by_mail(client)
        links.append(link_in(house, "confirm"))
        run_sql("UPDATE reminder_way SET created_at = created_at - interval '40 hours'")
    old, new = links
    client.post(new)
    client.post(old)
    assert read_sql("SELECT count(*) FROM reminder_way WHERE state = 'armed'") == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ida",
        "ida@",
        "ida@localhost",
        "ida@127.0.0.1",
        "Ida <ida@fans.example>",
        "a@b.example,c@d.example",
        "ida@fans.example\r\nBcc: eve@evil.example",
        "x" * 250 + "@fans.example",
    ],
)
def test_what_is_no_address_is_said_beside_the_field(client: FlaskClient, address: str) -> None:
    answer = client.post(PAGE, data={"way": "email", "email": address})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert read_sql("SELECT count(*) FROM reminder") == 0


def test_one_place_may_not_type_addresses_for_ever(client: FlaskClient) -> None:
    for number in range(40):
        ask(client, way="email", email=f"fan{number}@fans.example")
    assert client.post(PAGE, data={"way": "email", "email": IDA}).status_code == 429
    assert client.post(PAGE, data={"way": "calendar"}).status_code == 303


def test_a_form_of_another_site_is_refused(client: FlaskClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(PAGE, data={"way": "email", "email": IDA}, headers=headers).status_code == 403


def test_a_link_is_good_for_three_days(client: FlaskClient, house: MailServer) -> None:
    ask_by_mail(client)
    run_sql("UPDATE reminder_way SET created_at = now() - interval '73 hours'")
    assert "Confirmed" not in client.post(link_in(house, "confirm")).text
    ending.end_overdue()
    assert (way().state, way().reason, way().address_sealed) == ("expired", "not_confirmed", None)
    assert "This link is over" in text_of(client, link_in(house, "confirm"))


def test_it_is_never_early(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    confirmed(client, house)
    run_sql("UPDATE reminder_way SET next_at = now()")
    run_sql("UPDATE campaign SET first_at = DEFAULT")
    send_due()
    assert house.taken == []
    move(campaign_id, timedelta(days=30))
    assert way().next_at == read_sql("SELECT release_at FROM campaign")


def test_it_follows_the_fans_own_midnight(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    ask_by_mail(client, time_zone="America/Los_Angeles")
    client.post(link_in(house, "confirm"))
    house.taken.clear()
    move_local_release(campaign_id, timedelta(hours=-1), "Europe/Berlin")
    run_sql("UPDATE reminder_way SET next_at = now()")
    send_due()
    assert house.taken == []
    assert way().next_at - read_sql("SELECT release_at FROM campaign") == timedelta(hours=9)
    move_local_release(campaign_id, timedelta(seconds=-1), "America/Los_Angeles")
    run_sql("UPDATE reminder_way SET next_at = now()")
    send_due()
    assert len(house.taken) == 1


def test_a_page_taken_down_sends_nothing(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    confirmed(client, house)
    release(campaign_id)
    run_sql("UPDATE campaign SET published_at = NULL")
    send_due()
    assert house.taken == []


def test_after_the_release_the_page_leads_to_the_music(client: FlaskClient, campaign_id: int) -> None:
    release(campaign_id)
    assert client.get(PAGE).headers["Location"] == "/night-drive"
    assert client.post(PAGE, data={"way": "calendar"}).headers["Location"] == "/night-drive"
