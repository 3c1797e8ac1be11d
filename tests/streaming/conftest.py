"""A service by script, for the connectors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scripted_service import ScriptedService, scripted_service


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    """A service that gives the answers a test has written down."""
    with scripted_service() as scripted:
        yield scripted
