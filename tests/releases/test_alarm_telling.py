"""Telling of alarms over real mail and HTTP: once by each way, again after a fault, and once when it is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from fans import open_campaign, pre_save, read_sql, run_sql
from flask import Flask
from mail_server import MailServer, mail_server
from makers import make_member, make_team
from twin_client import TwinClient
from webhook_receiver import WebhookReceiver, webhook_receiver

from jobs.watch import watch
from presave_app import mail
from presave_app.extensions import current_settings, db
from presave_app.lib.mail_address import parse_mail_address, parse_mail_server
from presave_app.releases.alarms import look_around
from presave_app.settings import AlarmWebhook, MailSettings
from presave_app.teams.models import Role

SECRET = "k3J9xQ2mV7pL0sD4fG6hT8wZ1cB5nR-y"
BREAK = """
    INSERT INTO service_gate (service, breaker_at, breaker_reason) VALUES ('spotify', now(), 'invalid_client')
    ON CONFLICT (service) DO UPDATE SET breaker_at = now(), breaker_reason = 'invalid_client'
"""
MEND = "UPDATE service_gate SET breaker_at = NULL"
LATER = "UPDATE alarm SET tell_at = now()"


@pytest.fixture
def hook() -> Iterator[WebhookReceiver]:
    with webhook_receiver() as receiver:
        yield receiver


@pytest.fixture
def house() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(autouse=True)
def both_ways(app: Flask, house: MailServer, hook: WebhookReceiver) -> Iterator[None]:
    """An installation with a mail server and a webhook."""
    real = current_settings()
    set_ways(app, mail_port=house.port, webhook=AlarmWebhook(hook.url, SECRET))
    yield
    app.extensions["presave_settings"] = real


@pytest.fixture
def campaign_id(app: Flask) -> int:
    """A campaign of Alba Records, whose owner is Alice."""
    return open_campaign()


def set_ways(app: Flask, *, mail_port: int | None, webhook: AlarmWebhook | None) -> None:
    mailing = None
    if mail_port is not None:
        server = parse_mail_server(f"smtp://127.0.0.1:{mail_port}")
        mailing = MailSettings(server, parse_mail_address("presave@alba.example"), must_encrypt=False)
    app.extensions["presave_settings"] = replace(current_settings(), mail=mailing, alarm_webhook=webhook)


def look_again() -> None:
    """The watch's next turns, after every wait."""
    for _ in range(2):
        run_sql(LATER)
        watch()


def test_an_alarm_is_told_once_by_each_way(campaign_id: int, house: MailServer, hook: WebhookReceiver) -> None:
    run_sql("UPDATE target SET canary = 'refused'")
    watch()
    look_again()
    assert house.subjects == ["Night Drive: the test on Spotify failed"]
    assert hook.news == [("canary", "open")]


def test_its_end_is_told_once_too(campaign_id: int, house: MailServer, hook: WebhookReceiver) -> None:
    run_sql("UPDATE target SET canary = 'refused'")
    watch()
    run_sql("UPDATE target SET canary = 'passed'")
    watch()
    look_again()
    assert house.subjects[1:] == ["Over: Night Drive: the test on Spotify failed"]
    assert hook.news == [("canary", "open"), ("canary", "over")]
    opening, end = (taken.message for taken in house.taken)
    assert end["References"] == opening["Message-ID"] != end["Message-ID"]
    assert end.get_content().startswith("This is over. It lasted from ")


def test_what_nobody_was_told_of_ends_in_silence(
    app: Flask, campaign_id: int, house: MailServer, hook: WebhookReceiver
) -> None:
    set_ways(app, mail_port=None, webhook=None)
    run_sql(BREAK)
    watch()
    run_sql(MEND)
    watch()
    set_ways(app, mail_port=house.port, webhook=AlarmWebhook(hook.url, SECRET))
    look_again()
    assert (house.taken, hook.posted) == ([], [])


