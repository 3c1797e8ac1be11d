"""What the tests of reminders share: an installation with a mail server and a key for push messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fans import open_campaign
from flask import Flask
from mail_server import MailServer, mail_server
from push_service import PushService, push_service

from presave_app.counts.tally import forget_counts
from presave_app.extensions import current_settings, limiter
from presave_app.lib.mail_address import parse_mail_address, parse_mail_server
from presave_app.lib.vapid import parse_vapid_key
from presave_app.reminders import tally
from presave_app.settings import MailSettings

VAPID_KEY = "vplfkITvu0cwHqzK9Kj-DYStbCH_9AhGx9LqMyaeI6w"


@pytest.fixture
def house() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(autouse=True)
def all_ways(app: Flask, house: MailServer) -> Iterator[None]:
    """Mail and push are on; nobody has tried anything yet, and no number is remembered."""
    limiter.reset()
    forget_counts()
    tally.forget_counts()
    real = current_settings()
    mailing = MailSettings(
        parse_mail_server(f"smtp://127.0.0.1:{house.port}"), parse_mail_address("presave@alba.example"), False
    )
    app.extensions["presave_settings"] = replace(real, mail=mailing, vapid=parse_vapid_key(VAPID_KEY))
    yield
    app.extensions["presave_settings"] = real


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    """A campaign that is out in a week."""
    return open_campaign()


@pytest.fixture
def browser_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def service() -> Iterator[PushService]:
    vapid = current_settings().vapid
    assert vapid is not None
    with push_service(vapid.public) as house:
        yield house
