"""What the sign-in uses when a service gave no lasting permission, what is counted, and what nobody may read."""

from __future__ import annotations

import base64
import logging

import pytest
from fans import read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from mail_server import MailServer
from reminding import IDA, ask_by_mail, confirmed, link_in, release, way
from sqlalchemy import text

from jobs.reminders import send_due
from jobs.worker import KeysMissing, check_keys
from presave_app.campaigns.models import Campaign
from presave_app.extensions import current_settings, db, redis_connection
from presave_app.lib.vault import KeyRing, VaultError
from presave_app.ops.cli import status_of
from presave_app.ops.logs import RedactingFormatter
from presave_app.reminders import taking
from presave_app.reminders.addresses import open_address
from presave_app.reminders.states import Reason
from presave_app.transaction import transaction


def begin(campaign_id: int, reason: str) -> str:
    with transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        return taking.start(session, campaign, "spotify", reason, "Europe/Berlin", "newsletter")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.NO_LASTING_PERMISSION, "gave no permission that lasts until the day"),
        (Reason.SEATS_USED, "a short list, and it is full"),
    ],
)
def test_a_sign_in_may_end_in_a_reminder_whose_page_offers_the_ways(
    client: FlaskClient, house: MailServer, campaign_id: int, reason: str, words: str
) -> None:
    path = f"/mine/{begin(campaign_id, reason)}"
    page = client.get(path)
    assert words in page.text
    assert 'id="way-email"' in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert read_sql("SELECT source || time_zone FROM reminder") == "newsletterEurope/Berlin"
    assert client.post(f"{path}/remind", data={"way": "email", "email": IDA}).status_code == 303
    assert client.post(f"{path}/remind", data={"way": "email", "email": "ida"}).status_code == 422
    send_due()
    client.post(link_in(house, "confirm"))
    release(campaign_id)
    send_due()
    assert len(house.taken) == 2
    assert "Listen now" in client.get(path).text


def test_an_unknown_secret_finds_nothing(client: FlaskClient) -> None:
    for address in ("/mine/x", "/remind/confirm/x", "/remind/stop/x"):
        assert client.get(address).status_code == 404
    for address in ("/mine/x/remind", "/remind/confirm/x", "/remind/stop/x"):
        assert client.post(address).status_code == 404


def test_reminders_are_counted_apart(client: FlaskClient, house: MailServer, campaign_id: int) -> None:
    ask_by_mail(client, "other@fans.example")
    confirmed(client, house)
    numbers = client.get("/night-drive/count.json").json
    assert numbers is not None
    assert (numbers["total"], numbers["reminders"]) == (0, 1)
    report = status_of(db.session.get_one(Campaign, campaign_id))
    assert (report["total"], report["reminders"]) == (0, 1)


def test_an_address_opens_only_in_its_own_row(client: FlaskClient, house: MailServer) -> None:
    confirmed(client, house)
    mine = way()
    assert open_address(mine.id, mine.address_sealed) == IDA
    with pytest.raises(VaultError):
        open_address(read_sql("SELECT gen_random_uuid()"), mine.address_sealed)


def test_a_new_key_seals_addresses_too(app: Flask, client: FlaskClient, house: MailServer) -> None:
    confirmed(client, house)
    real = current_settings()
    old = real.token_keys
    try:
        object.__setattr__(real, "token_keys", KeyRing({"k2": bytes(reversed(range(32)))}))
        with pytest.raises(KeysMissing, match="k1"):
            check_keys()
        object.__setattr__(real, "token_keys", KeyRing({"k2": bytes(reversed(range(32))), **old.keys}))
        app.test_cli_runner().invoke(args=["keys", "rotate"], catch_exceptions=False)
        object.__setattr__(real, "token_keys", KeyRing({"k2": bytes(reversed(range(32)))}))
        check_keys()
        assert (way().key_id, open_address(way().id, way().address_sealed)) == ("k2", IDA)
    finally:
        object.__setattr__(real, "token_keys", old)


def test_no_address_and_no_link_lies_about(
    client: FlaskClient, house: MailServer, campaign_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(RedactingFormatter("%(levelname)s %(name)s: %(message)s"))
    path = ask_by_mail(client)
    secrets = [IDA, path.rsplit("/", 1)[-1], link_in(house, "confirm").rsplit("/", 1)[-1]]
    assert_nowhere(secrets, caplog)
    client.post(link_in(house, "confirm"))
    house.refusals[IDA] = 451
    release(campaign_id)
    send_due()
    assert_nowhere(secrets, caplog)
    logging.getLogger("presave").info("GET /remind/confirm/%s and /remind/stop/%s", *secrets[1:])
    assert_nowhere(secrets, caplog)


def assert_nowhere(secrets: list[str], caplog: pytest.LogCaptureFixture) -> None:
    lines = "\n".join(caplog.handler.format(record) for record in caplog.records)
    stored = everything_stored()
    for secret in secrets:
        for form in (secret, secret.encode().hex(), base64.b64encode(secret.encode()).decode()):
            assert form not in stored
            assert form not in lines


def everything_stored() -> str:
    tables = [table.name for table in db.metadata.sorted_tables]
    db.session.rollback()
    rows = [row for name in tables for row in db.session.execute(text(f"SELECT t::text FROM {name} t")).scalars()]
    rows += [repr(redis_connection().dump(key)) for key in redis_connection().scan_iter("*")]
    db.session.rollback()
    return "\n".join(rows)


def test_a_service_that_is_only_a_link_is_reminded_of_with_that_link(
    client: FlaskClient, house: MailServer, campaign_id: int
) -> None:
    run_sql(
        """INSERT INTO target (campaign_id, service, ref, url, found_at, looks)
           VALUES (:id, 'shop.alba.example', 'x', 'https://shop.alba.example/night-drive', now(), 0)""",
        id=campaign_id,
    )
    page = "/night-drive/remind/shop.alba.example"
    assert f'href="{page}"' in client.get("/night-drive").text
    assert "shop.alba.example gives us no way to add it" in client.get(page).text
    assert client.post(page, data={"way": "email", "email": IDA}).status_code == 303
    send_due()
    client.post(link_in(house, "confirm"))
    release(campaign_id)
    send_due()
    assert "Listen: https://shop.alba.example/night-drive\n" in house.taken[1].message.get_content()
