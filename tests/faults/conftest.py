"""A campaign, its fans, and what the twin saw of us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from fans import move_release, open_campaign, pre_save
from flask import Flask
from twin_client import TwinClient


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


@pytest.fixture
def crowd(app: Flask, twin: TwinClient, campaign_id: int) -> Callable[[int], list[UUID]]:
    """So many fans who are due."""

    def come(number: int) -> list[UUID]:
        ids = [pre_save(app, twin, f"fan-{place:02}") for place in range(number)]
        move_release(campaign_id, timedelta(seconds=-1))
        return ids

    return come
