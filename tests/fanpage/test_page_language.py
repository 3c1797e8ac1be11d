"""The language of a fan's page: who decides it, how it is carried on, and that nothing of it is left in English."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from html import unescape
from urllib.parse import urlsplit

import pytest
from fans import (
    answer_at_spotify,
    come_back,
    go_to_spotify,
    move_release,
    open_campaign,
    read_sql,
    run_past_triggers,
    run_sql,
)
from flask import Flask
from flask.testing import FlaskClient
from local import words
from makers import sign_in
from twin_client import TwinClient

from presave_app.fanpage.language import language_of
from presave_app.lib.languages import LANGUAGES

OTHERS = [language for language in LANGUAGES if language != "en"]
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    return open_campaign()


def left_in_english(page: str) -> list[str]:
    """The English sentences that stand on a page; what is filled into them does not matter."""
    shown = " ".join(unescape(page).split())
    return [part for part in english_parts() if part.strip() in shown]


@cache
def english_parts() -> list[str]:
    """What stands between the placeholders of all sentences, where it is longer than two words."""
    found = [part for message in words.source_catalogue() for part in re.split(r"\{\w+\}", str(message.id))]
    return [part for part in found if len(part.split()) > 2]


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("", "", "en"),
        ("", "de-AT,de;q=0.9,en;q=0.5", "de"),
        ("", "sv, pt-BR;q=0.8, en;q=0.3", "pt"),
        ("", "de-AT, en;q=0.9", "de"),
        ("", "de;q=0, fr;q=0.1", "fr"),
        ("", "*", "en"),
        ("", "sv", "en"),
        ("", "ja;q=0.1, ar;q=0.9", "ar"),
        ("", "de" * 4000, "en"),
        ("src=tiktok&lang=ko", "de", "ko"),
        ("lang=xx", "de", "de"),
        ("lang=../../etc", "", "en"),
        ("lang=", "fr", "fr"),
    ],
)
def test_the_address_decides_then_the_browser(query: str, header: str, language: str) -> None:
    environ = {"QUERY_STRING": query, "HTTP_ACCEPT_LANGUAGE": header, "HTTP_COOKIE": "lang=it"}
    assert language_of(environ) == language


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str, app: Flask, client: FlaskClient, campaign_id: int) -> None:
    run_sql("INSERT INTO target (campaign_id, service, ref, url) VALUES (1, 'radio.example', 'x', 'https://r.example')")
    chosen = f"?lang={language}"
    pages = [
        f"/night-drive{chosen}",
        f"/night-drive/remind/spotify{chosen}",
        f"/no-such-page{chosen}",
        f"/x/y/z{chosen}",
    ]
    for path in pages:
        page = client.get(path).text
        assert re.search(rf'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">', page), path
        assert left_in_english(page) == [], path
    move_release(campaign_id, timedelta(days=-1))
    assert left_in_english(client.get(pages[0]).text) == []


@pytest.mark.parametrize("language", ["de", "ja", "ar"])
def test_nothing_of_ones_own_page_is_left_in_english(
    language: str, app: Flask, twin: TwinClient, client: FlaskClient
) -> None:
    start = client.post(f"/night-drive/connect/spotify?lang={language}").headers["Location"]
    path = client.get(answer_at_spotify(twin, start, "ida")).headers["Location"]
    for state in ("armed", "needs_reauth", "withdrawn", "expired"):
        run_past_triggers("pre_save", "UPDATE pre_save SET state = :state, reason = 'grant_expired'", state=state)
        assert left_in_english(client.get(path).text) == []


def test_what_is_looked_for_is_found_in_english(client: FlaskClient) -> None:
    assert len(left_in_english(client.get("/night-drive").text)) > 3


def test_days_and_figures_are_written_as_there(client: FlaskClient, campaign_id: int) -> None:
    run_sql("""
        UPDATE campaign SET release_wall = '2031-12-04 00:00', release_at = '2031-12-04 00:00+01',
          time_zone = 'Europe/Berlin'
    """)
    for language, day in (
        ("en", "Thursday, 4 December 2031"),
        ("de", "Donnerstag, 4. Dezember 2031"),
        ("fr", "jeudi 4 décembre 2031"),
        ("ja", "2031年12月4日木曜日"),
        ("ar", "الخميس، 4 ديسمبر 2031"),
    ):
        assert day in client.get(f"/night-drive?lang={language}").text


def test_a_language_that_was_chosen_is_carried_in_links(client: FlaskClient) -> None:
    page = unescape(client.get("/night-drive?src=tiktok&lang=fr").text)
    assert 'action="/night-drive/connect/spotify?lang=fr"' in page
    assert "/night-drive/count?seen=0&face=pre-save&lang=fr" in page
    assert 'hx-get="/night-drive?src=tiktok&lang=fr"' in page
    assert 'href="?src=tiktok&lang=de"' in page
    assert "lang=" not in re.sub(r'hreflang="\w+"|\slang="\w+"|href="\?lang=\w+"', "", client.get("/night-drive").text)
    client.get("/night-drive?lang=fr")
    assert "Set-Cookie" not in client.get("/night-drive?lang=fr").headers


def test_the_page_says_what_it_differs_by(client: FlaskClient) -> None:
    assert "Accept-Language" in client.get("/night-drive").headers.getlist("Vary")
    chosen = client.get("/night-drive?lang=de", headers={"Accept-Language": "fr"})
    assert "Accept-Language" not in chosen.headers.getlist("Vary")
    assert chosen.cache_control.public
    assert chosen.headers["ETag"] != client.get("/night-drive").headers["ETag"]


def test_what_is_agreed_to_is_kept_in_the_language_of_the_page(app: Flask, twin: TwinClient) -> None:
    client = app.test_client()
    page = unescape(client.get("/night-drive", headers=GERMAN).text)
    start = client.post("/night-drive/connect/spotify", headers=GERMAN).headers["Location"]
    assert "lang" not in urlsplit(start).query.replace("language", "")
    client.get(answer_at_spotify(twin, start, "ida"), headers=GERMAN)
    assert read_sql("SELECT language FROM consent") == "de"
    headline, text = str(read_sql("SELECT wording FROM consent")).split("\n")
    lead, deed = headline.removesuffix(".").split(": ")
    assert f"{lead}:" in page
    assert deed in page
    assert text in page


def test_the_way_back_from_the_service_keeps_the_language(app: Flask, twin: TwinClient) -> None:
    for asked, headers, location in (("?lang=pl", {}, "&lang=pl"), ("", GERMAN, ""), ("?lang=de", GERMAN, "")):
        client = app.test_client()
        start = client.post(f"/night-drive/connect/spotify{asked}", headers=headers).headers["Location"]
        answer = client.get(answer_at_spotify(twin, start, "ida"), headers=headers)
        assert answer.headers["Location"].endswith(f"just=1{location}")


def test_a_sign_in_that_stops_says_so_in_the_language_it_began_in(app: Flask, twin: TwinClient) -> None:
    client = app.test_client()
    start = client.post("/night-drive/connect/spotify?lang=nl").headers["Location"]
    page = client.get(answer_at_spotify(twin, start, "ida", "refuse"))
    assert "Er is niets opgeslagen" in page.text
    assert '<html lang="nl"' in page.text


def test_the_workspace_speaks_english(app: Flask, client: FlaskClient, campaign_id: int) -> None:
    sign_in(client, "alice@alba.example")
    page = client.get(f"/campaigns/{campaign_id}?lang=de", headers=GERMAN).text
    assert '<html lang="en" dir="ltr">' in page
    assert ">Pre-save<" in page
    assert left_in_english(page) != []


def test_the_promise_is_the_same_whatever_the_way_back_says(app: Flask, twin: TwinClient) -> None:
    come_back(app, twin, "ida")
    assert read_sql("SELECT language FROM consent") == "en"
    go_to_spotify(app.test_client())
    assert read_sql("SELECT consent_draft ->> 'language' FROM oauth_flow ORDER BY expires_at DESC LIMIT 1") == "en"
