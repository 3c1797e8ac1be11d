"""What the tests of teams share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from mail_server import MailServer, mail_server

from presave_app.extensions import current_settings, limiter
from presave_app.settings import read_settings


@pytest.fixture(autouse=True)
def fresh_limits(app: Flask) -> None:
    """No test waits for what another one tried."""
    limiter.reset()


@pytest.fixture
def post_office(app: Flask, environ: dict[str, str]) -> Iterator[MailServer]:
    """A mail server that the app sends through."""
    real = current_settings()
    with mail_server() as server:
        with_mail = {"SMTP_URL": f"smtp://127.0.0.1:{server.port}", "MAIL_FROM": "Presave <presave@alba.example>"}
        app.extensions["presave_settings"] = replace(real, mail=read_settings({**environ, **with_mail}, ()).mail)
        yield server
    app.extensions["presave_settings"] = real
