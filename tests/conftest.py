"""Real parts for every test: PostgreSQL, Valkey and the twin, started once; the database is emptied after each test."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bin")]

from browsers import Browser  # noqa: E402
from emptying import empty_database  # noqa: E402
from fans import move_release, open_campaign, pre_save  # noqa: E402
from local.servers import create_database, drop_database, start_postgres, start_valkey  # noqa: E402
from scenes import SERVICES, Scene, make_scene  # noqa: E402
from second_app import close_app  # noqa: E402
from serving import serving  # noqa: E402
from twin_client import CLIENT_ID, SECRET, TwinClient  # noqa: E402

from presave_app import create_app  # noqa: E402
from presave_app.counts.stage_facts import forget_facts  # noqa: E402
from presave_app.counts.tally import forget_counts  # noqa: E402
from presave_app.extensions import db  # noqa: E402
from presave_app.releases.control_room import forget_room  # noqa: E402
from presave_app.sandbox import create_sandbox  # noqa: E402
from presave_app.sandbox.server import create_server  # noqa: E402
from presave_app.sandbox.settings import SandboxSettings  # noqa: E402

PUBLIC_URL = "http://127.0.0.1:5000"
# Nothing listens on port 1, so no test ever asks a catalogue out there.
NO_LOOKUPS = dict.fromkeys(("DEEZER_LOOKUP_URL", "ITUNES_URL", "ODESLI_URL", "MUSICBRAINZ_URL"), "http://127.0.0.1:1")


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of this test run's own: the tests empty every table, so never one that somebody else uses."""
    with start_postgres(tmp_path_factory.mktemp("pg"), durable=False) as server:
        name = f"presave_test_{os.getpid()}"
        yield create_database(server.url, name)
        drop_database(server.url, name)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Valkey of this test run's own."""
    with start_valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server.url


@pytest.fixture(scope="session")
def twin_url() -> Iterator[str]:
    """The sandbox on a free port of this machine."""
    server = create_server(create_sandbox(SandboxSettings(CLIENT_ID, SECRET, PUBLIC_URL)), "127.0.0.1", 0)
    with serving(server) as url:
        yield url


@pytest.fixture
def twin(twin_url: str) -> Iterator[TwinClient]:
    """Spotify's twin as it is after a fresh start: one app, one album that is out."""
    with requests.Session() as session:
        session.trust_env = False
        client = TwinClient(twin_url, session)
        client.control("POST", "reset")
        client.album()
        yield client


@pytest.fixture(params=sorted(SERVICES))
def scene(request: pytest.FixtureRequest, twin_url: str) -> Iterator[Scene]:
    with requests.Session() as session:
        session.trust_env = False
        made = make_scene(request.param, twin_url, session)
        yield made
        made.connector.close()


@pytest.fixture(scope="session")
def environ(postgres_url: str, redis_url: str, twin_url: str) -> dict[str, str]:
    """The settings of the app under test."""
    return {
        "DATABASE_URL": postgres_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": "0123456789abcdef" * 4,
        "TOKEN_KEYS": "k1:" + base64.b64encode(bytes(range(32))).decode(),
        "ACCOUNT_PEPPER": "fedcba9876543210" * 4,
        "PUBLIC_URL": PUBLIC_URL,
        "SPOTIFY_CLIENT_ID": CLIENT_ID,
        "SPOTIFY_CLIENT_SECRET": SECRET,
        "SPOTIFY_ACCOUNTS_URL": f"{twin_url}/spotify/accounts",
        "SPOTIFY_API_URL": f"{twin_url}/spotify/api/v1",
        "SPOTIFY_EMBED_URL": f"{twin_url}/spotify/embed",
        "SPOTIFY_MODE": "extended",
        "SPOTIFY_CALLS_PER_SECOND": "1000",
        **NO_LOOKUPS,
        **{f"{source}_CALLS_PER_SECOND": "1000" for source in ("DEEZER_LOOKUP", "ITUNES", "ODESLI", "MUSICBRAINZ")},
    }


@pytest.fixture(scope="session")
def migrated_app(environ: dict[str, str]) -> Iterator[Flask]:
    """The app on a migrated, empty database."""
    app = create_app(environ)
    app.testing = True
    app.test_client_class = Browser
    with app.app_context():
        upgrade()
    yield app
    close_app(app)


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    """The app inside its context; the tables are emptied afterwards."""
    with migrated_app.app_context():
        yield migrated_app
        db.session.remove()
        _empty_tables()
        migrated_app.extensions["presave_front"].forget()


@pytest.fixture
def empty_tables(app: Flask) -> Callable[[], None]:
    """For a test that begins anew in its middle."""
    return _empty_tables


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a past."""
    return app.test_client()


@pytest.fixture
def campaign_id(app: Flask, twin: TwinClient) -> int:
    """A campaign whose release is an hour ahead."""
    return open_campaign(timedelta(hours=1))


@pytest.fixture
def due(app: Flask, twin: TwinClient, campaign_id: int) -> UUID:
    """Ida's pre-save, a second after the release moment."""
    pre_save_id = pre_save(app, twin, "ida")
    move_release(campaign_id, timedelta(seconds=-1))
    return pre_save_id


def _empty_tables() -> None:
    # An emptied table gives the same ids and slugs again.
    forget_counts()
    forget_facts()
    forget_room()
    empty_database()


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Quick tests first; faults, whole journeys and the storm last."""
    items.sort(key=lambda item: bool({"faults", "journeys", "chaos"} & set(item.path.parts)))
