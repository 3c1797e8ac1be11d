"""Fans for tests: a campaign to pre-save, and the whole sign-in trip of a fan over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, make_team, move_campaign
from sqlalchemy import text
from sqlalchemy.orm import Session
from twin_client import ALBUM_URI, UPC, TwinClient
from werkzeug.test import TestResponse

from presave_app.extensions import db
from presave_app.lib import clock
from presave_app.lib.moments import find_zone, first_moment_at
from presave_app.presaves.looking_up import find_by_mine_secret
from presave_app.releases.waves import recompute_due
from presave_app.transaction import transaction

SLUG = "night-drive"


def open_campaign(
    release_in: timedelta = timedelta(days=7), *, slug: str = SLUG, ref: str | None = ALBUM_URI, upc: str | None = UPC
) -> int:
    """A published campaign of Alba Records, released so much later than now; returns its id."""
    team_id = read_sql("SELECT id FROM team WHERE slug = 'alba-records'") or make_team()
    return make_campaign(team_id, slug=slug, release_in=release_in, ref=ref, upc=upc)


def move_release(campaign_id: int, release_in: timedelta) -> None:
    """Let the release come so much later than now, for the campaign and its open pre-saves: the data is moved."""
    move_campaign(campaign_id, release_in)
    run_sql(
        "UPDATE pre_save SET due_at = now() + :late, next_at = now() + :late WHERE campaign_id = :id",
        id=campaign_id,
        late=release_in,
    )


def move_local_release(
    campaign_id: int, release_in: timedelta, zone: str, *, label_zone: str = "Europe/Berlin"
) -> datetime:
    """Let each zone have the release at a time of its own: clocks in `zone` show it so much later than now.

    The label may be elsewhere. Returns the time that clocks show.
    """
    there, label = find_zone(zone), find_zone(label_zone)
    assert there is not None
    assert label is not None
    wall = (clock.now() + release_in).astimezone(there).replace(tzinfo=None)
    with transaction() as session:
        session.execute(
            text("""
                UPDATE campaign SET clock = 'local', release_wall = :wall, release_at = :at, time_zone = :zone
                WHERE id = :id
            """),
            {"id": campaign_id, "wall": wall, "at": first_moment_at(wall, label), "zone": label_zone},
        )
        recompute_due(campaign_id)
    return wall


def go_to_spotify(client: FlaskClient, slug: str = SLUG, **form: str) -> str:
    """Press the button; returns the address the browser is sent to."""
    answer = client.post(f"/{slug}/connect/spotify", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def answer_at_spotify(twin: TwinClient, address: str, fan: str, decision: str = "allow") -> str:
    """Press a button on the consent page; returns the path and query the browser comes back with."""
    pressed = twin.session.post(address, data={"fan": fan, "decision": decision}, allow_redirects=False)
    assert pressed.status_code == 302, pressed.text
    last = twin.session.get(f"{twin.root}{pressed.headers['Location']}", allow_redirects=False)
    parts = urlsplit(last.headers["Location"])
    return f"{parts.path}?{parts.query}"


def come_back(app: Flask, twin: TwinClient, fan: str, slug: str = SLUG, **form: str) -> TestResponse:
    """The whole trip in a browser of its own; returns what the fan sees at its end."""
    client = app.test_client()
    return client.get(answer_at_spotify(twin, go_to_spotify(client, slug, **form), fan))


def pre_save(app: Flask, twin: TwinClient, fan: str, slug: str = SLUG, **form: str) -> UUID:
    """A fan's finished pre-save; returns its id."""
    answer = come_back(app, twin, fan, slug, **form)
    assert answer.status_code == 303, answer.text
    secret = urlsplit(answer.headers["Location"]).path.rsplit("/", 1)[-1]
    found = find_by_mine_secret(secret)
    assert found is not None
    pre_save_id = found.id
    db.session.rollback()
    return pre_save_id


def expect_promise(page: str, draft: dict[str, Any]) -> None:
    """The page says what the record keeps: the sentence that it begins, and each button ends; and the text below."""
    assert draft["headline"].startswith(f"{draft['lead']} {draft['deed']}.")
    deed = draft["deed"]
    assert draft["lead"] in page
    assert deed in page or f"{deed[0].upper()}{deed[1:]}" in page
    assert draft["text"] in page


def row_of(pre_save_id: UUID) -> Any:
    """The pre-save's row as it stands in the database now."""
    db.session.rollback()
    row = db.session.execute(text("SELECT * FROM pre_save WHERE id = :id"), {"id": pre_save_id}).one()
    db.session.rollback()
    return row


def run_sql(statement: str, **values: Any) -> None:
    """Move the data, in a transaction of its own."""
    with unlimited_transaction() as session:
        session.execute(text(statement), values)


def run_past_triggers(table: str, statement: str, **values: Any) -> None:
    """Move the data past what the table watches over itself, as only a test may."""
    with unlimited_transaction() as session:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        session.execute(text(statement), values)
        session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


@contextmanager
def unlimited_transaction() -> Iterator[Session]:
    """A transaction whose statements take the time they need: a crowd is written slowly on a busy machine."""
    with transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        yield session


def read_sql(statement: str, **values: Any) -> Any:
    """One value as the database holds it now."""
    db.session.rollback()
    value = db.session.execute(text(statement), values).scalar()
    db.session.rollback()
    return value
