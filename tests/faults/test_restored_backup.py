"""Yesterday's backup is restored after the release: whoever is in it is carried out again, which changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fans import move_release, open_campaign, pre_save
from flask import Flask
from local.servers import create_database, drop_database
from sqlalchemy.engine import make_url
from twin_client import ALBUM_URI, TwinClient

from faults.crowd import adds, holders, names, states
from presave_app.extensions import db
from presave_app.releases.adding import add_due
from presave_app.releases.reading_back import read_back_due

FANS = 6


@pytest.fixture
def app(own_app: Flask) -> Flask:
    return own_app


@pytest.fixture
def backup(own_url: str) -> Iterator[str]:
    """The name a copy of the database goes by."""
    name = f"{make_url(own_url).database}_backup"
    yield name
    drop_database(own_url, name)


def disconnect() -> None:
    """Nobody may be connected to a database that is copied."""
    db.session.remove()
    db.engine.dispose()


def restore(url: str, backup: str) -> None:
    name = str(make_url(url).database)
    disconnect()
    drop_database(url, name)
    create_database(url, name, template=backup)


def test_a_restored_backup_loses_its_later_fans_and_doubles_nobody(
    app: Flask, twin: TwinClient, own_url: str, backup: str
) -> None:
    campaign_id = open_campaign()
    for fan in names(FANS):
        pre_save(app, twin, fan)
    disconnect()
    create_database(own_url, backup, template=str(make_url(own_url).database))
    pre_save(app, twin, "zoe")
    move_release(campaign_id, timedelta(seconds=-1))
    add_due("spotify")
    assert states() == {"done": FANS + 1}

    restore(own_url, backup)
    # The fan of after the backup is not known any more: that is what a backup of yesterday costs.
    assert states() == {"armed": FANS}
    move_release(campaign_id, timedelta(seconds=-1))
    add_due("spotify")
    read_back_due("spotify")
    assert states() == {"done": FANS}
    # The record does not know of its earlier calls, so they are made again; a library holds a release once.
    assert adds(twin) == {**dict.fromkeys(names(FANS), 2), "zoe": 1}
    assert holders(twin) == sorted([*names(FANS), "zoe"])
    assert [len(twin.library(fan)) for fan in names(FANS)] == [1] * FANS
    assert twin.library(names(1)[0])[ALBUM_URI]["times_applied"] == 2
