"""The one link: which face it shows follows from the clock, and no cache can keep the wrong one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fans import move_release, open_campaign, run_sql
from flask import Flask
from flask.testing import FlaskClient
from kit_client import LIVE_NEVER_YET
from twin_client import TwinClient

from presave_app.releases.catalogue import look_for_releases

CONNECT = 'action="/night-drive/connect/spotify"'


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    return open_campaign()


def test_before_the_release_it_is_the_pre_save_page(client: FlaskClient) -> None:
    page = client.get("/night-drive")
    assert page.status_code == 200
    assert "<title>Night Drive by Alba Voss: pre-save</title>" in page.text
    assert CONNECT in page.text
    assert ">Pre-save<" in page.text
    assert ">Play<" not in page.text


def test_from_the_release_on_it_is_the_listening_page(client: FlaskClient, campaign_id: int) -> None:
    move_release(campaign_id, timedelta(0))
    page = client.get("/night-drive")
    assert "<title>Night Drive by Alba Voss: out now</title>" in page.text
    assert 'href="/go/1"' in page.text
    assert ">Play<" in page.text
    assert ">Pre-save<" not in page.text


def test_a_late_fan_may_add_it_now(client: FlaskClient, campaign_id: int) -> None:
    move_release(campaign_id, timedelta(days=-30))
    page = client.get("/night-drive").text
    assert CONNECT in page
    assert "Night Drive is out. We do this for you now, and nothing else:" in page
    assert "Add it to your Spotify library" in page


def test_a_link_not_found_yet_is_on_its_way(client: FlaskClient, campaign_id: int) -> None:
    run_sql("UPDATE target SET ref = NULL")
    move_release(campaign_id, timedelta(seconds=-5))
    page = client.get("/night-drive").text
    assert "On its way" in page
    assert 'hx-trigger="every 20s"' in page
    move_release(campaign_id, timedelta(days=-2))
    assert "hx-get" not in client.get("/night-drive").text


def test_a_link_the_service_does_not_show_yet_is_on_its_way(
    client: FlaskClient, campaign_id: int, twin: TwinClient
) -> None:
    twin.album(live_from=LIVE_NEVER_YET)
    move_release(campaign_id, timedelta(seconds=-5))
    assert ">Play<" in client.get("/night-drive").text
    look_for_releases("spotify")
    page = client.get("/night-drive").text
    assert "On its way" in page
    assert ">Play<" not in page
    twin.album()
    run_sql("UPDATE target SET looked_at = NULL")
    look_for_releases("spotify")
    assert ">Play<" in client.get("/night-drive").text


def test_an_unknown_address_is_a_friendly_404(client: FlaskClient) -> None:
    for slug in ("no-such-page", "No-Such-Page", "x" * 300, "%00", "..%2f"):
        page = client.get(f"/{slug}")
        assert page.status_code == 404
        assert "There is nothing at this address" in page.text


@pytest.mark.parametrize("written", ["/Night-Drive", "/night-drive/", "/NIGHT-DRIVE"])
def test_a_link_typed_otherwise_leads_on(written: str, client: FlaskClient, campaign_id: int) -> None:
    answer = client.get(f"{written}?src=poster")
    assert answer.status_code == 301
    assert answer.headers["Location"].endswith("/night-drive?src=poster")


def test_robots_are_kept_from_links_of_ones_own(client: FlaskClient) -> None:
    assert "Disallow: /mine/" in client.get("/robots.txt").text
    assert client.get("/favicon.ico").headers["Location"].startswith("/static/favicon.svg")


def test_a_draft_is_an_unknown_address(client: FlaskClient) -> None:
    run_sql("DELETE FROM slug_entry")
    run_sql("UPDATE campaign SET published_at = NULL")
    assert client.get("/night-drive").text == client.get("/no-such-page").text


def test_a_page_taken_down_says_what_stays(client: FlaskClient) -> None:
    run_sql("UPDATE campaign SET published_at = NULL")
    page = client.get("/night-drive")
    assert page.status_code == 410
    assert "Pre-saves made earlier stay" in page.text
    assert CONNECT not in page.text


def test_an_old_address_leads_to_the_new_one(client: FlaskClient, campaign_id: int) -> None:
    run_sql("INSERT INTO slug_entry (slug, campaign_id) VALUES ('night-ride', :id)", id=campaign_id)
    answer = client.get("/night-ride?src=tiktok&_external=1&_scheme=javascript")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/night-drive?src=tiktok")


def test_caches_may_keep_it_a_minute(client: FlaskClient) -> None:
    page = client.get("/night-drive")
    assert page.headers["Cache-Control"] == "public, max-age=60"
    assert page.headers["ETag"].startswith('"pre-save-')


def test_no_cache_may_keep_it_beyond_the_release(client: FlaskClient, campaign_id: int) -> None:
    for seconds in (0.4, 7, 59):
        move_release(campaign_id, timedelta(seconds=seconds))
        found = re.search(r"max-age=(\d+)", client.get("/night-drive").headers["Cache-Control"])
        assert found
        assert int(found[1]) <= seconds


def test_a_known_page_is_not_sent_again(client: FlaskClient, campaign_id: int) -> None:
    tag = client.get("/night-drive").headers["ETag"]
    assert client.get("/night-drive", headers={"If-None-Match": tag}).status_code == 304
    move_release(campaign_id, timedelta(seconds=-1))
    flipped = client.get("/night-drive", headers={"If-None-Match": tag})
    assert flipped.status_code == 200
    assert flipped.headers["ETag"].startswith('"out-now-')


def test_all_who_read_one_language_get_the_same_page(client: FlaskClient) -> None:
    page = client.get("/night-drive")
    client.set_cookie("session", "anything")
    again = client.get("/night-drive", headers={"Accept-Language": "en-US", "HX-Request": "true"})
    assert again.data == page.data
    assert "Set-Cookie" not in page.headers
    assert page.headers.getlist("Vary") == ["Accept-Language", "Accept-Encoding"]


def test_the_order_of_a_country_is_no_business_of_a_cache(client: FlaskClient, campaign_id: int) -> None:
    run_sql(
        "INSERT INTO target (campaign_id, service, ref, found_at)"
        " VALUES (:id, 'jiosaavn', 'https://www.jiosaavn.com/album/x/y', now())",
        id=campaign_id,
    )
    assert "data-home" not in client.get("/night-drive").text
    move_release(campaign_id, timedelta(days=-2))
    page = client.get("/night-drive")
    assert 'data-home-countries="IN"' in page.text
    assert 'data-home-zones="Asia/Calcutta Asia/Kolkata"' in page.text
    client.set_cookie("tz", "Asia/Kolkata")
    again = client.get("/night-drive", headers={"Accept-Language": "en-IN", "User-Agent": "iPhone"})
    assert again.data == page.data
    assert again.headers["ETag"] == page.headers["ETag"]
    assert again.headers["Cache-Control"] == "public, max-age=60"
    assert again.headers["Vary"] == "Accept-Language"


def test_an_open_page_turns_over_by_itself(client: FlaskClient) -> None:
    page = client.get("/night-drive?src=tiktok").text
    assert 'hx-trigger="released from:body"' in page
    assert 'hx-get="/night-drive?src=tiktok"' in page
