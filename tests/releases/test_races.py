"""Races between an editor who moves the date and those who take in or carry out pre-saves: two connections each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from engine import add_one, beside, claim_one, until_somebody_waits
from fans import move_release, open_campaign, pre_save, read_sql, row_of
from flask import Flask
from sqlalchemy import text
from twin_client import TwinClient

from presave_app.releases.waves import recompute_due
from presave_app.transaction import transaction


def move_by_a_week(app: Flask, work: Callable[[], object]) -> None:
    """An editor moves the date, and before that is committed somebody else begins `work` and has to wait."""
    with transaction() as session:
        session.execute(text("SELECT 1 FROM campaign FOR NO KEY UPDATE"))
        session.execute(text("UPDATE campaign SET release_at = now() + interval '7 days'"))
        with beside(app, work):
            until_somebody_waits(session)
            recompute_due(1)
            session.commit()


def test_a_fan_who_comes_while_the_date_moves_gets_the_new_one(app: Flask, twin: TwinClient) -> None:
    open_campaign(timedelta(hours=1))
    ids: list[UUID] = []
    move_by_a_week(app, lambda: ids.append(pre_save(app, twin, "ida")))
    assert row_of(ids[0]).due_at == read_sql("SELECT release_at FROM campaign")


def test_an_add_that_meets_a_moving_date_does_not_start(app: Flask, twin: TwinClient) -> None:
    campaign_id = open_campaign()
    pre_save_id = pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    claim = claim_one()
    move_by_a_week(app, lambda: add_one(claim))
    assert twin.calls(method="PUT") == []
    row = row_of(pre_save_id)
    assert row.state == "armed"
    assert row.due_at == read_sql("SELECT release_at FROM campaign")
