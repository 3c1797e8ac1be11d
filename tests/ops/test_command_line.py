"""The command line: one line of JSON on request, and what it does to a campaign."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from fans import move_release, open_campaign, pre_save, run_sql
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


def test_keys_are_rotated(app: Flask, twin: TwinClient) -> None:
    open_campaign()
    pre_save(app, twin, "ida")
    assert run(app, "keys", "rotate") == {"resealed": 0, "keys_in_use": ["k1"]}


@pytest.mark.parametrize("words", [("campaigns", "status"), ("release", "hold"), ("release", "resume")])
def test_an_unknown_campaign_is_said_plainly(words: tuple[str, str], app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=[*words, "nowhere"])
    assert result.exit_code != 0
    assert "nowhere" in result.output
    assert "Traceback" not in result.output