def test_the_mail_says_what_to_do_and_where(campaign_id: int, house: MailServer) -> None:
    run_sql("UPDATE target SET canary = 'refused'")
    watch()
    content = house.taken[0].message.get_content()
    assert "everybody else is held back" in content
    assert f"http://127.0.0.1:5000/campaigns/{campaign_id}/release" in content.splitlines()


def test_the_webhook_carries_the_whole_alarm(campaign_id: int, hook: WebhookReceiver) -> None:
    run_sql("UPDATE target SET canary = 'refused'")
    watch()
    body = hook.posted[0].json
    assert hook.posted[0].headers["Content-Type"] == "application/json"
    assert body.pop("opened_at").endswith("+00:00")
    assert body.pop("text").startswith("The release could not be added")
    assert body == {
        "kind": "canary",
        "state": "open",
        "service": "spotify",
        "campaign": "night-drive",
        "title": "Night Drive: the test on Spotify failed",
        "url": f"http://127.0.0.1:5000/campaigns/{campaign_id}/release",
        "closed_at": None,
    }


def test_the_webhook_is_signed(campaign_id: int, hook: WebhookReceiver) -> None:
    run_sql(BREAK)
    watch()
    assert hook.posted[0].is_signed_with(SECRET)
    assert not hook.posted[0].is_signed_with(SECRET[::-1])
    assert abs(hook.posted[0].signed_at - time.time()) < 60
    assert hook.posted[0].json["campaign"] is None


def test_owners_and_editors_are_told(campaign_id: int, house: MailServer) -> None:
    team_id = read_sql("SELECT team_id FROM campaign")
    make_member(team_id, "eve@alba.example", Role.EDITOR)
    make_member(team_id, "vic@alba.example", Role.VIEWER)
    make_team("Other Records", "olga@other.example")
    run_sql("UPDATE target SET canary = 'refused'")
    watch()
    assert house.recipients == ["alice@alba.example", "eve@alba.example"]


def test_a_service_concerns_teams_with_fans_on_it_soon(app: Flask, twin: TwinClient, house: MailServer) -> None:
    open_campaign(timedelta(days=6))
    make_team("Other Records", "olga@other.example")
    pre_save(app, twin, "ida")
    run_sql(BREAK)
    watch()
    assert house.recipients == ["alice@alba.example"]


def test_a_service_nobody_waits_for_concerns_all_owners(campaign_id: int, house: MailServer) -> None:
    make_member(make_team("Other Records", "olga@other.example"), "ed@other.example", Role.EDITOR)
    run_sql(BREAK)
    watch()
    assert house.recipients == ["alice@alba.example", "olga@other.example"]


def test_a_dead_mail_server_does_not_stop_the_webhook(
    app: Flask, campaign_id: int, house: MailServer, hook: WebhookReceiver
) -> None:
    set_ways(app, mail_port=1, webhook=AlarmWebhook(hook.url, SECRET))
    run_sql(BREAK)
    watch()
    assert hook.news == [("breaker", "open")]
    assert read_sql("SELECT mailed_at IS NULL AND posted_at IS NOT NULL FROM alarm")
    set_ways(app, mail_port=house.port, webhook=AlarmWebhook(hook.url, SECRET))
    look_again()
    assert house.subjects == ["Spotify refuses this installation"]
    assert hook.news == [("breaker", "open")]


@pytest.mark.parametrize(("status", "location"), [(500, ""), (404, ""), (307, "/elsewhere")])
def test_a_dead_webhook_does_not_stop_the_mail(
    campaign_id: int, house: MailServer, hook: WebhookReceiver, status: int, location: str
) -> None:
    hook.status, hook.location = status, location
    run_sql(BREAK)
    watch()
    assert len(house.taken) == 1
    assert [posted.path for posted in hook.posted] == ["/presave"]
    hook.status, hook.location = 200, ""
    look_again()
    assert hook.news == [("breaker", "open"), ("breaker", "open")]
    assert len(house.taken) == 1


