"""A service by script, and the connectors that more than one file of tests uses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from apple_answers import KEY, make_connector, pem_of
from scenes import SERVICES, Scene, make_scene
from scripted_service import ScriptedService, scripted_service

from presave_app.streaming.apple_music import AppleMusic


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    """A service that gives the answers a test has written down."""
    with scripted_service() as scripted:
        yield scripted


@pytest.fixture
def apple(service: ScriptedService) -> Iterator[AppleMusic]:
    """Apple Music by script, its key written as an environment can hold it."""
    connector = make_connector(service, pem_of(KEY).replace("\n", "\\n"))
    yield connector
    connector.close()


@pytest.fixture(params=sorted(SERVICES))
def scene(request: pytest.FixtureRequest, twin_url: str) -> Iterator[Scene]:
    with requests.Session() as session:
        session.trust_env = False
        made = make_scene(request.param, twin_url, session)
        yield made
        made.connector.close()
