"""Read-back: the proof after the add, once more a day later, and then nothing of the fan's sign-in is kept."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from fans import move_release, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from twin_client import ALBUM_URI, TwinClient

from presave_app.releases import adding, reading_back


@pytest.fixture
def done(app: Flask, twin: TwinClient) -> UUID:
    """Ida's pre-save right after the add."""
    campaign_id = open_campaign()
    pre_save_id = pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    adding.add_due("spotify")
    return pre_save_id


def a_day_passes() -> None:
    run_sql("UPDATE pre_save SET done_at = done_at - interval '25 h', read_back_at = now()")


def take_out_of_library(twin: TwinClient) -> None:
    tokens = twin.sign_in("ida")
    twin.api("DELETE", f"/me/library?uris={ALBUM_URI}", tokens.access)


def test_an_add_is_read_back(done: UUID) -> None:
    assert reading_back.read_back_due("spotify") == 1
    row = row_of(done)
    assert row.verified_at is not None
    assert row.kept_at is None


def test_a_second_pass_has_nothing_to_do(done: UUID) -> None:
    reading_back.read_back_due("spotify")
    assert reading_back.read_back_due("spotify") == 0


def test_tokens_go_after_the_last_look(done: UUID) -> None:
    reading_back.read_back_due("spotify")
    assert read_sql("SELECT state FROM fan_grant") == "active"
    a_day_passes()
    reading_back.read_back_due("spotify")
    row = row_of(done)
    assert row.kept_at is not None
    assert row.read_back_at is None
    assert read_sql("SELECT state FROM fan_grant") == "erased"
    assert read_sql("SELECT refresh_token_sealed FROM fan_grant") is None


def test_a_missing_release_is_looked_for_again(done: UUID, twin: TwinClient) -> None:
    take_out_of_library(twin)
    reading_back.read_back_due("spotify")
    row = row_of(done)
    assert row.verified_at is None
    assert row.read_backs == 1
    assert row.read_back_at - row.done_at < timedelta(minutes=2)


def test_what_was_verified_and_then_removed_was_not_kept(done: UUID, twin: TwinClient) -> None:
    reading_back.read_back_due("spotify")
    take_out_of_library(twin)
    a_day_passes()
    reading_back.read_back_due("spotify")
    row = row_of(done)
    assert row.verified_at is not None
    assert row.kept_at is None


def test_a_busy_service_puts_the_look_off(done: UUID, twin: TwinClient) -> None:
    twin.fault("429", method="GET", path="/me/library/contains", retry_after=60)
    reading_back.read_back_due("spotify")
    row = row_of(done)
    assert row.verified_at is None
    assert row.read_back_at is not None


def test_an_unreadable_answer_proves_nothing(done: UUID, twin: TwinClient) -> None:
    twin.fault("empty_200", method="GET", path="/me/library/contains")
    reading_back.read_back_due("spotify")
    assert row_of(done).verified_at is None


def test_adds_go_before_looks(app: Flask, done: UUID, twin: TwinClient) -> None:
    campaign_id = open_campaign(slug="second")
    pre_save(app, twin, "jonas", "second")
    move_release(campaign_id, timedelta(seconds=-1))
    run_sql("UPDATE target SET found_at = now()")
    assert reading_back.read_back_due("spotify") == 0


def test_a_refused_look_keeps_the_proof_for_later(done: UUID, twin: TwinClient) -> None:
    twin.fault("403_forbidden", method="GET", path="/me/library/contains")
    reading_back.read_back_due("spotify")
    row = row_of(done)
    assert row.verified_at is None
    assert row.read_back_at is not None
    run_sql("UPDATE pre_save SET read_back_at = now()")
    reading_back.read_back_due("spotify")
    assert row_of(done).verified_at is not None
