"""The schema of a play: tables of its own beside the real ones, gone when the play is over, however it ended."""

from __future__ import annotations

import logging
import re

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from presave_app.rehearsals import turns
from presave_app.transaction import transaction

_NAME = re.compile(r"rehearsal_\d+_\d+")
_END_CONNECTIONS = text("""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = :name AND datname = current_database() AND pid <> pg_backend_pid()
""")
_FIND = text("SELECT nspname FROM pg_namespace WHERE nspname ~ '^rehearsal_[0-9]+_[0-9]+$'")

log = logging.getLogger(__name__)


class NoSchema(Exception):
    """The database refuses to make one."""


def create(name: str) -> None:
    """An empty schema; raises NoSchema."""
    try:
        with transaction() as session:
            session.execute(text(f"CREATE SCHEMA {_checked(name)}"))
    except DBAPIError as fault:
        if getattr(fault.orig, "sqlstate", "") == "42501":
            raise NoSchema from fault
        raise


def drop(name: str) -> None:
    """The schema and all in it, and the connections that still work there; nothing where there is none."""
    with transaction() as session:
        session.execute(_END_CONNECTIONS, {"name": name})
    with transaction() as session:
        session.execute(text(f"DROP SCHEMA IF EXISTS {_checked(name)} CASCADE"))


def sweep() -> int:
    """Drop what plays have left behind that nobody has in hand any more; returns how many there were."""
    with transaction() as session:
        # First what there is, then what is held: a play takes its turn before it makes its schema.
        found = set(session.execute(_FIND).scalars())
        left = found - turns.held_schemas()
    for name in sorted(left):
        log.warning("dropping %s, which a rehearsal has left behind", name)
        drop(name)
    return len(left)


def _checked(name: str) -> str:
    """Identifiers can't be parameters of a statement."""
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return name
