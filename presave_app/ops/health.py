"""Whether this process is up, and whether the installation can do its work."""

from __future__ import annotations

import redis
from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from presave_app.access import public
from presave_app.extensions import redis_connection
from presave_app.ops.heartbeats import silent_seconds
from presave_app.releases.waves import oldest_overdue_seconds

health = Blueprint("health", __name__)

_CLOCK_MAY_BE_SILENT_SECONDS = 30
# The watch is rung every 20 seconds, but waits behind a drain where there is a single worker.
_WORKER_MAY_BE_SILENT_SECONDS = 180
_OVERDUE_ALARM_SECONDS = 180


@health.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="up")


@health.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Database, doorbell, clock, workers and the oldest overdue pre-save; 503 when one is not as it should be."""
    try:
        silent, idle = silent_seconds("clock"), silent_seconds("worker")
        overdue = oldest_overdue_seconds()
    except SQLAlchemyError as fault:
        return jsonify(ready=False, database=type(fault).__name__), 503
    report = {
        "database": "ok",
        "redis": "ok" if _redis_answers() else "away",
        "clock_silent_seconds": silent,
        "worker_silent_seconds": idle,
        "oldest_overdue_seconds": overdue,
    }
    ready = (
        report["redis"] == "ok"
        and silent is not None
        and silent <= _CLOCK_MAY_BE_SILENT_SECONDS
        and (idle or 0) <= _WORKER_MAY_BE_SILENT_SECONDS
        and (overdue or 0) <= _OVERDUE_ALARM_SECONDS
    )
    return jsonify(ready=ready, **report), 200 if ready else 503


def _redis_answers() -> bool:
    try:
        return bool(redis_connection().ping())
    except redis.RedisError:
        return False
