"""The only place that commits. What must happen after a commit, such as ringing a job, is told here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from presave_app.extensions import db

_HOOKS = "after_commit_hooks"
# PostgreSQL needs a few seconds to come back from a crash.
_RETRY_WAITS = (0.05, 0.5, 1.0, 2.0, 3.0)

Value = TypeVar("Value")

_after_every_commit: list[Callable[[], object]] = []


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any exception.

    Transactions do not nest, so that a reader can see where one ends.
    """
    session = cast(Session, db.session())
    if session.info.get("in_transaction"):
        raise RuntimeError("a transaction is already open")
    # What was read before belongs to an older snapshot and its own implicit transaction.
    session.rollback()
    session.info["in_transaction"] = True
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        session.info.pop(_HOOKS, None)
        raise
    finally:
        session.info.pop("in_transaction", None)
    for hook in (*_after_every_commit, *session.info.pop(_HOOKS, [])):
        hook()


def retried(work: Callable[[Session], Value]) -> Value:
    """`work` in a transaction of its own, anew when the connection breaks or a deadlock picks it.

    Only for work that changes nothing when it is repeated: a commit whose answer was lost is done twice.
    """
    for seconds in _RETRY_WAITS:
        try:
            with transaction() as session:
                return work(session)
        except DBAPIError as fault:
            if not (fault.connection_invalidated or isinstance(fault, OperationalError)):
                raise
            time.sleep(seconds)
    with transaction() as session:
        return work(session)


def after_commit(hook: Callable[[], object]) -> None:
    """Call `hook` once the open transaction is committed; forget it when that is rolled back."""
    session = db.session()
    if not session.info.get("in_transaction"):
        raise RuntimeError("after_commit needs an open transaction")
    session.info.setdefault(_HOOKS, []).append(hook)


def after_every_commit(hook: Callable[[], object]) -> None:
    """Call `hook` after each commit of this process from now on, before the hooks of that commit alone.

    For what this process remembers of the database. Given twice, it is called once.
    """
    if hook not in _after_every_commit:
        _after_every_commit.append(hook)


def refuse_inside(act: str) -> None:
    """Raise when a transaction is open: whoever waits for another machine must not hold locks meanwhile."""
    if db.session().info.get("in_transaction"):
        raise RuntimeError(f"{act} inside a transaction")
