"""Grants: sealed to their row and column, re-sealed under a new key, erased when nobody needs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from fans import open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from twin_client import TwinClient

from presave_app.lib.vault import KeyRing
from presave_app.presaves import grants, turns
from presave_app.presaves.withdrawing import withdraw
from presave_app.transaction import transaction


@pytest.fixture
def two(app: Flask, twin: TwinClient) -> tuple[UUID, UUID]:
    open_campaign()
    return pre_save(app, twin, "ida"), pre_save(app, twin, "jonas")


@pytest.fixture
def newer_key(app: Flask, two: tuple[UUID, UUID]) -> Iterator[None]:
    """The installation gets a second key and puts it first."""
    settings = app.extensions["presave_settings"]
    old = dict(settings.token_keys.keys)
    app.extensions["presave_settings"] = replace(settings, token_keys=KeyRing({"k2": bytes(32), **old}))
    yield
    app.extensions["presave_settings"] = settings


def test_tokens_are_not_readable_in_the_database(two: tuple[UUID, UUID], twin: TwinClient) -> None:
    stored = bytes(read_sql("SELECT refresh_token_sealed FROM fan_grant LIMIT 1"))
    assert stored.startswith(b"v1|k1|")
    assert b"AQ" not in stored[6:8]


def test_a_token_opens_only_in_its_own_row(two: tuple[UUID, UUID]) -> None:
    one, other = (row_of(pre_save_id).grant_id for pre_save_id in two)
    run_sql(
        "UPDATE fan_grant SET refresh_token_sealed = (SELECT refresh_token_sealed FROM fan_grant WHERE id = :other), "
        "access_expires_at = now() WHERE id = :one",
        one=one,
        other=other,
    )
    with pytest.raises(turns.Broken, match="sign_in_broken"), transaction() as session:
        turns.take_turn(session, one)


def test_an_account_is_stored_under_a_pseudonym(two: tuple[UUID, UUID], twin: TwinClient) -> None:
    account_id = twin.control("GET", "fans/ida")["account_id"]
    keys = read_sql("SELECT string_agg(account_key, ' ') FROM pre_save")
    assert account_id not in keys
    assert grants.account_key("spotify", account_id) in keys
    assert grants.account_key("deezer", account_id) not in keys


@pytest.mark.usefixtures("newer_key")
def test_rotation_seals_all_it_can_under_the_first_key(two: tuple[UUID, UUID]) -> None:
    assert grants.key_ids_in_use() == {"k1"}
    broken = row_of(two[0]).grant_id
    run_sql("UPDATE fan_grant SET refresh_token_sealed = 'v1|k1|broken' WHERE id = :id", id=broken)
    last, resealed = UUID(int=0), 0
    while last is not None:
        with transaction() as session:
            last, now_resealed = grants.reseal(session, 1, last)
        resealed += now_resealed
    assert resealed == 1
    assert grants.key_ids_in_use() == {"k1", "k2"}
    opened = read_sql("SELECT id FROM fan_grant WHERE key_id = 'k2'")
    with transaction() as session:
        assert isinstance(turns.take_turn(session, opened), turns.FreshToken)


def test_a_cancel_erases_the_tokens(two: tuple[UUID, UUID]) -> None:
    with transaction():
        withdraw(two[0])
    assert read_sql("SELECT count(*) FROM fan_grant WHERE refresh_token_sealed IS NULL") == 1


def test_tokens_stay_while_another_pre_save_needs_them(app: Flask, twin: TwinClient) -> None:
    open_campaign()
    open_campaign(slug="second")
    first, second = pre_save(app, twin, "ida"), pre_save(app, twin, "ida", "second")
    assert row_of(first).grant_id == row_of(second).grant_id
    with transaction():
        withdraw(first)
    assert read_sql("SELECT state FROM fan_grant") == "active"
    with transaction():
        withdraw(second)
    assert read_sql("SELECT state FROM fan_grant") == "erased"


def test_the_newest_consent_wins(two: tuple[UUID, UUID], app: Flask, twin: TwinClient) -> None:
    before = bytes(read_sql("SELECT refresh_token_sealed FROM fan_grant WHERE id = :id", id=row_of(two[0]).grant_id))
    assert pre_save(app, twin, "ida") == two[0]
    after = bytes(read_sql("SELECT refresh_token_sealed FROM fan_grant WHERE id = :id", id=row_of(two[0]).grant_id))
    assert before != after
