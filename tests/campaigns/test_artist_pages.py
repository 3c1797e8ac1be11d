"""The artist on each service as the label names them, whom fans may follow: it comes before what a catalogue says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fans import SLUG, go_to_spotify, move_release, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, post
from small_service import Hummingbird, hummingbird
from twin_client import ALBUM_URI, TwinClient

from presave_app.releases import catalogue

LINK = "https://open.spotify.com/intl-de/artist/0OdUWJ0sBjDrqHygGUXeCF?si=1"
ARTIST = "spotify:artist:0OdUWJ0sBjDrqHygGUXeCF"
ANOTHER_ALBUM = "spotify:album:4aawyAB9vmqN3uQ7FjRGTy"


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id, slug=SLUG, ref=ALBUM_URI)


def name(client: FlaskClient, campaign_id: int, artist: str) -> str:
    answer = post(client, f"/campaigns/{campaign_id}/artist-spotify", {"artist-spotify": artist}, htmx=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def followed(client: FlaskClient) -> str | None:
    """Whom a fan agrees to follow who ticks it now; None where it can't be ticked."""
    go_to_spotify(client, extra="follow_artist")
    draft = read_sql("SELECT consent_draft FROM oauth_flow ORDER BY expires_at DESC LIMIT 1")
    subjects = {action["kind"]: action["subject"] for action in draft["actions"]}
    return subjects.get("follow_artist")


def fold_of(page: str) -> str:
    return page.split('<details class="more"', 1)[1].split("</details>", 1)[0]


def test_a_pasted_link_becomes_the_services_own_name(ed: FlaskClient, campaign_id: int) -> None:
    part = name(ed, campaign_id, f"  {LINK} ")
    assert '<p class="saved">Saved</p>' in part
    assert f'value="{ARTIST}"' in part
    assert part.count('id="field-artist-spotify"') == 1
    assert read_sql("SELECT artist_ref FROM label_page WHERE service = 'spotify'") == ARTIST


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize("typed", ["Alba Voss", "https://open.spotify.com/album/0OdUWJ0sBjDrqHygGUXeCF", "x" * 900])
def test_what_is_no_artist_is_said_beside_the_field(ed: FlaskClient, campaign_id: int, typed: str, htmx: bool) -> None:
    name(ed, campaign_id, LINK)
    answer = post(ed, f"/campaigns/{campaign_id}/artist-spotify", {"artist-spotify": typed}, htmx=htmx)
    assert answer.status_code == 422
    field = answer.text if htmx else fold_of(answer.text)
    assert "That is not an artist on Spotify. Paste something like https://open.spotify.com/artist/" in field
    assert f'value="{typed}"' in field
    assert htmx or field.startswith(" open>")
    assert read_sql("SELECT artist_ref FROM label_page") == ARTIST


def test_it_is_folded_away_until_it_is_wanted(ed: FlaskClient, campaign_id: int) -> None:
    address = f"/campaigns/{campaign_id}"
    assert not fold_of(ed.get(address).text).startswith(" open>")
    name(ed, campaign_id, LINK)
    assert fold_of(ed.get(address).text).startswith(" open>")


def test_the_plain_form_saves_it_with_all_the_rest(ed: FlaskClient, campaign_id: int) -> None:
    answer = post(ed, f"/campaigns/{campaign_id}", {"title": "Typed Too", "artist-spotify": LINK})
    assert answer.status_code == 303
    assert f'value="{ARTIST}"' in ed.get(answer.headers["Location"]).text
    post(ed, f"/campaigns/{campaign_id}", {"title": "Again"})
    assert read_sql("SELECT artist_ref FROM label_page") == ARTIST


def test_a_service_without_artists_to_follow_has_no_field(
    app: Flask, ed: FlaskClient, campaign_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hummingbird(app):
        assert 'name="artist-hummingbird"' in ed.get(f"/campaigns/{campaign_id}").text
        monkeypatch.setattr(Hummingbird, "extras", {})
        page = ed.get(f"/campaigns/{campaign_id}").text
        assert 'name="target-hummingbird"' in page
        assert 'name="artist-hummingbird"' not in page
        typed = {"artist-hummingbird": "bird-1"}
        assert post(ed, f"/campaigns/{campaign_id}/artist-hummingbird", typed, htmx=True).status_code == 404


def test_fans_can_follow_whom_the_label_names(client: FlaskClient, ed: FlaskClient, campaign_id: int) -> None:
    assert "Also follow" not in client.get(f"/{SLUG}").text
    assert followed(client) is None
    name(ed, campaign_id, LINK)
    assert "Also follow Alba Voss on Spotify, right away" in client.get(f"/{SLUG}").text
    assert followed(client) == ARTIST


def test_the_catalogue_never_overwrites_the_label(
    client: FlaskClient, ed: FlaskClient, campaign_id: int, twin: TwinClient
) -> None:
    name(ed, campaign_id, LINK)
    found = find_in_catalogue(campaign_id)
    assert found not in (None, ARTIST)
    assert followed(client) == ARTIST
    part = name(ed, campaign_id, "")
    assert followed(client) == found
    assert f"Spotify names {found}" in part
    name(ed, campaign_id, LINK)
    assert followed(client) == ARTIST


def test_another_release_may_have_another_artist(
    client: FlaskClient, ed: FlaskClient, campaign_id: int, twin: TwinClient
) -> None:
    found = find_in_catalogue(campaign_id)
    assert followed(client) == found
    post(ed, f"/campaigns/{campaign_id}/target-spotify", {"target-spotify": ANOTHER_ALBUM}, htmx=True)
    assert followed(client) is None


def test_it_outlives_the_link_beside_it(client: FlaskClient, ed: FlaskClient, campaign_id: int) -> None:
    name(ed, campaign_id, LINK)
    run_sql("UPDATE campaign SET published_at = NULL")
    post(ed, f"/campaigns/{campaign_id}", {"target-spotify": "", "upc": ""})
    assert read_sql("SELECT count(*) FROM target") == 0
    assert f'value="{ARTIST}"' in ed.get(f"/campaigns/{campaign_id}").text
    post(ed, f"/campaigns/{campaign_id}", {"target-spotify": ALBUM_URI})
    run_sql("UPDATE campaign SET published_at = now()")
    assert followed(client) == ARTIST


def test_nobody_else_names_an_artist(bob: FlaskClient, charlie: FlaskClient, ed: FlaskClient, campaign_id: int) -> None:
    address, typed = f"/campaigns/{campaign_id}/artist-spotify", {"artist-spotify": LINK}
    assert post(bob, address, typed, htmx=True).status_code == 403
    assert post(charlie, address, typed, htmx=True).status_code == 404
    assert read_sql("SELECT count(*) FROM label_page") == 0
    assert "disabled" in fold_of(bob.get(f"/campaigns/{campaign_id}").text)


def find_in_catalogue(campaign_id: int) -> Any:
    """Let the release come out and its service name the artist."""
    move_release(campaign_id, timedelta(seconds=-1))
    assert catalogue.look_for_releases("spotify") == 1
    return read_sql("SELECT artist_ref FROM target")
