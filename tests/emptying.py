"""An empty database between two tests, in a tenth of the time that truncating every table takes."""

from __future__ import annotations

from sqlalchemy import Connection, text

from presave_app.extensions import db

LARGE = 1000  # rows; dead ones beyond it would slow down the tests that follow


def empty_database() -> None:
    """No row in any table, and every id counts from 1 again."""
    with db.engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        filled = _filled_tables(connection)
        if max((_delete_all(connection, name) for name in filled), default=0) > LARGE:
            connection.execute(text(f"TRUNCATE {', '.join(filled)} CASCADE"))
        for sequence in connection.scalars(text(_USED_SEQUENCES)).all():
            connection.execute(text(f"ALTER SEQUENCE {sequence} RESTART"))


_USED_SEQUENCES = """
    SELECT quote_ident(sequencename) FROM pg_sequences
    WHERE schemaname = current_schema() AND last_value IS NOT NULL
"""


def _filled_tables(connection: Connection) -> list[str]:
    """The tables with rows, those that refer to others first."""
    names = [table.name for table in reversed(db.metadata.sorted_tables)]
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names)
    filled = set(connection.scalars(text(asked)))
    return [name for name in names if name in filled]


def _delete_all(connection: Connection, name: str) -> int:
    """How many rows there were."""
    return connection.execute(text(f"DELETE FROM {name}")).rowcount
