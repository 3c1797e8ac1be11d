"""A sign-in by a service's own script on a page of ours: the page's policy, and what its form brings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fans import SLUG, open_campaign, read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from small_service import SONG, Nest, OnPage, hummingbird

ADDRESS = f"/{SLUG}/connect/hummingbird"


@pytest.fixture
def nest(app: Flask) -> Iterator[Nest]:
    with hummingbird(app, OnPage) as service:
        campaign_id = open_campaign(timedelta(hours=1))
        run_sql(
            "INSERT INTO target (campaign_id, service, ref) VALUES (:id, 'hummingbird', :ref)"
            " ON CONFLICT (campaign_id, service) DO UPDATE SET ref = excluded.ref",
            id=campaign_id,
            ref=SONG,
        )
        yield service


def test_the_release_page_leads_there(client: FlaskClient, nest: Nest) -> None:
    page = client.get(f"/{SLUG}?src=bio").text
    assert f'href="{ADDRESS}?src=bio"' in page
    assert nest.url not in page


def test_the_page_lets_in_the_service_and_nobody_else(client: FlaskClient, nest: Nest) -> None:
    answer = client.get(ADDRESS)
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == f"'self' {nest.url}"
    assert policy["connect-src"] == f"'self' {nest.url}"
    assert policy["form-action"] == "'self'"
    assert policy["default-src"] == "'none'"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
    assert answer.headers["Cache-Control"] == "no-store"
    assert f'src="{nest.url}/kit.js"' in answer.text
    assert 'data-developer-token="ey"' in answer.text


def test_the_policy_of_other_pages_stays_shut(client: FlaskClient, nest: Nest) -> None:
    assert nest.url not in client.get(f"/{SLUG}").headers["Content-Security-Policy"]


def test_its_form_makes_a_pre_save(client: FlaskClient, nest: Nest) -> None:
    answer = client.post(ADDRESS, data={"music_user_token": "ida-token", "storefront": "de", "src": "bio"})
    assert answer.status_code == 303
    assert "/mine/" in answer.headers["Location"]
    assert read_sql("SELECT source FROM pre_save") == "bio"


def test_the_same_browser_is_the_same_fan(client: FlaskClient, nest: Nest) -> None:
    for token in ("ida-token", "ida-other"):
        client.post(ADDRESS, data={"music_user_token": token, "storefront": "de"})
    assert read_sql("SELECT count(*) FROM pre_save") == 1


def test_another_browser_is_another_fan(app: Flask, client: FlaskClient, nest: Nest) -> None:
    for browser in (client, app.test_client()):
        browser.post(ADDRESS, data={"music_user_token": "ida-token", "storefront": "de"})
    assert read_sql("SELECT count(*) FROM pre_save") == 2


def test_a_made_up_fan_is_nobody(app: Flask, client: FlaskClient, nest: Nest) -> None:
    client.post(ADDRESS, data={"music_user_token": "ida-token", "storefront": "de"})
    forger = app.test_client()
    forger.set_cookie("fan", '"somebody".xyz')
    forger.post(ADDRESS, data={"music_user_token": "evil-token", "storefront": "de"})
    assert read_sql("SELECT count(*) FROM pre_save") == 2


def test_a_form_without_a_permission_saves_nothing(client: FlaskClient, nest: Nest) -> None:
    answer = client.post(ADDRESS, data={"music_user_token": "", "storefront": ""})
    assert "Nothing was saved" in answer.text
    assert read_sql("SELECT count(*) FROM pre_save") == 0


def test_a_form_of_another_site_is_refused(client: FlaskClient, nest: Nest) -> None:
    answer = client.post(ADDRESS, data={"music_user_token": "x"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


def test_other_services_have_no_such_page(client: FlaskClient, nest: Nest) -> None:
    answer = client.get(f"/{SLUG}/connect/spotify")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/{SLUG}")
