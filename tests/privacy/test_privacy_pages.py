"""The privacy page and the terms: who answers, what holds here by the settings in force, and the way to them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fans import open_campaign, run_sql
from flask import Flask
from flask.testing import FlaskClient

from presave_app.fanpage.visitor import FAN_DAYS
from presave_app.privacy.facts import ZONE_DAYS, find_facts

PAGES = ("/night-drive/privacy", "/night-drive/terms", "/privacy", "/terms")


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    return open_campaign()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_public_and_nobodys_own(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers={"Cookie": "fan=secret; session=secret"})
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "public, max-age=60"
    assert page.headers["Vary"] == "Accept-Language"
    assert "Set-Cookie" not in page.headers
    assert page.text == client.get(path).text


def test_a_label_that_said_nothing_is_named_honestly(client: FlaskClient) -> None:
    page = client.get("/night-drive/privacy").text
    assert "Alba Records answers for what is kept here of you" in page
    assert "It has not written down here yet how to reach it." in page
    run_sql("INSERT INTO imprint (team_id, address, email) VALUES (1, 'Lindenweg 3', 'p@alba.example')")
    page = client.get("/night-drive/privacy").text
    assert "It has not written down" not in page
    assert "Lindenweg 3" in page


def test_it_says_what_the_settings_say(client: FlaskClient) -> None:
    page = client.get("/night-drive/privacy").text
    (spotify,) = find_facts().services
    assert "add it to your Spotify library" in page
    assert f"{' '.join(spotify.scopes)}</code>" in page
    assert f"{' '.join(spotify.ticked)}</code>" in page
    assert "15 days after the day of the add" in page
    assert "3 days after the release" in page
    assert "24 months" in page


def test_every_cookie_of_a_fan_is_listed(app: Flask) -> None:
    """The names and times are those that are set."""
    assert [name for name, _ in find_facts().cookies] == ["tz", "flow", "fan", "made", "here"]
    script = (Path(app.root_path) / "static/js/fan.js").read_text()
    assert f"ZONE_KEPT_SECONDS = {ZONE_DAYS} * 24 * 3600" in script
    assert FAN_DAYS == 400


def test_the_page_of_the_installation_names_its_labels(client: FlaskClient) -> None:
    assert "The labels here: Alba Records." in client.get("/privacy").text


@pytest.mark.parametrize("path", ["/night-drive", "/night-drive/remind/spotify"])
def test_it_is_linked_at_the_foot_and_beside_what_is_agreed_to(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert page.count('href="/night-drive/privacy"') == 2
    assert page.count('href="/night-drive/terms"') == 1


def test_pages_of_no_campaign_link_what_holds_for_all(client: FlaskClient) -> None:
    page = client.get("/mine/nobody").text
    assert 'href="/privacy"' in page
    assert 'href="/terms"' in page


def test_a_page_that_was_taken_down_keeps_its_privacy_page(client: FlaskClient) -> None:
    run_sql("UPDATE campaign SET published_at = NULL")
    page = client.get("/night-drive/privacy")
    assert page.status_code == 200
    assert "To the release page" not in page.text


def test_drafts_and_strange_addresses_have_none(client: FlaskClient, campaign_id: int) -> None:
    assert client.get("/nothing-here/privacy").status_code == 404
    run_sql("DELETE FROM slug_entry")
    run_sql("UPDATE campaign SET published_at = NULL")
    assert client.get("/night-drive/privacy").status_code == 404


def test_a_large_letter_leads_to_it(client: FlaskClient) -> None:
    answer = client.get("/Night-Drive/privacy")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/night-drive/privacy")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_speaks_the_readers_language(client: FlaskClient, path: str) -> None:
    page = client.get(f"{path}?lang=ar").text
    assert 'lang="ar" dir="rtl"' in page
    assert len(re.findall(r'hreflang="', page)) == 12
