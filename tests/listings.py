"""Reading the list of campaigns in tests, and counting what a page asks the database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from presave_app.extensions import db


def titles(page: str) -> list[str]:
    """The titles in the list, in their order."""
    return re.findall(r'list-link"[^>]*><bdi>([^<]*)</bdi>', page)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        # The clock is set by the database's once in a while, whatever page it is.
        if "clock_timestamp" not in statement:
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
