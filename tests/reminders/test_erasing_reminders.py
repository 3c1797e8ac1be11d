"""A reminder's fan downloads and erases what is kept; erasing is no way to write to a stranger again and again."""

from __future__ import annotations

import json

from fans import read_sql, run_sql
from flask.testing import FlaskClient
from mail_server import MailServer
from reminding import IDA, ask, ask_by_mail, confirmed, link_in, release, way

from jobs.reminders import send_due
from presave_app.privacy import retention
from presave_app.reminders import ending, sending
from presave_app.reminders.tally import count


def test_the_file_holds_the_address_while_it_is_kept(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    path = confirmed(client, house)
    (told,) = json.loads(client.get(f"{path}/data.json").text)["reminder"]["ways"]
    assert (told["kind"], told["state"], told["address"]) == ("email", "armed", IDA)
    release(campaign_id)
    send_due()
    (told,) = json.loads(client.get(f"{path}/data.json").text)["reminder"]["ways"]
    assert (told["state"], told["address"]) == ("sent", None)


def test_erasing_forgets_the_address_and_sends_nothing(
    client: FlaskClient, house: MailServer, campaign_id: int
) -> None:
    path = confirmed(client, house)
    answer = client.post(f"{path}/erase")
    assert answer.headers["Location"] == f"{path}?erased=1"
    assert "It is all erased" in client.get(answer.headers["Location"]).text
    assert client.post(f"{path}/erase").status_code == 303
    assert read_sql("SELECT count(*) FROM reminder") == 0
    release(campaign_id)
    send_due()
    assert house.taken == []


def test_what_was_sent_stays_a_number(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    path = confirmed(client, house)
    release(campaign_id)
    send_due()
    client.post(f"{path}/erase")
    assert count(campaign_id) == 1
    assert client.get(path).status_code == 404
    assert read_sql("SELECT time_zone IS NULL AND mine_hash LIKE 'nobody:%' FROM reminder")


def test_a_stranger_is_not_asked_again_by_erasing(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    for _ in range(2):
        client.post(f"{ask_by_mail(client)}/erase")
    assert len(house.taken) == 1
    row = way()
    assert (row.state, row.address_sealed) == ("withdrawn", None)
    assert client.get(link_in(house, "confirm")).status_code == 404
    assert count(campaign_id) == 0
    run_sql("UPDATE reminder_way SET created_at = created_at - interval '3 days'")
    run_sql("UPDATE reminder SET withdrawn_at = withdrawn_at - interval '3 days'")
    ending.end_overdue()
    retention.forget_old()
    assert read_sql("SELECT count(*) FROM reminder_way") == 0


def test_a_worker_with_the_message_in_hand_finds_it_gone(
    client: FlaskClient, house: MailServer, campaign_id: int
) -> None:
    path = confirmed(client, house)
    release(campaign_id)
    (claim,) = sending._claim()  # pyright: ignore[reportPrivateUsage]
    client.post(f"{path}/erase")
    assert sending.begin(claim) is None
    assert house.taken == []


def test_an_entry_in_a_calendar_is_forgotten_too(client: FlaskClient, campaign_id: int) -> None:
    path = ask(client, way="calendar")
    assert count(campaign_id) == 1
    client.post(f"{path}/erase")
    assert count(campaign_id) == 1
    assert read_sql("SELECT mine_hash LIKE 'nobody:%' FROM reminder")


def test_after_the_release_it_may_be_added_after_all(client: FlaskClient, campaign_id: int) -> None:
    path = ask(client, way="calendar")
    assert "add-now" not in client.get(path).text
    release(campaign_id)
    assert 'href="/night-drive#late-adds"' in client.get(path).text
    assert 'id="late-adds"' in client.get("/night-drive").text
