"""Health: up is not the same as ready."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis
from fans import move_release, open_campaign, pre_save, run_sql
from flask import Flask
from flask.testing import FlaskClient
from twin_client import TwinClient

from jobs import clock
from jobs.schedule import Bells


def test_a_process_that_answers_is_up(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "up"}


def test_without_a_clock_it_is_not_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["clock_silent_seconds"] is None


def test_with_a_ticking_clock_it_is_ready(client: FlaskClient) -> None:
    clock.tick(Bells())
    assert client.get("/readyz").status_code == 200
    run_sql("UPDATE heartbeat SET at = now() - interval '5 min'")
    assert client.get("/readyz").status_code == 503


def test_a_late_release_is_not_ready(app: Flask, client: FlaskClient, twin: TwinClient) -> None:
    campaign_id = open_campaign()
    pre_save(app, twin, "ida")
    clock.tick(Bells())
    move_release(campaign_id, timedelta(minutes=-4))
    run_sql("UPDATE target SET found_at = now()")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["oldest_overdue_seconds"] >= 239


def test_without_redis_it_says_so(app: Flask, client: FlaskClient) -> None:
    clock.tick(Bells())
    real = app.extensions["presave_redis"]
    app.extensions["presave_redis"] = redis.Redis.from_url("redis://127.0.0.1:1")
    try:
        answer = client.get("/readyz")
    finally:
        app.extensions["presave_redis"] = real
    assert answer.status_code == 503
    assert answer.get_json()["redis"] == "away"


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    headers = client.get("/nowhere").headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/night-drive", "/sign-in", "/healthz"])
def test_a_strange_host_is_not_answered(path: str, client: FlaskClient) -> None:
    answer = client.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text
    assert client.get(path, headers={"X-Forwarded-Host": "evil.example"}).status_code != 500
