"""A real list on several services, in an installation that has them on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fans import run_sql
from flask import Flask
from makers import make_campaign, make_team
from rehearsing import alone, made_up_settings
from scenes import SERVICES
from second_app import second_app

from presave_app.streaming.registry import get_connector


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with alone():
        yield


@pytest.fixture
def everything_on(app: Flask, environ: dict[str, str]) -> Iterator[Flask]:
    """The installation, inside its context. None of its services could be reached."""
    with second_app({**environ, **made_up_settings()}) as made:
        made.testing = True
        yield made


@pytest.fixture
def listed(everything_on: Flask) -> int:
    """A campaign with a release on every service, a week ahead; returns its id."""
    campaign_id = make_campaign(make_team())
    run_sql("DELETE FROM target")
    for service, each in SERVICES.items():
        ref = get_connector(service).parse_ref(each.pasted or each.link)
        insert = "INSERT INTO target (campaign_id, service, ref) VALUES (:id, :service, :ref)"
        run_sql(insert, id=campaign_id, service=service, ref=ref)
    return campaign_id
