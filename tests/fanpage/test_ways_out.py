"""The counted way out: it leads where the target says, never where the address says, and counts nobody twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fans import move_release, open_campaign, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient

from presave_app.counts.ways_out import ways_out

ALBUM = "https://open.spotify.com/album/2up3OPMp9Tb4dAKM2erWXQ"
AMAZON = "https://music.amazon.com/albums/B0EXAMPLE1"


@pytest.fixture
def campaign_id(app: Flask) -> int:
    """A release that is out, on Spotify and with a link."""
    made = open_campaign(timedelta(seconds=-1))
    run_sql(
        "INSERT INTO target (campaign_id, service, ref, found_at) VALUES (:id, 'amazon-music', :ref, now())",
        id=made,
        ref=AMAZON,
    )
    return made


def link_of(service: str) -> str:
    return f"/go/{read_sql('SELECT id FROM target WHERE service = :service', service=service)}"


def test_it_leads_to_the_service_and_is_counted(client: FlaskClient, campaign_id: int) -> None:
    page = client.get("/night-drive").text
    for service, where in (("spotify", ALBUM), ("amazon-music", AMAZON)):
        assert f'href="{link_of(service)}"' in page
        answer = client.get(link_of(service))
        assert answer.status_code == 302
        assert answer.headers["Location"] == where
        assert answer.headers["Cache-Control"] == "no-store"
    client.get(link_of("amazon-music"))
    assert ways_out(campaign_id) == {"amazon-music": 2, "spotify": 1}
    assert read_sql("SELECT bool_and(day = (now() AT TIME ZONE 'UTC')::date) FROM way_out")


def test_nothing_in_the_address_changes_where_it_leads(client: FlaskClient, campaign_id: int) -> None:
    answer = client.get(link_of("spotify") + "?url=https://evil.example/&next=//evil.example")
    assert answer.headers["Location"] == ALBUM


def test_a_service_may_say_itself_where_it_is_listened_to(client: FlaskClient, campaign_id: int) -> None:
    run_sql("UPDATE target SET url = 'https://listen.spotify.example/1' WHERE service = 'spotify'")
    assert client.get(link_of("spotify")).headers["Location"] == "https://listen.spotify.example/1"


def test_who_only_looks_is_not_counted(client: FlaskClient, campaign_id: int) -> None:
    client.head(link_of("spotify"))
    client.get(link_of("spotify"), headers={"Sec-Purpose": "prefetch;prerender"})
    client.get(link_of("spotify"), headers={"Purpose": "prefetch"})
    assert ways_out(campaign_id) == {}


def test_before_the_release_it_leads_to_the_page(client: FlaskClient, campaign_id: int) -> None:
    move_release(campaign_id, timedelta(hours=1))
    assert client.get(link_of("amazon-music")).headers["Location"] == "/night-drive"
    assert ways_out(campaign_id) == {}


def test_a_link_that_is_not_found_yet_leads_to_the_page(client: FlaskClient, campaign_id: int) -> None:
    run_sql("UPDATE target SET ref = NULL WHERE service = 'spotify'")
    assert client.get(link_of("spotify")).headers["Location"] == "/night-drive"
    run_sql("UPDATE target SET service = 'gramophone', ref = '1' WHERE service = 'spotify'")
    assert client.get(link_of("gramophone")).headers["Location"] == "/night-drive"


def test_what_is_not_public_leads_nowhere(client: FlaskClient, campaign_id: int) -> None:
    link = link_of("spotify")
    run_sql("UPDATE campaign SET published_at = NULL")
    assert client.get(link).status_code == 410
    run_sql("DELETE FROM slug_entry")
    assert client.get(link).status_code == 404
    for strange in ("/go/999999", "/go/0", "/go/x", "/go/99999999999"):
        assert client.get(strange).status_code == 404
    assert "Disallow: /go/" in client.get("/robots.txt").text
