"""Webhooks: who makes them, what they are told and when, signed, again after a fault, never inside our walls."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from fans import move_release, open_campaign, pre_save, read_sql, run_past_triggers, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import csrf_of, move_campaign, post
from twin_client import TwinClient
from webhook_receiver import WebhookReceiver, webhook_receiver
from werkzeug.test import TestResponse

from jobs import webhooks
from presave_app.api import hook_events, hook_sending
from presave_app.api.hooks import BadHook, make_hook, secret_of
from presave_app.extensions import current_settings
from presave_app.releases import link_flip
from presave_app.releases.waves import recompute_due
from presave_app.streaming import http
from presave_app.transaction import transaction

Browsers = Callable[[str], FlaskClient]


@pytest.fixture
def receiver(team_id: int) -> Iterator[WebhookReceiver]:
    """A program of Alba Records that wants to be told everything."""
    with webhook_receiver() as house:
        with transaction():
            make_hook(team_id, house.url, list(hook_events.EVENTS))
        yield house


def told(house: WebhookReceiver) -> list[str]:
    return [posted.json["event"] for posted in house.posted]


def make(browser: FlaskClient, team_id: int, url: str, *events: str) -> TestResponse:
    data = {"csrf_token": csrf_of(browser), "url": url, "events": list(events)}
    return browser.post(f"/data/{team_id}/webhooks", data=data)


def test_a_release_is_told_from_its_opening_to_its_end(
    app: Flask, twin: TwinClient, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_events, "MILESTONES", (1, 2))
    campaign_id = open_campaign()
    webhooks.deliver()
    assert told(receiver) == ["campaign.published"]
    pre_save(app, twin, "ida")
    webhooks.deliver()
    assert told(receiver)[1:] == ["count.milestone"]
    assert (receiver.posted[1].json["milestone"], receiver.posted[1].json["total"]) == (1, 1)
    move_release(campaign_id, timedelta(seconds=-1))
    link_flip.surround_flip(campaign_id)
    webhooks.deliver()
    assert told(receiver)[2:] == ["campaign.out"]
    run_sql("UPDATE pre_save SET state = 'withdrawn'")
    webhooks.deliver()
    assert told(receiver)[3:] == ["release.finished"]
    webhooks.deliver()
    assert len(receiver.posted) == 4


def test_a_release_that_is_put_off_after_it_turned_is_told_of_again(
    app: Flask, twin: TwinClient, receiver: WebhookReceiver
) -> None:
    campaign_id = open_campaign()
    pre_save(app, twin, "ida")
    for _ in range(3):
        move_release(campaign_id, timedelta(seconds=-1))
        link_flip.surround_flip(campaign_id)
        for _ in range(2):
            webhooks.deliver()
        put_off(campaign_id)
        webhooks.deliver()
    assert told(receiver).count("campaign.out") == 3
    assert told(receiver).count("release.finished") == 0


def put_off(campaign_id: int) -> None:
    """A day later, as the editor does it, an hour after what was told."""
    move_campaign(campaign_id, timedelta(days=1))
    with transaction():
        recompute_due(campaign_id)
    run_sql("UPDATE hook_delivery SET created_at = created_at - interval '1 hour'")


def test_a_release_that_moves_without_turning_back_is_told_of_once(receiver: WebhookReceiver) -> None:
    campaign_id = open_campaign(timedelta(seconds=-1))
    link_flip.surround_flip(campaign_id)
    webhooks.deliver()
    with transaction():
        recompute_due(campaign_id)
    run_sql("UPDATE hook_delivery SET created_at = created_at - interval '30 seconds'")
    link_flip.surround_flip(campaign_id)
    webhooks.deliver()
    assert told(receiver).count("campaign.out") == 1


def test_what_is_told_is_signed_and_says_which_campaign(receiver: WebhookReceiver, app: Flask) -> None:
    open_campaign()
    webhooks.deliver()
    (posted,) = receiver.posted
    assert posted.is_signed_with(secret_of(1))
    assert not posted.is_signed_with(secret_of(2))
    assert posted.headers["X-Presave-Event"] == "campaign.published"
    assert posted.json["delivery"] == int(posted.headers["X-Presave-Delivery"])
    assert posted.json["campaign"] == {
        "slug": "night-drive",
        "title": "Night Drive",
        "artist": "Alba Voss",
        "url": "http://127.0.0.1:5000/night-drive",
    }


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_is_not_taken_is_sent_again_after_growing_waits(status: int, receiver: WebhookReceiver) -> None:
    receiver.status, receiver.location = status, receiver.url
    open_campaign()
    waits = list[int]()
    for _ in range(3):
        webhooks.deliver()
        waits.append(round(float(read_sql("SELECT extract(epoch FROM next_at - now()) FROM hook_delivery"))))
        run_sql("UPDATE hook_delivery SET next_at = now()")
    assert waits == [60, 120, 240]
    assert read_sql("SELECT answer FROM hook_delivery") == f"http_{status}"
    receiver.status, receiver.location = 200, ""
    webhooks.deliver()
    assert read_sql("SELECT concat_ws('|', state, tries, answer) FROM hook_delivery") == "taken|4|http_200"
    assert len({posted.json["delivery"] for posted in receiver.posted}) == 1


def test_after_twelve_tries_it_is_given_up_and_sent_again_on_demand(
    receiver: WebhookReceiver, browser_of: Browsers, team_id: int
) -> None:
    receiver.status = 500
    open_campaign()
    webhooks.deliver()
    run_sql("UPDATE hook_delivery SET next_at = now(), tries = 11")
    webhooks.deliver()
    alice = browser_of("alice")
    page = alice.get(f"/data/{team_id}/webhooks").text
    assert "Given up" in page
    assert "12 tries, last answer http_500" in page
    receiver.status = 204
    assert post(alice, f"/data/{team_id}/webhooks/deliveries/1/again").status_code == 303
    webhooks.deliver()
    assert read_sql("SELECT state FROM hook_delivery") == "taken"
    assert "Taken" in alice.get(f"/data/{team_id}/webhooks").text


def test_a_claim_of_a_sender_that_died_is_taken_over(receiver: WebhookReceiver) -> None:
    open_campaign()
    hook_events.note_events()
    assert hook_sending._take_claim() is not None  # pyright: ignore[reportPrivateUsage]
    assert webhooks.deliver() == 0
    run_sql("UPDATE hook_delivery SET next_at = now()")
    assert webhooks.deliver() == 1
    assert told(receiver) == ["campaign.published"]


def test_what_was_before_is_no_news(
    app: Flask, twin: TwinClient, team_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_events, "MILESTONES", (1, 2))
    open_campaign()
    pre_save(app, twin, "ida")
    with webhook_receiver() as house:
        with transaction():
            make_hook(team_id, house.url, list(hook_events.EVENTS))
        webhooks.deliver()
        assert house.posted == []
        pre_save(app, twin, "jan")
        webhooks.deliver()
        assert [posted.json["milestone"] for posted in house.posted] == [2]


def test_a_webhook_made_between_the_turning_and_the_end_hears_of_the_end(
    app: Flask, twin: TwinClient, team_id: int
) -> None:
    campaign_id = open_campaign()
    pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    link_flip.surround_flip(campaign_id)
    with webhook_receiver() as early, webhook_receiver() as late:
        with transaction():
            make_hook(team_id, early.url, list(hook_events.EVENTS))
        webhooks.deliver()
        assert told(early) == []
        run_past_triggers("pre_save", "UPDATE pre_save SET state = 'needs_reauth'")
        with transaction():
            make_hook(team_id, late.url, list(hook_events.EVENTS))
        run_past_triggers("pre_save", "UPDATE pre_save SET state = 'done', done_at = now()")
        for _ in range(2):
            webhooks.deliver()
        assert told(early) == ["release.finished"]
        assert told(late) == []


def test_an_end_of_long_ago_is_no_news(app: Flask, twin: TwinClient, team_id: int) -> None:
    campaign_id = open_campaign()
    pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(days=-8))
    link_flip.surround_flip(campaign_id)
    with webhook_receiver() as house:
        with transaction():
            make_hook(team_id, house.url, list(hook_events.EVENTS))
        run_past_triggers("pre_save", "UPDATE pre_save SET state = 'done', done_at = now()")
        webhooks.deliver()
        assert house.posted == []


def test_only_what_was_chosen_is_told(team_id: int) -> None:
    with webhook_receiver() as house:
        with transaction():
            make_hook(team_id, house.url, ["campaign.out"])
        open_campaign()
        assert webhooks.deliver() == 0
        assert house.posted == []


def test_another_team_is_told_nothing(browser_of: Browsers, team_id: int) -> None:
    browser_of("charlie")
    with webhook_receiver() as house:
        with transaction():
            make_hook(read_sql("SELECT id FROM team WHERE slug = 'other-label'"), house.url, list(hook_events.EVENTS))
        open_campaign()
        webhooks.deliver()
        assert house.posted == []


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fd00::1"])
def test_a_name_that_leads_inside_is_not_called(inner: str, team_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction():
        make_hook(team_id, "https://hooks.alba.example/presave", ["campaign.published"])
    open_campaign()
    hook_events.note_events()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (inner, 443))])
    monkeypatch.setattr(http, "DeadlineAdapter", lambda *_: pytest.fail("it was called"))
    claim = hook_sending._take_claim()  # pyright: ignore[reportPrivateUsage]
    assert claim is not None
    hook_sending._deliver(claim)  # pyright: ignore[reportPrivateUsage]
    assert read_sql("SELECT answer FROM hook_delivery") == "address_refused"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.alba.example",
        "http://hooks.alba.example/",
        "https://localhost/",
        "https://10.0.0.7/",
        "https://[::1]/",
        "https://me:secret@hooks.alba.example/",
        "https://hooks.alba.example:8443/",
        "https://hooks.alba.example/#x",
        "ftp://hooks.alba.example/",
    ],
)
def test_an_address_that_can_not_be_told_is_refused(url: str, browser_of: Browsers, team_id: int) -> None:
    answer = make(browser_of("alice"), team_id, url, "campaign.out")
    assert answer.status_code == 422
    assert "Give a public address like https://hooks.label.example/in" in answer.text
    assert answer.text.count(" checked") == 1
    assert f'value="{url}"' in answer.text


def test_a_public_installation_tells_no_plain_http(app: Flask, team_id: int) -> None:
    real = current_settings()
    app.extensions["presave_settings"] = replace(real, public_url="https://presave.label.example")
    try:
        with transaction(), pytest.raises(BadHook):
            make_hook(team_id, "http://127.0.0.1:9/presave", ["campaign.out"])
    finally:
        app.extensions["presave_settings"] = real


def test_without_an_event_it_is_refused(browser_of: Browsers, team_id: int) -> None:
    for events in ((), ("campaign.lost",)):
        answer = make(browser_of("alice"), team_id, "https://hooks.alba.example/presave", *events)
        assert "Choose at least one event." in answer.text


def test_a_removed_webhook_is_told_nothing_more(receiver: WebhookReceiver, browser_of: Browsers, team_id: int) -> None:
    open_campaign()
    hook_events.note_events()
    alice = browser_of("alice")
    assert post(alice, f"/data/{team_id}/webhooks/1/remove").status_code == 303
    assert webhooks.deliver() == 0
    assert receiver.posted == []
    assert not hook_events.has_work()
    assert post(alice, f"/data/{team_id}/webhooks/1/remove").status_code == 404
    assert post(alice, f"/data/{team_id}/webhooks/deliveries/1/again").status_code == 404
    run_sql("UPDATE webhook SET removed_at = now() - interval '31 days'")
    hook_events.forget_old()
    assert read_sql("SELECT count(*) FROM webhook") == 0


@pytest.mark.parametrize(("name", "status"), [("alice", 303), ("ed", 403), ("bob", 403), ("charlie", 404)])
def test_only_an_owner_has_to_do_with_webhooks(
    name: str, status: int, receiver: WebhookReceiver, browser_of: Browsers, team_id: int
) -> None:
    open_campaign()
    webhooks.deliver()
    browser = browser_of(name)
    assert browser.get(f"/data/{team_id}/webhooks").status_code == (200 if name == "alice" else status)
    assert make(browser, team_id, "https://hooks.alba.example/", "campaign.out").status_code == status
    assert post(browser, f"/data/{team_id}/webhooks/deliveries/1/again").status_code == status
    assert post(browser, f"/data/{team_id}/webhooks/1/remove").status_code == status
    if name == "charlie":
        other = read_sql("SELECT id FROM team WHERE slug = 'other-label'")
        assert post(browser, f"/data/{other}/webhooks/1/remove").status_code == 404
        assert post(browser, f"/data/{other}/webhooks/deliveries/1/again").status_code == 404
