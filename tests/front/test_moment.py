"""Across the release moment: no answer from memory is older than the moment, and none may be kept beyond it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from fans import move_local_release, move_release, open_campaign, read_sql
from flask import Flask
from front.conftest import Hand
from front_asking import Said

from presave_app.counts.tally import forget_counts
from presave_app.lib import clock

Ask = Callable[..., Said]
ZONES = ("Pacific/Kiritimati", "Pacific/Auckland", "Europe/Berlin", "America/Los_Angeles", "Etc/GMT+12", "")
POLL = "/night-drive/count?seen=0&face=pre-save"


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    return open_campaign()


def without_vary(said: Said) -> tuple[object, ...]:
    return said.status, tuple(pair for pair in said.headers if pair[0] != "Vary"), said.body


def max_age(said: Said) -> int:
    found = re.search(r"max-age=(\d+)", said["Cache-Control"] or "")
    assert found
    return int(found[1])


def is_out(said: Said) -> bool:
    return (said["ETag"] or "").startswith('"out-now-')


def test_a_kept_page_ends_at_the_moment(
    campaign_id: int, hand: Hand, through: Ask, behind: Ask, asked: list[str]
) -> None:
    moment: datetime = read_sql("SELECT release_at FROM campaign")
    hand.put(moment, -62)
    assert not is_out(through("/night-drive"))
    asked.clear()
    for seconds in (-61, -60, -59.5, -30, -1, -0.6, -0.000001):
        hand.put(moment, seconds)
        said = through("/night-drive")
        assert not is_out(said)
        assert max_age(said) <= -seconds
    assert asked == []
    for seconds in (0, 0.000001, 1, 3600):
        hand.put(moment, seconds)
        assert is_out(through("/night-drive"))
    assert asked


@pytest.mark.parametrize("seconds", [-90, -60, -59.999, -12.5, -1, -0.000001, 0, 0.000001, 30, 86_399, 86_401])
def test_at_every_moment_it_is_what_flask_says(
    seconds: float, campaign_id: int, hand: Hand, through: Ask, behind: Ask
) -> None:
    moment: datetime = read_sql("SELECT release_at FROM campaign")
    for before in (0.2, 0.0):
        hand.put(moment, seconds - before)
        for path in ("/night-drive", POLL):
            forget_counts()
            assert without_vary(through(path)) == without_vary(behind(path))


def test_each_zone_turns_at_its_own_moment(campaign_id: int, hand: Hand, through: Ask, behind: Ask) -> None:
    wall = move_local_release(campaign_id, timedelta(days=9), "UTC")
    noon_utc = hand.at + timedelta(days=9)
    assert abs(noon_utc.replace(tzinfo=None) - wall) < timedelta(seconds=5)
    turns = sorted({h * 3600.0 for h in (-14, -13, -12, -2, -1, 0, 5, 7, 8, 11, 12)})
    for turn in turns:
        for seconds in (turn - 30, turn - 0.001, turn, turn + 0.001):
            hand.put(wall.replace(tzinfo=hand.at.tzinfo), seconds)
            for zone in ZONES:
                forget_counts()
                for path in ("/night-drive", POLL):
                    cookie = {"Cookie": f"tz={zone}"}
                    assert without_vary(through(path, **cookie)) == without_vary(behind(path, **cookie)), (turn, zone)


def test_a_clock_that_is_set_back_brings_no_old_page_back(
    campaign_id: int, hand: Hand, through: Ask, asked: list[str]
) -> None:
    moment: datetime = read_sql("SELECT release_at FROM campaign")
    hand.put(moment, -0.2)
    through("/night-drive")
    time.sleep(0.25)
    asked.clear()
    # The wall clock stands still, but the time that has really gone by ends at the moment all the same.
    through("/night-drive")
    assert asked == ["/night-drive"]


def test_a_release_that_is_moved_turns_the_page_back(campaign_id: int, app: Flask) -> None:
    client = app.test_client()
    for seconds, face in ((-1, "out-now"), (3600, "pre-save"), (-1, "out-now")):
        move_release(campaign_id, timedelta(seconds=seconds))
        assert client.get("/night-drive").headers["ETag"].startswith(f'"{face}')


def test_a_crowd_at_the_moment_sees_no_old_page(app: Flask, campaign_id: int, through: Ask) -> None:
    through("/night-drive")
    move_release(campaign_id, timedelta(seconds=1))
    moment: datetime = read_sql("SELECT release_at FROM campaign")
    wrong: list[str] = []
    seen: set[bool] = set()
    ready = threading.Barrier(6)

    def watch(_: int) -> None:
        ready.wait()
        while clock.now() < moment + timedelta(seconds=0.3):
            before = clock.now()
            said = through("/night-drive")
            after = clock.now()
            seen.add(is_out(said))
            if (before >= moment and not is_out(said)) or (after < moment and is_out(said)):
                wrong.append(f"{before - moment} {after - moment} {said['ETag']}")
            if not is_out(said) and before + timedelta(seconds=max_age(said)) > moment + (after - before):
                wrong.append(f"{before - moment} may be kept for {max_age(said)}")

    with ThreadPoolExecutor(6) as crowd:
        list(crowd.map(watch, range(6)))
    assert wrong == []
    assert seen == {True, False}
