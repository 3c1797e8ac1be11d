"""A service by script, and the connectors that more than one file of tests uses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from apple_answers import KEY, make_connector, pem_of
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
