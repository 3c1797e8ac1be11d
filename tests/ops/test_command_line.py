"""The command line: one line of JSON on request, and what it does to a campaign."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from fans import move_release, open_campaign, pre_save, run_past_triggers, run_sql
from flask import Flask
from twin_client import TwinClient

from presave_app.releases import adding, reading_back


def run(app: Flask, *words: str) -> Any:
    result = app.test_cli_runner().invoke(args=[*words, "--json"])
    assert result.exit_code == 0, result.output
    (line,) = result.output.strip().splitlines()
    return json.loads(line)


def test_a_campaign_is_told_in_figures(app: Flask, twin: TwinClient) -> None:
    campaign_id = open_campaign()
    for fan in ("ida", "jonas"):
        pre_save(app, twin, fan)
    before = run(app, "campaigns", "status", "night-drive")
    assert (before["released"], before["total"], before["oldest_overdue_seconds"]) == (False, 2, None)
    move_release(campaign_id, timedelta(seconds=-1))
    adding.add_due("spotify")
    reading_back.read_back_due("spotify")
    after = run(app, "campaigns", "status", "night-drive")
    assert after["services"] == {"spotify": {"states": {"done": 2}, "verified": 2}}
    assert (after["slug"], after["released"], after["reminders"]) == ("night-drive", True, 0)
    assert after["release_at"].endswith("Z")


def test_a_withdrawn_pre_save_does_not_count(app: Flask, twin: TwinClient) -> None:
    open_campaign()
    pre_save(app, twin, "ida")
    run_sql("UPDATE pre_save SET state = 'withdrawn'")
    status = run(app, "campaigns", "status", "night-drive")
    assert (status["total"], status["services"]["spotify"]["states"]) == (0, {"withdrawn": 1})


def test_a_release_is_held_and_resumed(app: Flask, twin: TwinClient) -> None:
    campaign_id = open_campaign()
    pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    assert run(app, "release", "hold", "night-drive") == {"slug": "night-drive", "held": True}
    assert adding.add_due("spotify") == 0
    run(app, "release", "resume", "night-drive")
    assert adding.add_due("spotify") == 1


def test_a_release_is_told_as_its_room_tells_it(app: Flask, twin: TwinClient) -> None:
    campaign_id = open_campaign()
    pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    run_sql("UPDATE target SET found_at = now()")
    status = run(app, "release", "status", "night-drive")
    assert (status["slug"], status["phase"], status["held"]) == ("night-drive", "adding", False)
    assert status["headline"].startswith("Adding: 0 of 1")
    spotify = status["services"]["spotify"]
    assert (spotify["asked"], spotify["accepted"], spotify["open_due"]) == (1, 0, 1)
    assert [(line["state"], line["number"]) for line in spotify["states"]] == [("armed", 1)]
    assert [(wave["total"], wave["open"]) for wave in status["waves"]] == [(1, 1)]
    assert status["alarms"] == []


def test_a_release_is_told_in_plain_lines(app: Flask, twin: TwinClient) -> None:
    open_campaign()
    pre_save(app, twin, "ida")
    told = app.test_cli_runner().invoke(args=["release", "status", "night-drive"]).output
    assert "night-drive: Waiting: 1 fan, first wave in " in told
    assert "spotify: 1 asked, 0 accepted, 0 verified, 0 kept" in told


def test_one_reason_is_tried_again(app: Flask, twin: TwinClient) -> None:
    open_campaign()
    pre_save(app, twin, "ida")
    run_past_triggers("pre_save", "UPDATE pre_save SET state = 'failed', reason = 'forbidden'")
    retry = ("release", "retry", "night-drive", "--service", "spotify", "--reason")
    assert run(app, *retry, "http_400") == {"slug": "night-drive", "armed": 0}
    assert run(app, *retry, "forbidden") == {"slug": "night-drive", "armed": 1}


def test_keys_are_rotated(app: Flask, twin: TwinClient) -> None:
    open_campaign()
    pre_save(app, twin, "ida")
    assert run(app, "keys", "rotate") == {"resealed": 0, "keys_in_use": ["k1"]}


@pytest.mark.parametrize(
    "words", [("campaigns", "status"), ("release", "status"), ("release", "hold"), ("release", "retry")]
)
def test_an_unknown_campaign_is_said_plainly(words: tuple[str, str], app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=[*words, "nowhere"])
    assert result.exit_code != 0
    assert "nowhere" in result.output
    assert "Traceback" not in result.output
