"""The bell of the reminders rings when something can be sent, and never in vain."""

from __future__ import annotations

import pytest
from fans import run_sql
from flask import Flask
from flask.testing import FlaskClient
from mail_server import MailServer
from reminding import IDA, ask, ask_by_mail, confirmed, release

from jobs.reminders import send_due
from presave_app.extensions import db
from presave_app.reminders.due import has_work


def rings() -> bool:
    """What the clock asks, at a moment of its own."""
    db.session.rollback()
    found = has_work()
    db.session.rollback()
    return found


def turn_off(app: Flask, setting: str) -> None:
    object.__setattr__(app.extensions["presave_settings"], setting, None)


def test_a_question_rings_until_it_is_sent(client: FlaskClient, house: MailServer) -> None:
    assert not rings()
    ask(client, way="email", email=IDA)
    assert rings()
    send_due()
    assert len(house.taken) == 1
    assert not rings()


def test_a_question_does_not_ring_while_mail_is_off(app: Flask, client: FlaskClient) -> None:
    ask(client, way="email", email=IDA)
    turn_off(app, "mail")
    assert not rings()
    assert send_due() == 0


def test_a_question_that_keeps_no_address_does_not_ring(client: FlaskClient, house: MailServer) -> None:
    ask_by_mail(client)
    ask(client, way="email", email=IDA)
    run_sql("UPDATE reminder_way SET next_at = now() WHERE address_sealed IS NULL")
    assert not rings()


def test_a_message_rings_from_the_release_until_it_is_sent(
    client: FlaskClient, house: MailServer, campaign_id: int
) -> None:
    confirmed(client, house)
    assert not rings()
    release(campaign_id)
    assert rings()
    send_due()
    assert len(house.taken) == 1
    assert not rings()


@pytest.mark.parametrize("why", ["mail off", "page taken down"])
def test_a_message_that_cannot_be_sent_does_not_ring(
    app: Flask, client: FlaskClient, house: MailServer, campaign_id: int, why: str
) -> None:
    confirmed(client, house)
    release(campaign_id)
    if why == "mail off":
        turn_off(app, "mail")
    else:
        run_sql("UPDATE campaign SET published_at = NULL")
    assert not rings()
    assert send_due() == 0
    assert house.taken == []
