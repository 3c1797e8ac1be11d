"""Trying a service as a fan from a campaign's preflight: the way there and back, and what it counts for."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from fans import read_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, make_team, post, sign_in
from scenes import Scene
from switching import turned_on

from jobs.connection_tests import run_due

SHEET = "/campaigns/1/preflight"
TRY = "/services/spotify/test"

pytestmark = pytest.mark.parametrize("scene", ["spotify"], indirect=True)


@pytest.fixture
def alice(app: Flask, client: FlaskClient, scene: Scene) -> Iterator[FlaskClient]:
    """An owner's browser, with a campaign of hers."""
    make_campaign(make_team())
    sign_in(client, "alice@alba.example")
    with turned_on(app, scene.connector, scene.settings):
        yield client


def test_a_try_leads_back_and_counts(alice: FlaskClient, scene: Scene) -> None:
    sheet = alice.get(SHEET).text
    assert "Nobody has tried it end to end yet." in sheet
    assert f'href="{TRY}?campaign=1"' in sheet
    assert f'href="{SHEET}"' in alice.get(f"{TRY}?campaign=1").text
    started = post(alice, TRY, ref=scene.service.pasted, campaign="1")
    pressed = scene.twin.session.post(
        started.headers["Location"], data={"fan": "ida", "decision": "allow"}, allow_redirects=False
    )
    back = alice.get(f"/connect/spotify/callback?{urlencode(scene.twin.end_of(pressed)[1])}")
    assert f'href="{SHEET}"' in alice.get(back.headers["Location"]).text
    run_due()
    assert read_sql("SELECT state FROM connection_test WHERE campaign_id = 1") == "works"
    sheet = alice.get(SHEET).text
    assert "signed in, added, and seen in the library" in sheet
    assert "Nobody has tried it end to end yet." not in sheet


def test_what_was_typed_and_the_campaign_stay_on_a_fault(alice: FlaskClient, scene: Scene) -> None:
    answer = post(alice, TRY, ref="no release", campaign="1")
    assert answer.status_code == 422
    assert 'name="campaign" value="1"' in answer.text
    assert 'value="no release"' in answer.text


def test_nobody_tries_for_another_label(app: Flask, alice: FlaskClient, scene: Scene) -> None:
    make_team("Other Label", "charlie@other.example")
    charlie = app.test_client()
    sign_in(charlie, "charlie@other.example")
    assert charlie.get(f"{TRY}?campaign=1").status_code == 404
    assert post(charlie, TRY, ref=scene.service.pasted, campaign="1").status_code == 404
    assert read_sql("SELECT count(*) FROM connection_test") == 0


@pytest.mark.parametrize("sent", ["", "x", "-1", "9" * 30, "²"])
def test_what_is_no_campaign_is_for_none(alice: FlaskClient, scene: Scene, sent: str) -> None:
    page = alice.get(TRY, query_string={"campaign": sent})
    assert page.status_code == 200
    assert 'name="campaign"' not in page.text
