"""What the workers and the database used between two moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from bench.proc import cpu_seconds, parent_of
from presave_app.extensions import db


@dataclass(frozen=True)
class Usage:
    """Seconds on the processor of the workers and of PostgreSQL, seconds inside statements, and commits."""

    workers_cpu: float
    database_cpu: float
    statements: float
    commits: int

    def __sub__(self, earlier: Usage) -> Usage:
        return Usage(
            self.workers_cpu - earlier.workers_cpu,
            self.database_cpu - earlier.database_cpu,
            self.statements - earlier.statements,
            self.commits - earlier.commits,
        )


def read_usage(workers: Sequence[int]) -> Usage:
    """So far. PostgreSQL's own counters lag by up to a second."""
    with db.engine.connect() as connection:
        row = connection.execute(
            text("""
                SELECT pg_backend_pid() AS pid, active_time / 1000 AS statements, xact_commit AS commits
                FROM pg_stat_database WHERE datname = current_database()
            """)
        ).one()
        # Every server process is a child of the first one, which has the times of the ended ones too.
        database_cpu = cpu_seconds([parent_of(row.pid)])
    return Usage(cpu_seconds(workers), database_cpu, row.statements, row.commits)
