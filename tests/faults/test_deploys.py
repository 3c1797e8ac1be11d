"""A deploy in the middle of a release: the schema only grows, and the code of the release before goes on working."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from engine import ADD
from fans import move_release, open_campaign, pre_save, read_sql, run_sql
from flask import Flask
from flask_migrate import upgrade
from installation import ROOT, Installation, wait_until
from local.servers import create_database, drop_database
from sqlalchemy import text
from sqlalchemy.orm import Session
from twin_client import TwinClient

from faults import old_release
from faults.conftest import bound_app
from faults.crowd import adds, due_fans, names, once_each, states
from presave_app.lib.tokens import hash_secret
from presave_app.presaves import collecting, turns
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.releases.adding import Add, AddLane, add_due
from presave_app.streaming.registry import get_connector
from presave_app.transaction import transaction

FANS = 12
COLUMNS = """
    SELECT table_name || '.' || column_name, data_type, is_nullable = 'YES',
      is_nullable = 'YES' OR column_default IS NOT NULL OR is_generated = 'ALWAYS'
    FROM information_schema.columns WHERE table_schema = 'public'
"""
# What old code could trip over: a rule about columns that it knows.
RULES = """
    SELECT c.conrelid::regclass || ' ' || c.conname,
      array_agg(c.conrelid::regclass || '.' || a.attname ORDER BY a.attnum)
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
    WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('c', 'f', 'u', 'x') GROUP BY c.oid
    UNION ALL
    SELECT i.indrelid::regclass || ' ' || i.indexrelid::regclass,
      array_agg(i.indrelid::regclass || '.' || a.attname ORDER BY a.attnum)
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indisunique AND a.attnum > 0 GROUP BY i.indexrelid, i.indrelid
"""


def read_schema(url: str) -> tuple[dict[str, tuple[Any, ...]], dict[str, list[str]]]:
    """Each column's type, whether it may be empty and whether it may be left out; and each rule's columns."""
    with psycopg.connect(url) as connection:
        columns = {name: tuple(facts) for name, *facts in connection.execute(COLUMNS)}
        rules = dict(connection.execute(RULES).fetchall())
    return columns, rules


def revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "presave_app" / "migrations"))
    return [script.revision for script in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))]


@pytest.fixture
def scratch_url(postgres_url: str) -> Iterator[str]:
    """An empty database."""
    yield create_database(postgres_url, "presave_scratch")
    drop_database(postgres_url, "presave_scratch")


def test_each_migration_after_the_first_only_adds(scratch_url: str, environ: dict[str, str]) -> None:
    first, *later = revisions()
    with bound_app(environ | {"DATABASE_URL": scratch_url}):
        upgrade(revision=first)
        before, old_rules = read_schema(scratch_url)
        for revision in later:
            upgrade(revision=revision)
            after, rules = read_schema(scratch_url)
            assert {name: after.get(name) for name in before} == before, f"{revision} changes a column"
            old_tables = {name.split(".")[0] for name in before}
            new = {name: column for name, column in after.items() if name not in before}
            needed = [name for name, fact in new.items() if name.split(".")[0] in old_tables and not fact[-1]]
            assert needed == [], f"{revision} adds what old code does not write"
            stricter = [name for name in rules.keys() - old_rules.keys() if set(rules[name]) <= before.keys()]
            assert stricter == [], f"{revision} has a new rule for old code"
            before, old_rules = after, rules
    assert later


def accept_as_before(
    session: Session, tap: collecting.Tap, campaign_id: int, _due: object, consent_id: UUID
) -> PreSaveId:
    """The one statement of a consent that has changed since, as it was."""
    new_id = PreSaveId(uuid4())
    row = session.execute(
        text(old_release.CONSENT),
        {
            "id": new_id,
            "service": tap.flow.service,
            "key": tap.key,
            "consent_id": consent_id,
            "grant_id": tap.grant_id,
            "campaign_id": campaign_id,
            "mine_hash": hash_secret(mine_secret(new_id)),
            "source": None,
            "time_zone": None,
        },
    ).one()
    return PreSaveId(row.id)


def carry_out_as_before(limit: int) -> int:
    """One round of the release before: its own statements, one fan after the other."""
    with transaction() as session:
        claimed = session.execute(text(old_release.CLAIM), {"service": "spotify", "limit": limit, "lease": 90}).all()
    for row in claimed:
        carry_out_one_as_before(row)
    return len(claimed)


def carry_out_one_as_before(row: Any) -> None:
    values = {"id": row.id, "no": row.claim_no, "campaign_id": row.campaign_id, "call": 25, "kind": ADD}
    with transaction() as session:
        assert session.execute(text(old_release.RENEW), {**values, "lease": 90}).one_or_none()
    with transaction() as session:
        assert session.execute(text(old_release.BEGIN_CAMPAIGN), values).scalar_one()
        ref = session.execute(text(old_release.BEGIN_PRE_SAVE), values).scalar_one()
        session.execute(text(old_release.BEGIN_ACTION), {**values, "ref": ref})
        token = turns.find_fresh(session, [row.grant_id])[row.grant_id]
    outcome = get_connector("spotify").add(token, ref).value
    said = {"state": "done", "reason": outcome, "wait": 0.0, "tried": 0, "refused": 0, "is_done": True}
    with transaction() as session:
        assert session.execute(text(old_release.SETTLE), {**values, **said}).one_or_none()
        session.execute(text(old_release.SETTLE_ACTION), {**values, "state": "done", "reason": outcome})


def test_old_and_new_code_share_one_release(app: Flask, twin: TwinClient, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign_id = open_campaign()
    with monkeypatch.context() as patch:
        patch.setattr(collecting, "_upsert_pre_save", accept_as_before)
        for fan in names(FANS)[: FANS // 2]:
            pre_save(app, twin, fan)
        # A fan who was there under the old code comes once more, and under the new code again.
        pre_save(app, twin, names(1)[0])
    for fan in [names(1)[0], *names(FANS)[FANS // 2 :]]:
        pre_save(app, twin, fan)
    assert states() == {"armed": FANS}

    move_release(campaign_id, timedelta(seconds=-1))
    run_sql("UPDATE target SET found_at = now()")
    new_code = Claimant()
    by_old = carry_out_as_before(limit=3)
    new_code.claim(3)
    by_old += carry_out_as_before(limit=3)
    new_code.carry_out()
    assert by_old == FANS // 2
    add_due("spotify")
    assert states() == {"done": FANS}
    assert adds(twin) == once_each(names(FANS))


class Claimant:
    """Today's engine, stopped between its claim and its calls."""

    def __init__(self) -> None:
        self._lane = AddLane(get_connector("spotify"))
        self._taken: list[Add] = []

    def claim(self, limit: int) -> None:
        self._taken, careful = self._lane.take(limit)
        assert careful == []

    def carry_out(self) -> None:
        begun = self._lane.begin(self._taken)
        assert len(begun) == len(self._taken)
        assert self._lane.settle([(add, self._lane.call(add)) for add in begun]) == []


