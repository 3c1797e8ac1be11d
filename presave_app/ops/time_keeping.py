"""Keeps Python's clock in step with the database's."""

from __future__ import annotations

from datetime import datetime

from flask import Flask, request
from sqlalchemy import text

from presave_app.extensions import db
from presave_app.lib import clock


def read_database_time() -> datetime:
    """The database's clock, on a connection of its own so that no transaction is touched."""
    with db.engine.connect() as connection:
        return connection.execute(text("SELECT clock_timestamp()")).scalar_one()


def init_time_keeping(app: Flask) -> None:
    """Measure the offset on the way of a request, at most once in a while."""
    app.before_request(_keep_in_step)


def _keep_in_step() -> None:
    if request.endpoint not in ("static", "health.healthz"):
        clock.keep_in_step(read_database_time)
