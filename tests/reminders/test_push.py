"""Reminders by the fan's browser: signed, encrypted, once, and never a knock at a machine of our own network."""

from __future__ import annotations

import json
import socket
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fans import read_sql, run_sql
from flask.testing import FlaskClient
from push_service import PushService
from reminding import PAGE, ask, let_waits_pass, release, way
from subscribing import AUTH, form_of, typed_text

from jobs.reminders import send_due
from presave_app.extensions import current_settings
from presave_app.lib.vapid import BadVapidKey, parse_vapid_key
from presave_app.reminders import pushing, tally, typed
from presave_app.reminders.message import Message
from presave_app.reminders.pushing import PushFault, PushRefused


@pytest.fixture
def path(client: FlaskClient, service: PushService, browser_key: ec.EllipticCurvePrivateKey) -> str:
    return ask(client, **form_of(browser_key, f"{service.url}/to/ida"))


def test_one_message_on_the_day(
    client: FlaskClient, path: str, service: PushService, campaign_id: int, browser_key: ec.EllipticCurvePrivateKey
) -> None:
    assert "Your browser shows one message on the day" in client.get(path).text
    assert tally.count(campaign_id) == 1
    send_due()
    assert service.pushed == []
    release(campaign_id)
    for _ in range(3):
        send_due()
    assert service.faults == []
    (pushed,) = service.pushed
    assert pushed.path == "/to/ida"
    message = json.loads(http_ece.decrypt(pushed.body, private_key=browser_key, auth_secret=AUTH))
    assert message["title"] == "Out now: Night Drive"
    assert message["url"].startswith("https://open.spotify.com/album/")
    assert (way().state, way().address_sealed, way().address_hash) == ("sent", None, None)


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_ends_it(path: str, service: PushService, campaign_id: int, status: int) -> None:
    service.status = status
    release(campaign_id)
    send_due()
    assert (way().state, way().reason, way().address_sealed) == ("failed", "gone", None)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_is_busy_is_asked_again(
    client: FlaskClient, path: str, service: PushService, campaign_id: int, status: int
) -> None:
    service.status = status
    release(campaign_id)
    send_due()
    assert (way().state, way().reason) == ("armed", f"http_{status}")
    assert way().next_at > read_sql("SELECT now() + interval '30 s'")
    assert "We try again by ourselves" in client.get(path).text
    service.status = 201
    let_waits_pass()
    send_due()
    assert way().state == "sent"


def test_a_refusal_is_final(path: str, service: PushService, campaign_id: int) -> None:
    service.status = 413
    release(campaign_id)
    send_due()
    assert (way().state, way().reason) == ("failed", "refused")


def test_a_redirect_is_not_followed(path: str, service: PushService, campaign_id: int) -> None:
    service.status, service.location = 307, f"{service.url}/elsewhere"
    release(campaign_id)
    send_due()
    assert [pushed.path for pushed in service.pushed] == ["/to/ida"]
    assert way().state == "failed"


def test_the_same_browser_is_told_once(
    client: FlaskClient, path: str, service: PushService, campaign_id: int, browser_key: ec.EllipticCurvePrivateKey
) -> None:
    ask(client, **form_of(browser_key, f"{service.url}/to/ida"))
    release(campaign_id)
    send_due()
    assert len(service.pushed) == 1
    assert tally.count(campaign_id) == 1


def test_it_is_taken_back_by_one_press(client: FlaskClient, path: str, service: PushService, campaign_id: int) -> None:
    client.post(f"{path}/remind/{way().id}/stop")
    release(campaign_id)
    send_due()
    assert service.pushed == []
    assert (way().state, way().address_sealed, way().address_hash) == ("withdrawn", None, None)


INNER = [
    "http://push.example/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://localhost/x",
    "https://169.254.169.254/latest",
    "https://2130706433/x",
    "https://user:word@push.example/x",
    "https://push.example:8443/x",
    "ftp://push.example/x",
    "http://127.0.0.1@push.example/x",
    "",
    "https://[/x",
]


@pytest.mark.parametrize("endpoint", INNER)
def test_a_strange_address_is_not_taken(
    client: FlaskClient, browser_key: ec.EllipticCurvePrivateKey, endpoint: str
) -> None:
    answer = client.post(PAGE, data=form_of(browser_key, endpoint))
    assert answer.status_code == 422
    assert read_sql("SELECT count(*) FROM reminder") == 0


def test_keys_that_are_none_are_not_taken(client: FlaskClient, browser_key: ec.EllipticCurvePrivateKey) -> None:
    good = form_of(browser_key, "https://push.example/x")
    for bad in ({"p256dh": "x"}, {"p256dh": typed_text(bytes(65))}, {"auth": typed_text(bytes(15))}, {"auth": "!"}):
        assert client.post(PAGE, data={**good, **bad}).status_code == 422
    assert client.post(PAGE, data=good).status_code == 303


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1"])
def test_a_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch, inner: str) -> None:
    found: list[Any] = [(0, 0, 0, "", ("93.184.215.14", 443)), (0, 0, 0, "", (inner, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(PushRefused, match="endpoint_refused"):
        pushing.push(message_to("https://push.example/x"))


def test_a_public_installation_takes_no_address_of_its_own_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed.is_push_endpoint("http://127.0.0.1:99/x")
    monkeypatch.setattr(type(current_settings()), "is_production", True)
    assert not typed.is_push_endpoint("http://127.0.0.1:99/x")
    with pytest.raises(PushFault, match="endpoint_refused"):
        pushing.push(message_to("http://127.0.0.1:99/x"))


def message_to(endpoint: str) -> Message:
    key = form_of(ec.generate_private_key(ec.SECP256R1()), endpoint)
    address = json.dumps({"endpoint": endpoint, "keys": {"p256dh": key["p256dh"], "auth": key["auth"]}})
    way_id = read_sql("SELECT gen_random_uuid()")
    return Message(way_id, "push", address, "Night Drive", "Alba Voss", "https://x.example", "https://y.example")


def test_the_script_acts_for_the_whole_site(client: FlaskClient) -> None:
    answer = client.get("/push.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "notificationclick" in answer.text


def test_an_address_that_cannot_be_opened_fails_and_says_so(path: str, campaign_id: int) -> None:
    run_sql("UPDATE reminder_way SET address_sealed = 'x'")
    release(campaign_id)
    send_due()
    assert (way().state, way().reason) == ("failed", "unreadable")


@pytest.mark.parametrize("text", ["", "x", "AAAA", typed_text(bytes(32)), typed_text(b"\xff" * 32), "!" * 43])
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadVapidKey):
        parse_vapid_key(text)
