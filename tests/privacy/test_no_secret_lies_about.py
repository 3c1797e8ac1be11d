"""Canaries: a fan's tokens and account are nowhere readable, not in the database, not in Redis, not in a log."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

import pytest
from fans import move_release, open_campaign, pre_save, row_of, run_sql
from flask import Flask
from sqlalchemy import text
from twin_client import TwinClient

from jobs.schedule import Bells
from presave_app.extensions import db, redis_connection
from presave_app.ops.logs import RedactingFormatter
from presave_app.presaves import turns
from presave_app.presaves.looking_up import mine_secret
from presave_app.releases import adding, reading_back, refreshing
from presave_app.transaction import transaction


@pytest.fixture
def release(app: Flask, twin: TwinClient, caplog: pytest.LogCaptureFixture) -> UUID:
    """A whole release with every log line kept: sign-in, refresh, an add that fails once, adds, proof."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(RedactingFormatter("%(levelname)s %(name)s: %(message)s"))
    campaign_id = open_campaign()
    pre_save_id = pre_save(app, twin, "ida")
    run_sql("UPDATE fan_grant SET access_expires_at = now()")
    move_release(campaign_id, timedelta(minutes=10))
    refreshing.warm_up("spotify", 20)
    move_release(campaign_id, timedelta(seconds=-1))
    twin.fault("503_html", method="PUT", path="/me/library")
    Bells().turn()
    adding.add_due("spotify")
    run_sql("UPDATE pre_save SET next_at = due_at")
    adding.add_due("spotify")
    reading_back.read_back_due("spotify")
    return pre_save_id


def secrets_of(pre_save_id: UUID, twin: TwinClient) -> list[str]:
    grant_id = row_of(pre_save_id).grant_id
    with transaction() as session:
        fresh = turns.take_turn(session, grant_id)
        session.execute(text("UPDATE fan_grant SET access_expires_at = now() WHERE id = :id"), {"id": grant_id})
        stale = turns.take_turn(session, grant_id)
    assert isinstance(fresh, turns.FreshToken)
    assert isinstance(stale, turns.RefreshTurn)
    account_id = twin.control("GET", "fans/ida")["account_id"]
    return [fresh.access_token, stale.refresh_token, account_id, mine_secret(row_of(pre_save_id).id)]


def everything_stored() -> str:
    tables = [table.name for table in db.metadata.sorted_tables]
    rows = [row for name in tables for row in db.session.execute(text(f"SELECT t::text FROM {name} t")).scalars()]
    connection = redis_connection()
    keys = list(connection.scan_iter("*"))
    rows += [repr(connection.dump(key)) for key in keys]
    db.session.rollback()
    return "\n".join(rows)


def test_no_secret_of_a_fan_lies_about(release: UUID, twin: TwinClient, caplog: pytest.LogCaptureFixture) -> None:
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    lines = "\n".join(caplog.handler.format(record) for record in records)
    stored = everything_stored()
    for secret in secrets_of(release, twin):
        assert secret not in stored
        assert secret.encode().hex() not in stored
        assert secret not in lines
    assert "target 1 is there" in lines
    assert "night-drive" in stored
