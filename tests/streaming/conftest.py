"""A service by script, and the connectors that more than one file of tests uses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from apple_answers import KEY, make_connector, pem_of
from openapi.walks import WALKS
from openapi.watching import watch
from scenes import Scene
from scripted_service import ScriptedService, scripted_service
from tidal_answers import make_tidal

from presave_app.streaming.apple_music import AppleMusic
from presave_app.streaming.tidal import Tidal


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


@pytest.fixture
def tidal(service: ScriptedService) -> Iterator[Tidal]:
    connector = make_tidal(service)
    yield connector
    connector.close()


@pytest.fixture
def scene(scene: Scene, twin_url: str) -> Iterator[Scene]:
    """Where there is a description, every request has to be in it, and every answer that no test has spoilt."""
    name = scene.connector.service
    if name not in WALKS:
        yield scene
        return
    checker = watch(scene.connector, scene.service.options, scene.service.urls_at(twin_url))
    yield scene
    assert checker.requests == []
    assert checker.answers == [] or scene.twin.control("GET", "faults")["faults"]
