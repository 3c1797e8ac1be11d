"""The twin on its own, as it is after a fresh start."""

import pytest
from twin_client import TwinClient


@pytest.fixture
def access(twin: TwinClient) -> str:
    """Ida's access token, with the scopes for the add and its proof."""
    return twin.sign_in().access
