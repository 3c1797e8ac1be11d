"""A release day of sixty fans on real processes, and the oracle that judges it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fans import open_campaign, pre_save, read_sql, run_sql
from flask import Flask
from sqlalchemy import text
from twin_client import TwinClient

from bench.day import Day, Plan, live_through, loop_through
from bench.fans import add_fans, open_release
from bench.fast_twin import access_token
from bench.installation import Installation
from bench.oracle import count_open, find_faults
from bench.release_day import rows_of
from bench.table import render
from bench.twin_process import Add, Limits, Report
from bench.usage import Usage
from presave_app.extensions import db, redis_connection
from presave_app.presaves import turns
from presave_app.presaves.states import GrantId
from presave_app.presaves.turns import FreshToken
from presave_app.transaction import transaction

LIMITS = Limits(calls_per_second=100, latency_seconds=0.02)


@pytest.fixture
def installation(app: Flask, environ: dict[str, str], tmp_path: Path) -> Iterator[Installation]:
    yield Installation(app, {**os.environ, **environ}, tmp_path)
    redis_connection().flushall()


def test_a_day_ends_with_every_fan_served_and_a_table(installation: Installation) -> None:
    told: list[str] = []
    loop = loop_through(installation, 5, LIMITS)
    day = live_through(installation, Plan(60, 1, LIMITS), told.append)
    assert day.faults == {}
    assert len(day.add_times) == 60
    assert [line.split(":")[0] for line in told] == ["60 fans, 1 worker"]
    lines = render("A day", rows_of(day, day, loop)).splitlines()
    assert lines[4].startswith("achieved rate / allowed rate")
    assert lines[-2].startswith("every fan added once, none early, none lost")
    assert day.usage.workers_cpu > 0
    assert day.usage.database_cpu > 0
    assert day.usage.commits > 0
    assert day.peak_megabytes > 10
    assert len(loop.adds) == 5


def test_a_day_without_adds_misses_its_goal() -> None:
    day = Day(Plan(60, 1, LIMITS), 0.0, Report({}, 0, ()), Usage(0, 0, 0, 0), 0.0, {})
    assert [row.verdict for row in rows_of(day, day, day.report)] == ["MISSED"]


def test_a_fan_in_bulk_is_written_like_one_who_signed_in(app: Flask, twin: TwinClient) -> None:
    open_campaign()
    collected = _columns_of(pre_save(app, twin, "ida"))
    run_sql("TRUNCATE team CASCADE")
    campaign_id = open_release()
    add_fans(campaign_id, 1)
    assert _columns_of(read_sql("SELECT id FROM pre_save")) == collected


def test_a_bulk_fans_token_opens(app: Flask) -> None:
    add_fans(open_release(), 3)
    opened: set[str] = set()
    for grant_id in db.session.execute(text("SELECT id FROM fan_grant")).scalars().all():
        with transaction() as session:
            turn = turns.take_turn(session, GrantId(grant_id))
        assert isinstance(turn, FreshToken)
        opened.add(turn.access_token)
    assert opened == {access_token(0), access_token(1), access_token(2)}


def test_the_oracle_sees_what_the_database_says(app: Flask) -> None:
    add_fans(open_release(), 3)
    report = Report({}, 0, (Add(0, 10.0), Add(1, 11.0), Add(2, 12.0)))
    assert count_open() == 3
    assert find_faults(report, 4, moment=5.0) == {
        "pre-saves not done": 3,
        "actions not done": 3,
        "pre-saves not done exactly once": 3,
        "pre-saves missing": 1,
        "fans without the release": 1,
    }


def test_the_oracle_sees_what_the_twin_says(app: Flask) -> None:
    report = Report({}, 0, (Add(0, 4.0), Add(0, 6.0), Add(9, 6.0)))
    assert find_faults(report, 0, moment=5.0) == {
        "strangers with the release": 2,
        "adds made again": 1,
        "adds before the moment": 1,
    }


def _columns_of(pre_save_id: UUID) -> dict[str, set[str]]:
    """Which columns hold something, in each row that belongs to a pre-save, and what is the same for every fan."""
    tables = {
        "pre_save": "SELECT * FROM pre_save WHERE id = :id",
        "action": "SELECT * FROM action WHERE pre_save_id = :id",
        "consent": "SELECT c.* FROM consent c JOIN pre_save p ON p.consent_id = c.id WHERE p.id = :id",
        "fan_grant": "SELECT g.* FROM fan_grant g JOIN pre_save p ON p.grant_id = g.id WHERE p.id = :id",
        "event": "SELECT * FROM event WHERE pre_save_id = :id",
    }
    found = {name: db.session.execute(text(query), {"id": pre_save_id}).one() for name, query in tables.items()}
    db.session.rollback()
    return {name: _filled(row) for name, row in found.items()}


def _filled(row: Any) -> set[str]:
    return {column for column, value in row._mapping.items() if value is not None}
