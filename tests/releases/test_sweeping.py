"""Sweeping: what has run out of time ends visibly, and its tokens go."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from fans import move_release, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from twin_client import TwinClient

from presave_app.presaves import mending
from presave_app.releases import adding, sweeping
from presave_app.transaction import transaction


@pytest.fixture
def waiting(app: Flask, twin: TwinClient) -> UUID:
    campaign_id = open_campaign()
    pre_save_id = pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(days=-13))
    return pre_save_id


def test_two_weeks_are_given(waiting: UUID) -> None:
    assert sweeping.expire_overdue() == 0
    assert row_of(waiting).state == "armed"


@pytest.mark.parametrize(
    ("state", "reason", "is_found", "ended_by"),
    [
        ("armed", "http_500", True, "too_late"),
        ("armed", "consented", False, "never_in_catalogue"),
        ("armed", "not_in_catalogue", True, "never_in_catalogue"),
        ("needs_reauth", "grant_revoked", True, "not_reconnected"),
        # With or without the fan nothing could have been added.
        ("needs_reauth", "grant_revoked", False, "never_in_catalogue"),
    ],
)
def test_after_two_weeks_it_is_over_and_says_why(
    state: str, reason: str, is_found: bool, ended_by: str, waiting: UUID
) -> None:
    run_sql("UPDATE target SET found_at = CASE WHEN :is_found THEN now() END", is_found=is_found)
    run_sql(
        "UPDATE pre_save SET due_at = due_at - interval '2 days', state = :state, reason = :reason",
        state=state,
        reason=reason,
    )
    assert sweeping.expire_overdue() == 1
    assert sweeping.expire_overdue() == 0
    row = row_of(waiting)
    assert (row.state, row.reason) == ("expired", ended_by)
    assert read_sql("SELECT state FROM fan_grant") == "erased"


def test_a_claim_left_behind_ends_too(waiting: UUID) -> None:
    run_sql("UPDATE pre_save SET state = 'claimed', claim_no = 1, lease_until = now() - interval '1 s'")
    run_sql("UPDATE pre_save SET due_at = due_at - interval '2 days'")
    assert sweeping.expire_overdue() == 1


def test_a_permission_past_its_end_needs_the_fan(waiting: UUID) -> None:
    run_sql("UPDATE fan_grant SET hard_expires_at = now() - interval '1 s'")
    assert sweeping.need_reauth_of_old_grants() == 1
    row = row_of(waiting)
    assert (row.state, row.reason) == ("needs_reauth", "grant_expired")


def test_a_fan_who_renewed_meanwhile_is_left_alone(waiting: UUID) -> None:
    run_sql("UPDATE fan_grant SET hard_expires_at = now() + interval '1 day'")
    grant_id = row_of(waiting).grant_id
    with transaction() as session:
        assert mending.need_reauth(session, grant_id, "grant_expired") == 0
    assert row_of(waiting).state == "armed"


def test_looks_that_cannot_be_taken_end(app: Flask, twin: TwinClient, waiting: UUID) -> None:
    run_sql("UPDATE target SET found_at = now()")
    adding.add_due("spotify")
    run_sql("UPDATE pre_save SET done_at = now() - interval '4 days'")
    assert sweeping.end_stale_looks() == 1
    assert read_sql("SELECT state FROM fan_grant") == "erased"


def test_old_flows_are_forgotten(waiting: UUID) -> None:
    sweeping.forget_old_sign_ins()
    assert read_sql("SELECT count(*) FROM oauth_flow") == 1
    run_sql("UPDATE oauth_flow SET expires_at = now() - interval '2 days'")
    sweeping.forget_old_sign_ins()
    assert read_sql("SELECT count(*) FROM oauth_flow") == 0