def test_the_wait_grows_from_a_minute_to_an_hour(campaign_id: int, house: MailServer) -> None:
    house.greeting = "421 too busy"
    run_sql(BREAK)
    waits: list[int] = []
    for _ in range(8):
        run_sql(LATER)
        watch()
        watch()
        waits.append(round(read_sql("SELECT extract(epoch FROM tell_at - now()) FROM alarm")))
    assert waits == pytest.approx([60, 120, 240, 480, 960, 1920, 3600, 3600], abs=5)
    assert house.visits == 8


def test_the_end_is_told_although_the_opening_was_not(campaign_id: int, house: MailServer) -> None:
    house.greeting = "421 too busy"
    run_sql(BREAK)
    watch()
    run_sql(MEND)
    watch()
    house.greeting = "220 ready"
    look_again()
    assert house.subjects == ["Over: Spotify refuses this installation"]


def test_an_end_of_yesterday_is_no_news(campaign_id: int, house: MailServer) -> None:
    house.greeting = "421 too busy"
    run_sql(BREAK)
    watch()
    run_sql(MEND)
    watch()
    house.greeting = "220 ready"
    run_sql("UPDATE alarm SET closed_at = closed_at - interval '25 hours'")
    look_again()
    assert house.taken == []


def test_four_watchers_tell_once(app: Flask, campaign_id: int, house: MailServer, hook: WebhookReceiver) -> None:
    run_sql(BREAK)
    run_sql("UPDATE target SET canary = 'refused'")

    def watch_too() -> None:
        with app.app_context():
            watch()
            db.session.remove()

    watchers = [threading.Thread(target=watch_too) for _ in range(4)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join()
    look_again()
    assert len(house.taken) == 2
    assert sorted(hook.news) == [("breaker", "open"), ("canary", "open")]


def test_a_teller_that_died_leaves_it_to_the_next(
    campaign_id: int, house: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    run_sql(BREAK)
    with monkeypatch.context() as patch:
        patch.setattr(mail, "send", die)
        with pytest.raises(KeyboardInterrupt):
            watch()
    watch()
    assert house.taken == []
    assert 170 < read_sql("SELECT extract(epoch FROM tell_at - now()) FROM alarm") <= 180
    look_again()
    assert len(house.taken) == 1


def test_an_end_during_the_telling_is_told_too(
    campaign_id: int, house: MailServer, hook: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_send = mail.send

    def send_while_it_ends(letter: mail.Letter, addresses: list[str]) -> int:
        run_sql(MEND)
        look_around()
        return real_send(letter, addresses)

    run_sql(BREAK)
    with monkeypatch.context() as patch:
        patch.setattr(mail, "send", send_while_it_ends)
        watch()
    look_again()
    assert house.subjects == ["Spotify refuses this installation", "Over: Spotify refuses this installation"]
    assert hook.news == [("breaker", "open"), ("breaker", "over")]


def test_a_title_can_not_add_a_header(campaign_id: int, house: MailServer) -> None:
    run_sql("UPDATE campaign SET title = 'Night' || chr(13) || chr(10) || 'Bcc: eve@evil.example'")
    run_sql("UPDATE target SET canary = 'refused'")
    watch()
    assert house.subjects == ["Night Bcc: eve@evil.example: the test on Spotify failed"]
    assert house.taken[0].message["Bcc"] is None
    assert house.recipients == ["alice@alba.example"]


def test_no_address_and_no_secret_is_logged(
    app: Flask, campaign_id: int, house: MailServer, hook: WebhookReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    make_member(read_sql("SELECT team_id FROM campaign"), "gone@alba.example")
    house.refusals["gone@alba.example"] = 550
    hook.status = 500
    run_sql("UPDATE target SET canary = 'refused'")
    watch()
    set_ways(app, mail_port=1, webhook=AlarmWebhook("http://127.0.0.1:1/hidden-path", SECRET))
    run_sql(BREAK)
    watch()
    assert "1 of 2 addresses were refused" in caplog.text
    assert "could not be told by webhook: http_500" in caplog.text
    assert "could not be told by mail: connection_lost" in caplog.text
    for hidden in ("@alba.example", SECRET, "hidden-path", hook.url):
        assert hidden not in caplog.text
