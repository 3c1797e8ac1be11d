"""What the tests of the count share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from presave_app.counts.tally import forget_counts


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """The database is emptied between tests, so the process must not remember an older one's numbers."""
    forget_counts()
    yield
    forget_counts()
