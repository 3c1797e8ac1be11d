"""A phone with an app for one-time codes, and a second step that is set up with it."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from makers import PASSWORD, post
from pyotp.totp import TOTP
from sqlalchemy import text

from presave_app.lib import clock
from presave_app.transaction import transaction

_KEY = re.compile(r'class="scan-key">([A-Z2-7 ]+)<')
_RECOVERY = re.compile(r"<code>([A-Z2-7-]{19})</code>")


class Phone:
    """An app that makes codes; `ahead` is how many half minutes later it is asked."""

    def __init__(self, key: str) -> None:
        self.totp = TOTP(key.replace(" ", ""))

    def code(self, ahead: int = 0) -> str:
        return self.totp.generate_otp(int(clock.seconds()) // 30 + ahead)


def turn_on(client: FlaskClient) -> tuple[Phone, list[str]]:
    """Set it up as the signed-in member; returns the phone and the recovery codes."""
    assert post(client, "/account/second-step/begin", password=PASSWORD).status_code == 303
    found = _KEY.search(client.get("/account/second-step").text)
    assert found is not None
    phone = Phone(found[1])
    answer = post(client, "/account/second-step/confirm", code=phone.code())
    assert answer.status_code == 200, answer.text
    assert post(client, "/account/second-step/codes", code=phone.code()).status_code == 422
    # The half minute of the first code is over.
    with transaction() as session:
        session.execute(text("UPDATE second_step SET last_step = 0, tries = 0"))
    return phone, _RECOVERY.findall(answer.text)