def try_upgrade(url: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The release phase, as the platform runs it."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    surroundings = {**os.environ, **environ, "DATABASE_URL": url}
    return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)


def test_a_failing_release_phase_leaves_the_old_one_at_work(
    app: Flask, twin: TwinClient, installation: Installation, environ: dict[str, str]
) -> None:
    installation.environ["SPOTIFY_CALLS_PER_SECOND"] = "8"
    due_fans(app, twin, FANS)
    before, head = read_schema(environ["DATABASE_URL"]), read_sql("SELECT version_num FROM alembic_version")
    installation.start_worker()
    installation.start_clock()
    wait_until(lambda: states()["done"] >= 1, 30)
    run_sql("UPDATE alembic_version SET version_num = 'no such revision'")
    try:
        done = try_upgrade(environ["DATABASE_URL"], environ)
    finally:
        run_sql("UPDATE alembic_version SET version_num = :head", head=head)
    assert done.returncode != 0
    assert "no such revision" in done.stderr
    assert read_schema(environ["DATABASE_URL"]) == before
    wait_until(lambda: states()["done"] == FANS, 30)
    assert adds(twin) == once_each(names(FANS))


def test_a_migration_that_meets_a_long_lock_gives_up_whole(scratch_url: str, environ: dict[str, str]) -> None:
    first, *_ = revisions()
    with bound_app(environ | {"DATABASE_URL": scratch_url}):
        upgrade(revision=first)
    before = read_schema(scratch_url)
    with psycopg.connect(scratch_url) as reader:
        # The last table that the second migration touches, so that all before it has to be taken back.
        reader.execute("LOCK TABLE fan_grant IN ACCESS SHARE MODE")
        reader.execute("LOCK TABLE service_gate IN ACCESS SHARE MODE")
        assert try_upgrade(scratch_url, environ).returncode != 0
    assert read_schema(scratch_url) == before
    assert try_upgrade(scratch_url, environ).returncode == 0
