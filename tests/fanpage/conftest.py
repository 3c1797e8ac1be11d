"""What the tests of the fan pages share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from taps import make_roll_out
from twin_client import TwinClient

from presave_app.counts.tally import forget_counts


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """The database is emptied between tests, so the process must not remember an older one's numbers."""
    forget_counts()
    yield
    forget_counts()


@pytest.fixture
def first(app: Flask, twin: TwinClient) -> int:
    """Night Drive, the first release of a roll-out of three."""
    return make_roll_out(twin)
