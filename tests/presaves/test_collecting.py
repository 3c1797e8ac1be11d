"""Taking in a pre-save: what is written, what a second consent changes, what a cancel ends."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from fans import move_release, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from twin_client import TwinClient

from presave_app.presaves.looking_up import find_by_mine_secret, mine_secret
from presave_app.presaves.withdrawing import withdraw
from presave_app.privacy.disconnecting import disconnect
from presave_app.releases import adding
from presave_app.transaction import transaction


@pytest.fixture
def campaign_id(app: Flask, twin: TwinClient) -> int:
    return open_campaign()


@pytest.fixture
def saved(app: Flask, twin: TwinClient, campaign_id: int) -> UUID:
    return pre_save(app, twin, "ida")


def test_a_pre_save_is_armed_for_the_moment(saved: UUID, campaign_id: int) -> None:
    row = row_of(saved)
    assert (row.state, row.reason) == ("armed", "consented")
    assert row.due_at == read_sql("SELECT release_at FROM campaign WHERE id = :id", id=campaign_id)
    assert row.next_at == row.due_at


def test_the_consent_keeps_the_very_words(saved: UUID) -> None:
    wording = read_sql("SELECT wording FROM consent")
    assert "When Night Drive is out we do this for you, and nothing else: add it to your Spotify library." in wording
    assert read_sql("SELECT actions FROM consent") == [{"kind": "add_to_library", "subject": "release"}]
    assert read_sql("SELECT scopes FROM consent") == ["user-library-modify", "user-library-read"]


def test_the_permission_ends_six_months_after_consent(saved: UUID) -> None:
    assert read_sql("SELECT hard_expires_at - granted_at FROM fan_grant") == timedelta(days=181)


def test_the_same_fan_counts_once(app: Flask, twin: TwinClient, saved: UUID) -> None:
    assert pre_save(app, twin, "ida") == saved
    assert read_sql("SELECT count(*) FROM pre_save") == 1
    assert read_sql("SELECT count(*) FROM consent") == 2


@pytest.mark.parametrize("state", ["needs_reauth", "withdrawn", "expired"])
def test_a_new_consent_arms_again(state: str, app: Flask, twin: TwinClient, saved: UUID) -> None:
    run_sql("UPDATE pre_save SET state = :state, reason = 'grant_revoked', tries = 5", state=state)
    assert pre_save(app, twin, "ida") == saved
    row = row_of(saved)
    assert (row.state, row.reason, row.tries) == ("armed", "renewed", 0)


def test_what_is_done_stays_done(app: Flask, twin: TwinClient, saved: UUID, campaign_id: int) -> None:
    move_release(campaign_id, timedelta(seconds=-1))
    adding.add_due("spotify")
    run_sql("UPDATE pre_save SET read_back_at = NULL")
    assert pre_save(app, twin, "ida") == saved
    assert row_of(saved).state == "done"
    assert read_sql("SELECT state FROM fan_grant") == "erased"


def test_the_own_link_can_be_made_again(saved: UUID) -> None:
    found = find_by_mine_secret(mine_secret(row_of(saved).id))
    assert found is not None
    assert found.id == saved
    assert find_by_mine_secret("guessed") is None


def test_cancelling_twice_is_one_cancel(saved: UUID) -> None:
    with transaction():
        assert withdraw(saved)
    with transaction():
        assert not withdraw(saved)
    row = row_of(saved)
    assert (row.state, row.reason) == ("withdrawn", "fan_withdrew")
    assert read_sql("SELECT withdrawn_at IS NOT NULL FROM consent")


def test_disconnecting_ends_all_of_a_fans_pre_saves(app: Flask, twin: TwinClient, saved: UUID) -> None:
    open_campaign(slug="second")
    other = pre_save(app, twin, "ida", "second")
    with transaction():
        disconnect(saved)
    assert {row_of(saved).state, row_of(other).state} == {"withdrawn"}
    assert read_sql("SELECT state FROM fan_grant") == "erased"


def test_disconnecting_ends_planned_looks(app: Flask, saved: UUID, campaign_id: int) -> None:
    move_release(campaign_id, timedelta(seconds=-1))
    adding.add_due("spotify")
    with transaction():
        disconnect(saved)
    row = row_of(saved)
    assert (row.state, row.read_back_at) == ("done", None)
