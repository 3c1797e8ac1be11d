"""A release in the middle of which the worker is killed, Redis is emptied and one fan has gone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from fans import move_release, open_campaign, pre_save, read_sql, row_of, run_sql
from flask import Flask
from installation import Installation, wait_until
from twin_client import ALBUM_URI, TwinClient

from presave_app.extensions import redis_connection
from presave_app.presaves.looking_up import mine_secret

FANS = [f"fan-{number:02}" for number in range(24)]
GONE = FANS[0]


@pytest.fixture
def pre_saves(app: Flask, twin: TwinClient, installation: Installation) -> dict[str, UUID]:
    """Two dozen fans, one of whom has taken the permission back; the service answers slowly."""
    open_campaign()
    made = {fan: pre_save(app, twin, fan) for fan in FANS}
    twin.control("POST", f"fans/{GONE}/revoke", {})
    run_sql("UPDATE fan_grant SET access_expires_at = now() WHERE id = :id", id=row_of(made[GONE]).grant_id)
    twin.switch(latency_seconds=0.4)
    installation.environ["SPOTIFY_CALLS_PER_SECOND"] = "12"
    return made


def done() -> int:
    return read_sql("SELECT count(*) FROM pre_save WHERE state = 'done'")


def all_but_the_gone_one_are_done() -> bool:
    return done() == len(FANS) - 1


def let_a_minute_pass() -> None:
    """Move the data of whoever waits: the second refusal has to come a minute after the first one."""
    run_sql("UPDATE pre_save SET next_at = due_at WHERE state = 'armed'")
    run_sql("UPDATE fan_grant SET refused_at = refused_at - interval '61 s', refresh_until = NULL")


def test_nothing_is_lost_nothing_is_early(
    app: Flask, twin: TwinClient, installation: Installation, pre_saves: dict[str, UUID]
) -> None:
    installation.start_worker()
    installation.start_clock()
    campaign_id = read_sql("SELECT id FROM campaign")
    move_release(campaign_id, timedelta(seconds=3))
    released_at = read_sql("SELECT release_at FROM campaign")

    wait_until(lambda: done() >= 3, 30)
    installation.kill("worker")
    redis_connection().flushall()
    left = read_sql("SELECT count(*) FROM pre_save WHERE state = 'claimed'")
    assert left > 0, "the kill was meant to hit the worker at work"
    # The data is moved instead of waiting for the lease of a minute and a half.
    run_sql("UPDATE pre_save SET lease_until = now() WHERE state = 'claimed'")
    installation.start_worker()
    wait_until(all_but_the_gone_one_are_done, 40)

    wait_until(lambda: let_a_minute_pass() or row_of(pre_saves[GONE]).state == "needs_reauth", 60, every=1.0)

    page = app.test_client().get(f"/mine/{mine_secret(row_of(pre_saves[GONE]).id)}").text
    assert "The permission was taken back at the service." in page
    assert "/night-drive/connect/spotify" in page

    held = twin.control("GET", f"libraries?uri={ALBUM_URI}")["fans"]
    assert sorted(held) == FANS[1:]
    puts = twin.calls(method="PUT", path="/me/library")
    assert puts
    assert min(call["at"] for call in puts) >= released_at.isoformat()[:19]
    assert read_sql("SELECT count(*) FROM pre_save") == len(FANS)
    wait_until(lambda: read_sql("SELECT count(*) FROM pre_save WHERE verified_at IS NOT NULL") == done(), 40)
