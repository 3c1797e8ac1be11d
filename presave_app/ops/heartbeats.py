"""Heartbeats: when the clock last ticked, and when a worker last did something."""

from __future__ import annotations

from sqlalchemy import text

from presave_app.extensions import db
from presave_app.transaction import transaction


def beat(name: str) -> None:
    """Say that this one is alive."""
    with transaction() as session:
        session.execute(
            text("""
                INSERT INTO heartbeat (name, at) VALUES (:name, now())
                ON CONFLICT (name) DO UPDATE SET at = excluded.at
            """),
            {"name": name},
        )


def silent_seconds(name: str) -> int | None:
    """How long it has not said so; None when it never did."""
    seconds = db.session.execute(
        text("SELECT extract(epoch FROM now() - at) FROM heartbeat WHERE name = :name"), {"name": name}
    ).scalar_one_or_none()
    return None if seconds is None else int(seconds)
