"""A service's own page for pre-saves, as the label pastes it: with the service's fields, or among the links."""

from __future__ import annotations

import pytest
from fans import read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, post

from presave_app.streaming.registry import connectors

PAGE = "https://open.spotify.com/prerelease/6tQDJpMB6LsOsSUkdTOHd5"
STORED = "SELECT countdown_url FROM label_page WHERE service = 'spotify'"


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id, slug="night-drive")


@pytest.fixture
def _without_spotify(app: Flask, campaign_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its credentials are gone, and so is the release there."""
    monkeypatch.delitem(app.extensions["presave_connectors"], "spotify")
    run_sql("DELETE FROM target")


@pytest.mark.parametrize("typed", [PAGE, f" {PAGE}?si=7671d6d48efa44dd ", "spotify:prerelease:6tQDJpMB6LsOsSUkdTOHd5"])
def test_it_is_kept_in_its_one_form(ed: FlaskClient, campaign_id: int, typed: str) -> None:
    answer = post(ed, f"/campaigns/{campaign_id}/countdown-spotify", {"countdown-spotify": typed}, htmx=True)
    assert answer.status_code == 200
    assert f'value="{PAGE}"' in answer.text
    assert "Spotify Countdown Page" in answer.text
    assert read_sql(STORED) == PAGE
    post(ed, f"/campaigns/{campaign_id}/countdown-spotify", {"countdown-spotify": ""}, htmx=True)
    assert read_sql(STORED) is None


@pytest.mark.parametrize(
    "typed",
    [
        "https://open.spotify.com/album/6tQDJpMB6LsOsSUkdTOHd5",
        "https://open.spotify.com.evil.example/prerelease/6tQDJpMB6LsOsSUkdTOHd5",
        "https://open.spotify.com/prerelease/6tQD",
        "javascript:alert(1)",
        PAGE + "?" + "x" * 600,
    ],
)
def test_what_is_none_is_said_beside_the_field(ed: FlaskClient, campaign_id: int, typed: str) -> None:
    answer = post(ed, f"/campaigns/{campaign_id}/countdown-spotify", {"countdown-spotify": typed}, htmx=True)
    assert answer.status_code == 422
    assert "That is no Spotify Countdown Page. Paste a link like https://open.spotify.com/prerelease/" in answer.text
    assert f'value="{typed}"' in answer.text
    assert read_sql(STORED) is None


def test_it_is_not_taken_for_the_release(ed: FlaskClient, campaign_id: int) -> None:
    answer = post(ed, f"/campaigns/{campaign_id}/target-spotify", {"target-spotify": PAGE}, htmx=True)
    assert answer.status_code == 422
    assert "it has a field of its own below" in answer.text


def test_among_the_links_it_goes_to_its_own_field(ed: FlaskClient, campaign_id: int) -> None:
    answer = post(ed, f"/campaigns/{campaign_id}/link", {"link": PAGE}, htmx=True)
    assert '<p class="saved">Saved under Spotify Countdown Page</p>' in answer.text
    assert f'name="countdown-spotify"\n         value="{PAGE}"' in answer.text
    page = ed.get(f"/campaigns/{campaign_id}").text
    assert f'name="countdown-spotify"\n         value="{PAGE}"' in page
    assert "link-list" not in page


def test_only_a_service_that_has_such_pages_has_the_field(
    ed: FlaskClient, campaign_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "countdown-spotify" in ed.get(f"/campaigns/{campaign_id}").text
    monkeypatch.setattr(connectors()["spotify"], "countdown", None)
    assert "countdown-spotify" not in ed.get(f"/campaigns/{campaign_id}").text


@pytest.mark.usefixtures("_without_spotify")
@pytest.mark.parametrize("htmx", [True, False])
def test_where_the_service_is_off_it_is_one_of_the_links(ed: FlaskClient, campaign_id: int, htmx: bool) -> None:
    post(ed, f"/campaigns/{campaign_id}/link", {"link": PAGE}, htmx=htmx)
    page = ed.get(f"/campaigns/{campaign_id}").text
    assert '<span class="link-name">Spotify Countdown Page</span>' in page
    assert f'<span class="link-where">{PAGE}</span>' in page
    address = f"/campaigns/{campaign_id}/links/countdown/spotify/remove"
    assert f'formaction="{address}"' in page
    refused = post(ed, address, htmx=htmx)
    assert refused.status_code == 422
    assert "Unpublish it first" in refused.text
    run_sql("UPDATE campaign SET published_at = NULL")
    assert post(ed, address, htmx=htmx).status_code == (200 if htmx else 303)
    assert read_sql(STORED) is None
    assert ed.get(address).headers["Location"] == f"/campaigns/{campaign_id}"


@pytest.mark.usefixtures("_without_spotify")
def test_it_is_enough_to_publish(ed: FlaskClient, campaign_id: int) -> None:
    run_sql("UPDATE campaign SET published_at = NULL")
    assert post(ed, f"/campaigns/{campaign_id}/publish").status_code == 422
    assert post(ed, f"/campaigns/{campaign_id}/publish", {"link": PAGE}).status_code == 303
    assert read_sql("SELECT published_at IS NOT NULL FROM campaign")


def test_nobody_else_takes_it_away(bob: FlaskClient, charlie: FlaskClient, ed: FlaskClient, campaign_id: int) -> None:
    post(ed, f"/campaigns/{campaign_id}/countdown-spotify", {"countdown-spotify": PAGE}, htmx=True)
    address = f"/campaigns/{campaign_id}/links/countdown/spotify/remove"
    assert post(bob, address, htmx=True).status_code == 403
    assert post(charlie, address, htmx=True).status_code == 404
    assert read_sql(STORED) == PAGE
