"""A crowd of fans that is due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from engine import CROWD
from fans import move_release, pre_save
from flask import Flask
from twin_client import TwinClient


@pytest.fixture
def crowd(app: Flask, twin: TwinClient, campaign_id: int) -> int:
    """Two dozen fans who are due; returns their campaign."""
    for number in range(CROWD):
        pre_save(app, twin, f"fan-{number:02}")
    move_release(campaign_id, timedelta(seconds=-1))
    return campaign_id
