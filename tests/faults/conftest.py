"""A PostgreSQL that may be made to crash, real processes, and a handful of fans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from browsers import Browser
from fans import move_release, pre_save
from flask import Flask
from flask_migrate import upgrade
from installation import Installation
from local.servers import Server, create_database, drop_database, start_own_postgres
from second_app import second_app
from twin_client import TwinClient

_numbers = count()


@pytest.fixture(scope="session")
def own_postgres(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Iterator[Server]:
    """A durable server of our own, whose own database is migrated and empty: the template of the others."""
    with start_own_postgres(tmp_path_factory.mktemp("own")) as server:
        with bound_app(environ | {"DATABASE_URL": server.url}):
            upgrade()
        yield server


@pytest.fixture
def own_url(own_postgres: Server) -> Iterator[str]:
    """A new, migrated database on it."""
    name = f"fault_{next(_numbers)}"
    yield create_database(own_postgres.url, name, template="presave")
    drop_database(own_postgres.url, name)


@pytest.fixture
def own_app(own_url: str, environ: dict[str, str]) -> Iterator[Flask]:
    """The app on that database, inside its context."""
    with bound_app(environ | {"DATABASE_URL": own_url}) as app:
        yield app


@pytest.fixture
def installation(app: Flask, environ: dict[str, str], tmp_path: Path) -> Iterator[Installation]:
    """Real processes on the common database, none of which is started yet."""
    with ExitStack() as stack:
        made = Installation(environ, tmp_path)
        stack.callback(made.stop)
        yield made


@contextmanager
def bound_app(environ: dict[str, str]) -> Iterator[Flask]:
    """An app of its own for the length of the block, inside its context."""
    with second_app(environ) as app:
        app.testing = True
        app.test_client_class = Browser
        # A test looks at the page that a fan sees, not at the exception behind it.
        app.config["PROPAGATE_EXCEPTIONS"] = False
        yield app


@pytest.fixture
def crowd(app: Flask, twin: TwinClient, campaign_id: int) -> Callable[[int], list[UUID]]:
    """So many fans who are due."""

    def come(number: int) -> list[UUID]:
        ids = [pre_save(app, twin, f"fan-{place:02}") for place in range(number)]
        move_release(campaign_id, timedelta(seconds=-1))
        return ids

    return come
