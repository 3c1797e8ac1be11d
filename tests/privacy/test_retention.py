"""Retention: after two years only numbers are left, whatever happened; nothing younger is touched."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from fans import move_release, open_campaign, pre_save, read_sql, row_of, run_past_triggers, run_sql
from flask import Flask
from twin_client import TwinClient

from jobs.housekeeping import housekeep
from presave_app.counts.tally import tally
from presave_app.privacy import retention
from presave_app.releases import adding
from presave_app.reminders.tally import count as count_reminders

TWO_YEARS = timedelta(days=740)
ADD_REMINDER = """
    INSERT INTO reminder (id, campaign_id, service, mine_hash, due_at, reason, created_at, withdrawn_at)
    VALUES (gen_random_uuid(), :campaign_id, 'spotify', :name, now() - CAST(:age AS interval), 'service_reminds',
      now() - CAST(:age AS interval), CASE WHEN :is_withdrawn THEN now() - CAST(:age AS interval) END)
"""
ADD_WAY = """
    INSERT INTO reminder_way (id, reminder_id, kind, state, confirmed_at)
    SELECT gen_random_uuid(), id, 'calendar', CASE WHEN withdrawn_at IS NULL THEN 'sent' ELSE 'withdrawn' END,
      created_at
    FROM reminder WHERE mine_hash = :name
"""


@pytest.fixture
def done(campaign_id: int, due: UUID) -> UUID:
    run_sql("UPDATE target SET found_at = now()")
    adding.add_due("spotify")
    run_sql("UPDATE pre_save SET read_back_at = NULL")
    return due


def let_years_pass(campaign_id: int, age: timedelta = TWO_YEARS) -> None:
    """Move all that is there so far into the past. A consent's own time can be moved by a test alone."""
    move_release(campaign_id, -age)
    run_sql("UPDATE pre_save SET accepted_at = accepted_at - :age, done_at = done_at - :age", age=age)
    run_past_triggers("consent", "UPDATE consent SET given_at = given_at - :age", age=age)


def add_reminder(campaign_id: int, name: str, age: str, *, is_withdrawn: bool = False) -> None:
    run_sql(ADD_REMINDER, campaign_id=campaign_id, name=name, age=age, is_withdrawn=is_withdrawn)
    run_sql(ADD_WAY, name=name)


def test_an_old_pre_save_becomes_a_number(campaign_id: int, done: UUID) -> None:
    let_years_pass(campaign_id)
    housekeep()
    assert tally(campaign_id).total == 1
    for table in ("event", "action", "consent WHERE wording <> ''"):
        assert read_sql(f"SELECT count(*) FROM {table}") == 0
    assert read_sql("SELECT account_key LIKE 'nobody:%' FROM pre_save")
    assert read_sql("SELECT count(*) FROM fan_grant WHERE account_key NOT LIKE 'nobody%'") == 0
    assert retention.forget_old() == 0


def test_a_younger_one_is_left_alone(campaign_id: int, done: UUID) -> None:
    let_years_pass(campaign_id, timedelta(days=700))
    assert retention.forget_old() == 0
    assert not row_of(done).account_key.startswith("nobody")


def test_one_that_is_open_is_never_forgotten(campaign_id: int, due: UUID) -> None:
    let_years_pass(campaign_id)
    assert retention.forget_old() == 0
    assert row_of(due).state == "armed"


def test_what_was_withdrawn_goes_as_a_whole(campaign_id: int, due: UUID) -> None:
    run_sql("UPDATE pre_save SET state = 'withdrawn'")
    run_sql("UPDATE fan_grant SET state = 'erased', access_token_sealed = NULL, refresh_token_sealed = NULL")
    let_years_pass(campaign_id)
    retention.forget_old()
    assert read_sql("SELECT count(*) FROM pre_save") == 0


def test_a_grant_with_a_younger_pre_save_keeps_its_name(
    app: Flask, campaign_id: int, done: UUID, twin: TwinClient
) -> None:
    key = row_of(done).account_key
    let_years_pass(campaign_id)
    open_campaign(slug="small-hours")
    younger = pre_save(app, twin, "ida", "small-hours")
    retention.forget_old()
    assert read_sql("SELECT account_key FROM fan_grant WHERE account_key NOT LIKE 'nobody%'") == key
    assert row_of(younger).state == "armed"


def test_a_consent_that_was_renewed_goes_when_it_is_old(
    app: Flask, campaign_id: int, due: UUID, twin: TwinClient
) -> None:
    pre_save(app, twin, "ida")
    assert read_sql("SELECT count(*) FROM consent") == 2
    let_years_pass(campaign_id)
    retention.forget_old()
    # That of the open pre-save stays.
    assert read_sql("SELECT count(*) FROM consent") == 1


def test_more_than_a_batch_goes_in_one_night(
    app: Flask, campaign_id: int, twin: TwinClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fan in ("ida", "emil", "noor"):
        pre_save(app, twin, fan)
    run_sql("UPDATE pre_save SET state = 'withdrawn'")
    let_years_pass(campaign_id)
    monkeypatch.setattr(retention, "_BATCH", 1)
    monkeypatch.setitem(retention._LIMITS, "batch", 1)  # pyright: ignore[reportPrivateUsage]
    assert retention.forget_old() == 3


def test_old_reminders_become_numbers(campaign_id: int) -> None:
    add_reminder(campaign_id, "old", "740 days")
    add_reminder(campaign_id, "old-and-withdrawn", "740 days", is_withdrawn=True)
    add_reminder(campaign_id, "young", "700 days")
    before = count_reminders(campaign_id)
    assert retention.forget_old() == 2
    assert count_reminders(campaign_id) == before == 2
    assert read_sql("SELECT count(*) FROM reminder") == 2
    assert read_sql("SELECT count(*) FROM reminder WHERE mine_hash = 'young'") == 1
    assert retention.forget_old() == 0
