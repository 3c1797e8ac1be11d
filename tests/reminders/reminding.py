"""Fans who want to be reminded, over HTTP as in life, and the clock's turns."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fans import run_sql
from flask.testing import FlaskClient
from mail_server import MailServer
from makers import move_campaign
from sqlalchemy import text

from jobs.reminders import send_due
from presave_app.extensions import db
from presave_app.releases.waves import recompute_due
from presave_app.reminders import ending
from presave_app.transaction import transaction

PAGE = "/night-drive/remind/spotify"
IDA = "ida@fans.example"
LEASES_OVER = "UPDATE reminder_way SET lease_until = now() - interval '1 s' WHERE lease_until IS NOT NULL"
_ROOT = Path(__file__).resolve().parents[2]
_DIED = 137


def ask(client: FlaskClient, **form: str) -> str:
    """Send the form of the page; returns the path of the reminder's own page."""
    answer = client.post(PAGE, data=form)
    assert answer.status_code == 303, answer.text
    return urlsplit(answer.headers["Location"]).path


def ask_by_mail(client: FlaskClient, address: str = IDA, **form: str) -> str:
    """Type an address, and let the question be sent."""
    path = ask(client, way="email", email=address, **form)
    send_due()
    return path


def link_in(house: MailServer, act: str, number: int = -1) -> str:
    """The path of a link in a mail that was taken."""
    found = re.search(rf"http://127\.0\.0\.1:5000(/remind/{act}/[\w-]+)", house.taken[number].message.get_content())
    assert found is not None
    return found[1]


def confirmed(client: FlaskClient, house: MailServer, address: str = IDA) -> str:
    """A reminder by mail whose reader has agreed; returns the path of its own page."""
    path = ask_by_mail(client, address)
    assert client.post(link_in(house, "confirm")).status_code == 200
    house.taken.clear()
    return path


def move(campaign_id: int, release_in: timedelta) -> None:
    """Let the release be so far from now, as an edit does it."""
    move_campaign(campaign_id, release_in)
    with transaction():
        recompute_due(campaign_id)
    # A reminder made before a moment that the test has put into the past was made before it.
    run_sql("UPDATE reminder SET created_at = least(created_at, due_at)")


def release(campaign_id: int) -> None:
    """The release is out a second ago."""
    move(campaign_id, timedelta(seconds=-1))


def way() -> Any:
    """The newest way as the database holds it now."""
    db.session.rollback()
    row = db.session.execute(text("SELECT * FROM reminder_way ORDER BY created_at DESC LIMIT 1")).one()
    db.session.rollback()
    return row


def let_waits_pass() -> None:
    run_sql("UPDATE reminder_way SET next_at = now() WHERE next_at IS NOT NULL")


def die_sending(environ: Mapping[str, str], house: MailServer, failpoint: str) -> None:
    """A process that does the job once, and dies at the point."""
    script = """
from jobs.reminders import send_due
from presave_app import create_app
with create_app().app_context():
    send_due()
"""
    ways = {"SMTP_URL": f"smtp://127.0.0.1:{house.port}", "MAIL_FROM": "presave@alba.example"}
    surroundings = {**os.environ, **environ, **ways, "FAILPOINT": failpoint}
    done = subprocess.run([sys.executable, "-c", script], cwd=_ROOT, env=surroundings, timeout=60, check=False)
    assert done.returncode == _DIED


def heal() -> None:
    """What comes after a crash: leases run out, the sweeper looks, the job runs again, twice."""
    run_sql(LEASES_OVER)
    ending.end_overdue()
    for _ in range(2):
        let_waits_pass()
        send_due()
