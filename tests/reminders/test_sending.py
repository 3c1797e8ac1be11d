"""Sending under faults: dying between any two lines, two at a time, servers that fail, and running out of time."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import urlsplit

import pytest
from fans import read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from mail_server import MailServer
from reminding import (
    IDA,
    LEASES_OVER,
    ask_by_mail,
    confirmed,
    die_sending,
    heal,
    let_waits_pass,
    link_in,
    release,
    way,
)

from jobs.reminders import send_due
from presave_app.lib.failpoints import REMINDER_POINTS
from presave_app.reminders import ending, sending


def test_dying_after_the_claim_loses_nothing(
    client: FlaskClient, house: MailServer, campaign_id: int, environ: dict[str, str]
) -> None:
    confirmed(client, house)
    release(campaign_id)
    die_sending(environ, house, "after_reminder_claim")
    send_due()
    assert house.taken == []
    heal()
    assert (len(house.taken), way().state) == (1, "sent")


@pytest.mark.parametrize(("point", "mails"), [("before_reminder", 0), ("after_reminder", 1)])
def test_dying_around_the_sending_is_told_and_never_sent_twice(
    client: FlaskClient, house: MailServer, campaign_id: int, environ: dict[str, str], point: str, mails: int
) -> None:
    path = confirmed(client, house)
    release(campaign_id)
    die_sending(environ, house, point)
    assert way().state == "sending"
    heal()
    assert len(house.taken) == mails
    assert (way().state, way().reason, way().address_sealed) == ("failed", "maybe_sent", None)
    assert "it may have reached you or not" in client.get(path).text


def test_dying_after_a_question_was_written_ahead_asks_nobody_twice(
    client: FlaskClient, house: MailServer, environ: dict[str, str]
) -> None:
    client.post("/night-drive/remind/spotify", data={"way": "email", "email": IDA})
    die_sending(environ, house, "after_question_commit")
    heal()
    assert house.taken == []
    assert way().state == "unconfirmed"


def test_every_point_of_a_reminder_is_tried_here() -> None:
    assert set(REMINDER_POINTS) == {
        "after_question_commit",
        "after_reminder_claim",
        "before_reminder",
        "after_reminder",
    }


def test_two_workers_send_each_mail_once(app: Flask, client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    addresses = [f"fan{number}@fans.example" for number in range(20)]
    for address in addresses:
        confirmed(client, house, address)
    release(campaign_id)

    def work() -> None:
        with app.app_context():
            send_due()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert house.recipients == sorted(addresses)
    assert read_sql("SELECT count(*) FROM reminder_way WHERE state = 'sent'") == 20


def test_a_claim_whose_lease_ran_out_begins_nothing(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    confirmed(client, house)
    release(campaign_id)
    (old,) = claim()
    run_sql(LEASES_OVER)
    (new,) = claim()
    assert sending.begin(old) is None
    assert sending.begin(new) is not None
    assert sending.begin(new) is None


def test_taking_back_wins_against_a_claim(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    path = confirmed(client, house)
    release(campaign_id)
    claimed = claim()
    client.post(f"{path}/remind/{way().id}/stop")
    sending.send_claimed(claimed)
    assert house.taken == []
    assert way().state == "withdrawn"


def test_a_late_settling_changes_nothing_that_was_taken_back(
    client: FlaskClient, house: MailServer, campaign_id: int
) -> None:
    confirmed(client, house)
    release(campaign_id)
    (claimed,) = claim()
    assert sending.begin(claimed) is not None
    run_sql("UPDATE reminder_way SET state = 'withdrawn', address_sealed = NULL, key_id = NULL")
    sending.settle(way().id, sending.Fate(sending.State.SENT))
    assert way().state == "withdrawn"


def claim() -> Any:
    return sending._claim()  # pyright: ignore[reportPrivateUsage]


def test_a_server_that_is_busy_is_tried_for_hours_and_then_let_be(
    client: FlaskClient, house: MailServer, campaign_id: int
) -> None:
    confirmed(client, house)
    release(campaign_id)
    house.refusals[IDA] = 451
    for number in range(1, sending.MOST_TRIES):
        send_due()
        assert (way().state, way().reason, way().tries) == ("armed", "smtp_451", number)
        send_due()
        assert way().tries == number
        let_waits_pass()
    send_due()
    assert (way().state, way().address_sealed, way().address_hash) == ("failed", None, None)


def test_a_server_that_comes_back_gets_it(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    confirmed(client, house)
    release(campaign_id)
    house.greeting = "421 try later"
    send_due()
    assert way().state == "armed"
    house.greeting = "220 ready"
    let_waits_pass()
    send_due()
    assert (way().state, len(house.taken)) == ("sent", 1)


def test_a_mailbox_that_is_none_ends_it(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    confirmed(client, house)
    release(campaign_id)
    house.refusals[IDA] = 550
    send_due()
    assert (way().state, way().reason, way().address_sealed) == ("failed", "refused", None)


def test_a_question_that_is_refused_leaves_no_trace_on_the_page(client: FlaskClient, house: MailServer) -> None:
    house.refusals[IDA] = 550
    path = ask_by_mail(client)
    assert (way().state, way().address_sealed) == ("unconfirmed", None)
    assert "Open the mail we sent you" in client.get(path).text


def test_a_question_is_tried_again_when_the_server_was_busy(client: FlaskClient, house: MailServer) -> None:
    house.refusals[IDA] = 451
    ask_by_mail(client)
    house.refusals.clear()
    send_due()
    assert house.taken == []
    let_waits_pass()
    send_due()
    assert len(house.taken) == 1
    assert urlsplit(link_in(house, "confirm")).path


def test_a_broken_connection_in_the_middle_is_not_repeated(
    client: FlaskClient, house: MailServer, campaign_id: int
) -> None:
    confirmed(client, house)
    release(campaign_id)
    house.hangs_up_after_data = True
    send_due()
    assert (way().state, way().reason) == ("failed", "maybe_sent")
    house.hangs_up_after_data = False
    heal()
    assert len(house.taken) == 1


def test_what_could_not_be_sent_for_three_days_is_ended(
    client: FlaskClient, house: MailServer, campaign_id: int
) -> None:
    confirmed(client, house)
    release(campaign_id)
    run_sql("UPDATE reminder SET due_at = now() - interval '73 hours'")
    ending.end_overdue()
    send_due()
    assert house.taken == []
    assert (way().state, way().reason, way().address_sealed, way().address_hash) == ("expired", "too_late", None, None)
