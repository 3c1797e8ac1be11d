"""Notices under faults: dying between any two lines, two at a time, fans who act meanwhile, servers that fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fans import come_back, pre_save, read_sql, row_of, run_sql
from flask import Flask
from flask.testing import FlaskClient
from mail_server import MailServer
from noticing import agreed, end, lose, page_of, tell_me
from push_service import PushService
from reminding import (
    IDA,
    LEASES_OVER,
    die_sending,
    heal,
    let_waits_pass,
    link_in,
    way,
)
from sqlalchemy import Connection, event
from subscribing import AUTH, form_of
from twin_client import TwinClient

from jobs.reminders import send_due
from presave_app.extensions import db
from presave_app.reminders import sending
from presave_app.reminders.due import has_work

FANS = 12


@pytest.fixture(autouse=True)
def ida(app: Flask, twin: TwinClient, campaign_id: int) -> UUID:
    return pre_save(app, twin, "ida")


def claim() -> Any:
    return sending._claim()  # pyright: ignore[reportPrivateUsage]


def rings() -> bool:
    db.session.rollback()
    found = has_work()
    db.session.rollback()
    return found


def at_once(app: Flask, *acts: Any) -> None:
    """Do all of them at the same time, each in a thread of its own."""
    start = threading.Barrier(len(acts))

    def run(act: Any) -> None:
        with app.app_context():
            start.wait()
            act()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_bell_rings_from_the_loss_until_it_is_told(client: FlaskClient, house: MailServer, ida: UUID) -> None:
    agreed(client, house, ida)
    assert not rings()
    lose(ida)
    assert rings()
    send_due()
    assert not rings()
    assert len(house.taken) == 1


@pytest.mark.parametrize("why", ["mail off", "page taken down", "service off", "taken back", "given again"])
def test_the_bell_never_rings_in_vain(
    app: Flask,
    client: FlaskClient,
    house: MailServer,
    twin: TwinClient,
    monkeypatch: pytest.MonkeyPatch,
    ida: UUID,
    why: str,
) -> None:
    agreed(client, house, ida)
    lose(ida)
    match why:
        case "mail off":
            object.__setattr__(app.extensions["presave_settings"], "mail", None)
        case "page taken down":
            run_sql("UPDATE campaign SET published_at = NULL")
        case "service off":
            monkeypatch.setitem(app.extensions, "presave_connectors", {})
        case "taken back":
            client.post(f"{page_of(ida)}/tell-me/{way().id}/stop")
        case _:
            come_back(app, twin, "ida")
    assert not rings()
    assert send_due() == 0
    assert house.taken == []


def test_dying_after_the_claim_loses_nothing(
    client: FlaskClient, house: MailServer, environ: dict[str, str], ida: UUID
) -> None:
    agreed(client, house, ida)
    lose(ida)
    die_sending(environ, house, "after_reminder_claim")
    send_due()
    assert house.taken == []
    heal()
    assert (len(house.taken), way().state) == (1, "sent")


@pytest.mark.parametrize(("point", "mails"), [("before_reminder", 0), ("after_reminder", 1)])
def test_dying_around_the_sending_is_told_and_never_sent_twice(
    client: FlaskClient, house: MailServer, environ: dict[str, str], ida: UUID, point: str, mails: int
) -> None:
    agreed(client, house, ida)
    lose(ida)
    die_sending(environ, house, point)
    assert way().state == "sending"
    heal()
    assert len(house.taken) == mails
    assert (way().state, way().reason, way().address_sealed) == ("failed", "maybe_sent", None)
    assert "it may have reached you or not" in client.get(page_of(ida)).text


def test_dying_after_a_question_was_written_ahead_asks_nobody_twice(
    client: FlaskClient, house: MailServer, environ: dict[str, str], ida: UUID
) -> None:
    tell_me(client, ida, way="email", email=IDA)
    die_sending(environ, house, "after_question_commit")
    heal()
    assert house.taken == []
    assert way().state == "unconfirmed"


def test_several_workers_send_each_notice_once(
    app: Flask, client: FlaskClient, house: MailServer, twin: TwinClient, ida: UUID
) -> None:
    addresses = [f"fan{number}@fans.example" for number in range(FANS)]
    fans = [pre_save(app, twin, f"fan-{number:02}") for number in range(FANS)]
    for fan, address in zip(fans, addresses, strict=True):
        agreed(client, house, fan, address)
    for fan in fans:
        lose(fan)
    at_once(app, send_due, send_due, send_due)
    assert house.recipients == sorted(addresses)
    assert read_sql("SELECT count(*) FROM reminder_way WHERE state = 'sent'") == FANS


PLANS = ("enable_hashjoin", "enable_mergejoin", "enable_hashagg", "enable_sort", "enable_material")


@pytest.fixture
def _looks_anew_for_each_row(app: Flask) -> Iterator[None]:
    """The database plans as it does when it believes the tables to be small: a subquery may run for each row."""

    def plan(connection: Connection) -> None:
        for setting in PLANS:
            connection.exec_driver_sql(f"SET LOCAL {setting} = off")

    event.listen(db.engine, "begin", plan)
    yield
    event.remove(db.engine, "begin", plan)


@pytest.mark.usefixtures("_looks_anew_for_each_row")
def test_no_plan_takes_more_than_can_be_sent_at_once(
    app: Flask, client: FlaskClient, house: MailServer, twin: TwinClient, ida: UUID
) -> None:
    fans = [pre_save(app, twin, f"fan-{number:02}") for number in range(FANS)]
    for number, fan in enumerate(fans):
        agreed(client, house, fan, f"fan{number}@fans.example")
    for fan in fans:
        lose(fan)
    assert len(claim()) == sending.TOGETHER


def test_a_claim_whose_lease_ran_out_begins_nothing(client: FlaskClient, house: MailServer, ida: UUID) -> None:
    agreed(client, house, ida)
    lose(ida)
    (old,) = claim()
    run_sql(LEASES_OVER)
    (new,) = claim()
    assert sending.begin(old) is None
    assert sending.begin(new) is not None
    assert sending.begin(new) is None


@pytest.mark.parametrize("act", ["reconnect", "cancel", "take back"])
def test_what_the_fan_does_wins_against_a_claim(
    app: Flask, client: FlaskClient, house: MailServer, twin: TwinClient, ida: UUID, act: str
) -> None:
    agreed(client, house, ida)
    lose(ida)
    claimed = claim()
    assert len(claimed) == 1
    match act:
        case "reconnect":
            come_back(app, twin, "ida")
        case "cancel":
            client.post(f"{page_of(ida)}/cancel")
        case _:
            client.post(f"{page_of(ida)}/tell-me/{way().id}/stop")
    sending.send_claimed(claimed)
    assert house.taken == []
    assert way().state == ("armed" if act == "reconnect" else "withdrawn")


def test_a_fan_who_reconnected_is_told_of_the_next_loss(
    app: Flask, client: FlaskClient, house: MailServer, twin: TwinClient, ida: UUID
) -> None:
    agreed(client, house, ida)
    lose(ida)
    claimed = claim()
    come_back(app, twin, "ida")
    sending.send_claimed(claimed)
    lose(ida)
    run_sql(LEASES_OVER)
    send_due()
    send_due()
    assert len(house.taken) == 1


def test_a_late_settling_changes_nothing_that_was_cancelled(client: FlaskClient, house: MailServer, ida: UUID) -> None:
    agreed(client, house, ida)
    lose(ida)
    (claimed,) = claim()
    assert sending.begin(claimed) is not None
    client.post(f"{page_of(ida)}/cancel")
    assert (way().state, way().address_sealed) == ("withdrawn", None)
    sending.settle(way().id, sending.Fate(sending.State.SENT))
    assert way().state == "withdrawn"


def test_whatever_meets_the_end_of_a_pre_save_leaves_no_address(
    app: Flask, client: FlaskClient, house: MailServer, twin: TwinClient
) -> None:
    for number in range(FANS):
        fan = pre_save(app, twin, f"fan-{number:02}")
        address = f"fan{number}@fans.example"
        agreed(client, house, fan, address)
        tell_me(client, fan, way="email", email=f"new-{address}")
        send_due()
        question, path, way_id = link_in(house, "confirm"), page_of(fan), way().id
        form = {"way": "email", "email": f"newest-{address}"}
        at_once(
            app,
            lambda question=question: app.test_client().post(question),
            lambda fan=fan: end(fan, "withdrawn"),
            lambda path=path, form=form: app.test_client().post(f"{path}/tell-me", data=form),
            lambda path=path, way_id=way_id: app.test_client().post(f"{path}/tell-me/{way_id}/stop"),
        )
        assert row_of(fan).state == "withdrawn"
        assert read_sql("SELECT count(*) FROM reminder_way WHERE address_sealed IS NOT NULL") == 0


def test_a_server_that_is_busy_is_asked_again(client: FlaskClient, house: MailServer, ida: UUID) -> None:
    agreed(client, house, ida)
    lose(ida)
    house.refusals[IDA] = 451
    send_due()
    assert (way().state, way().reason, way().tries) == ("armed", "smtp_451", 1)
    house.refusals.clear()
    assert not rings()
    assert send_due() == 0
    let_waits_pass()
    send_due()
    assert (way().state, len(house.taken)) == ("sent", 1)


def test_a_broken_connection_in_the_middle_is_not_repeated(client: FlaskClient, house: MailServer, ida: UUID) -> None:
    agreed(client, house, ida)
    lose(ida)
    house.hangs_up_after_data = True
    send_due()
    house.hangs_up_after_data = False
    heal()
    assert (way().state, way().reason, len(house.taken)) == ("failed", "maybe_sent", 1)


def test_one_message_of_the_browser(
    client: FlaskClient, service: PushService, browser_key: ec.EllipticCurvePrivateKey, ida: UUID
) -> None:
    tell_me(client, ida, **form_of(browser_key, f"{service.url}/to/ida"))
    assert (
        "Your browser shows one message, only if Spotify needs your permission again." in client.get(page_of(ida)).text
    )
    send_due()
    assert service.pushed == []
    lose(ida)
    for _ in range(3):
        send_due()
    assert service.faults == []
    (pushed,) = service.pushed
    message = json.loads(http_ece.decrypt(pushed.body, private_key=browser_key, auth_secret=AUTH))
    assert message["title"] == "Night Drive needs you"
    assert message["body"] == "Spotify needs your permission again."
    assert message["url"] == f"http://127.0.0.1:5000{page_of(ida)}"
    assert (way().state, way().address_sealed, way().address_hash) == ("sent", None, None)


def test_a_browser_takes_the_place_of_a_mail(
    client: FlaskClient,
    house: MailServer,
    service: PushService,
    browser_key: ec.EllipticCurvePrivateKey,
    ida: UUID,
) -> None:
    agreed(client, house, ida)
    tell_me(client, ida, **form_of(browser_key, f"{service.url}/to/ida"))
    lose(ida)
    send_due()
    assert (len(service.pushed), house.taken) == (1, [])
