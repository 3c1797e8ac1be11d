"""A second app beside the one under test, in the same process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flask import Flask

from presave_app import create_app
from presave_app.extensions import db, limiter


@contextmanager
def second_app(environ: Mapping[str, str]) -> Iterator[Flask]:
    """An app for the length of the block, inside its context; what it has open is closed again."""
    # There is one limiter in a process, and it counts in the Redis of the app that was made last.
    of_the_first = vars(limiter).copy()
    app = create_app(environ)
    try:
        with app.app_context():
            yield app
    finally:
        close_app(app)
        vars(limiter).update(of_the_first)


def close_app(app: Flask) -> None:
    """Close what an app has open: to its database, its Redis, its services and catalogues."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["presave_redis"].close()
    for kind in ("presave_connectors", "presave_lookups"):
        for each in app.extensions[kind].values():
            each.close()
