"""Large waves: one that stands still holds up nobody, those that move share the way, and little is in hand."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from crowds import put_crowd
from fans import move_release, open_campaign, read_sql, run_sql
from flask import Flask
from sqlalchemy import event, text
from twin_client import TwinClient

import bench.fans
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.presaves import claims
from presave_app.presaves.claims import Claim
from presave_app.releases import adding, drain, waves
from presave_app.releases.adding import Add, AddLane
from presave_app.releases.control_room import read_room
from presave_app.transaction import transaction

CROWD = 20_000
MOVING = 2_000
BATCH = 50
STILL = "(SELECT id FROM campaign WHERE slug = 'still')"
WAYS_TO_STAND_STILL = (
    "UPDATE campaign SET held_at = now() WHERE slug = 'still'",
    f"UPDATE target SET canary = 'refused' WHERE campaign_id = {STILL}",
    f"UPDATE target SET found_at = NULL WHERE campaign_id = {STILL}",
)


@contextmanager
def statements_on(table: str) -> Iterator[list[tuple[str, Any]]]:
    """The statements about a table that are carried out meanwhile, with their values."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if table in statement:
            seen.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def work_of(statement: str, values: Any) -> tuple[int, int]:
    """How many pre-saves a statement looks at, wanted or not, and how many blocks it reads to find them.

    It is carried out and undone again.
    """
    with db.engine.connect() as connection:
        explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values)
        plan = explained.scalar_one()[0]["Plan"]
        connection.rollback()
    looked_at = sum(_rows_looked_at(node) for node in _nodes(plan) if node.get("Relation Name") == "pre_save")
    finding = next((node for node in _nodes(plan) if node.get("Subplan Name") == "CTE due"), plan)
    return looked_at, finding["Shared Hit Blocks"] + finding["Shared Read Blocks"]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _rows_looked_at(node: dict[str, Any]) -> int:
    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return int(node["Actual Loops"] * rows) if node["Node Type"].endswith("Scan") else 0


def claim(limit: int = BATCH) -> list[Claim]:
    with transaction() as session:
        return claims.claim_due(session, "spotify", limit)


def campaigns_due_together(*slugs: str) -> list[int]:
    """Campaigns that came out at the same moment, shown by their service."""
    ids = [open_campaign(slug=slug) for slug in slugs]
    for campaign_id in ids:
        put_crowd(campaign_id, MOVING, "armed", "consented")
    run_sql("UPDATE campaign SET release_at = now() - interval '5 minutes'")
    run_sql("UPDATE pre_save SET due_at = now() - interval '5 minutes', next_at = now() - interval '5 minutes'")
    run_sql("UPDATE target SET found_at = now()")
    return ids


@pytest.fixture
def moving(app: Flask) -> list[int]:
    """Two campaigns due together, and one older and larger than both in front of them."""
    moving = campaigns_due_together("first", "second")
    still = open_campaign(timedelta(minutes=-10), slug="still")
    run_sql("UPDATE target SET found_at = now()")
    put_crowd(still, CROWD, "armed", "consented", due_in="-10 minutes")
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE pre_save, campaign, target"))
    return moving


def test_a_crowd_that_stands_still_is_passed_by_unread(moving: list[int]) -> None:
    for stop in WAYS_TO_STAND_STILL:
        run_sql("UPDATE campaign SET held_at = NULL")
        run_sql("UPDATE target SET found_at = now(), canary = NULL")
        run_sql(stop)
        with statements_on("pre_save") as seen:
            claimed = claim()
            assert waves.services_with_due_adds() == ["spotify"]
        assert {each.campaign_id for each in claimed} == set(moving)
        # Batches of the two that move, those claimed before, and once more to write: nothing like the crowd.
        for statement in seen:
            assert max(work_of(*statement)) <= 10 * BATCH


def test_campaigns_due_together_share_the_way(app: Flask) -> None:
    first, second = campaigns_due_together("first", "second")
    served = Counter(each.campaign_id for _ in range(8) for each in claim())
    assert served.total() == 8 * BATCH
    assert min(served[first], served[second]) > served.total() * 0.3


def test_who_waits_longest_is_claimed_first(app: Flask) -> None:
    first, second = campaigns_due_together("first", "second")
    run_sql("UPDATE pre_save SET next_at = next_at - interval '1 minute' WHERE campaign_id = :id", id=second)
    assert {each.campaign_id for each in claim(MOVING)} == {second}
    assert {each.campaign_id for each in claim()} == {first}


def test_a_claim_next_to_another_one_gets_the_next(app: Flask) -> None:
    campaigns_due_together("first", "second")
    theirs: list[Claim] = []

    def claim_too() -> None:
        with app.app_context():
            theirs.extend(claim())

    other = threading.Thread(target=claim_too)
    with transaction() as session:
        mine = claims.claim_due(session, "spotify", BATCH)
        other.start()
        other.join(timeout=10)
    assert len(theirs) == len(mine) == BATCH
    assert {each.pre_save_id for each in theirs}.isdisjoint(each.pre_save_id for each in mine)


def test_a_drain_has_two_seconds_of_work_in_hand(app: Flask, twin: TwinClient, monkeypatch: pytest.MonkeyPatch) -> None:
    rate, seconds = 40.0, 2.0
    token = twin.sign_in("ida").access
    monkeypatch.setattr(bench.fans, "access_token", lambda _: token)
    settings = app.extensions["presave_settings"]
    slow = {"spotify": replace(settings.services["spotify"], calls_per_second=rate)}
    monkeypatch.setitem(app.extensions, "presave_settings", replace(settings, services=slow))
    campaign_id = open_campaign()
    bench.fans.add_fans(campaign_id, MOVING)
    move_release(campaign_id, timedelta(seconds=-1))
    in_hand: list[int] = []
    take = AddLane.take

    def take_and_count(lane: AddLane, limit: int) -> tuple[list[Add], list[Add]]:
        taken = take(lane, limit)
        in_hand.append(read_sql("SELECT count(*) FROM pre_save WHERE state = 'claimed'"))
        return taken

    monkeypatch.setattr(AddLane, "take", take_and_count)
    worked_on = adding.add_due("spotify", seconds=seconds)
    done = read_sql("SELECT count(*) FROM pre_save WHERE state = 'done'")
    # What is on the wire comes on top: at most as many as there are threads.
    assert rate < max(in_hand) <= rate * 2 + 10
    assert max(in_hand) <= worked_on < MOVING / 4
    assert 0 < done <= rate * (seconds + 1)
    # Nothing is left behind in hand, and the rest is told with its time.
    assert read_sql("SELECT count(*) FROM pre_save WHERE state = 'claimed'") == 0
    room = read_room(db.session.get_one(Campaign, campaign_id))
    assert room.overdue_seconds is not None
    assert room.services[0].seconds_left is not None
    assert room.services[0].seconds_left >= (MOVING - done) / rate - 1
    assert drain.SECONDS < claims.LEASE_SECONDS
