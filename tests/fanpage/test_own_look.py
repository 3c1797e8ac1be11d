"""What a label gives its page: on every page of a fan, below the services, and never in their way."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from fans import move_release, open_campaign, pre_save, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import csrf_of, sign_in
from sqlalchemy import event
from test_safety import NASTY, faults_of
from twin_client import TwinClient

from presave_app.campaigns import colours
from presave_app.campaigns.campaign import live_path
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.presaves.looking_up import mine_secret
from presave_app.presaves.states import PreSaveId
from presave_app.transaction import transaction

MOST_QUERIES = 7
SHOP = "https://shop.label.example/?a=1&b=2"


@pytest.fixture(autouse=True)
def campaign_id(app: Flask) -> int:
    made = open_campaign()
    with transaction() as session:
        campaign = session.get_one(Campaign, made)
        colours.choose_colours(campaign, "#ffff00", "#ffffff")
        campaign.words_before, campaign.words_after = "Signed copies\nin our shop", "Now on vinyl"
        campaign.own_links = [{"name": "Merch", "url": SHOP}]
    return made


def stylesheet(campaign_id: int) -> str:
    own = db.session.get_one(Campaign, campaign_id).own_colours
    assert own is not None
    return f'<link rel="stylesheet" href="/art/{own["stylesheet"]}">'


def test_words_and_links_stand_below_the_services(client: FlaskClient) -> None:
    page = client.get("/night-drive").text
    places = [page.index(part) for part in ("service-button", 'id="promise"', "Signed copies\nin our shop", ">Merch<")]
    assert places == sorted(places)
    assert "Now on vinyl" not in page
    assert '<p class="own-words" dir="auto">' in page
    assert f'<a href="{SHOP.replace("&", "&amp;")}" rel="noopener noreferrer" dir="auto">Merch</a>' in page


def test_from_the_release_on_the_other_words_stand_there(client: FlaskClient, campaign_id: int) -> None:
    move_release(campaign_id, timedelta(seconds=-5))
    page = client.get("/night-drive").text
    assert "Now on vinyl" in page
    assert "Signed copies" not in page
    assert ">Merch<" in page
    run_sql("UPDATE campaign SET words_after = NULL")
    assert "own-words" not in client.get("/night-drive").text


def test_a_fan_reads_the_words_in_their_own_language_where_there_are_any(client: FlaskClient, campaign_id: int) -> None:
    words = {"de": {"before": "Signierte <Platten>"}, "ar": {"before": "Vinyl موقعة", "after": "صدر الآن"}}
    run_sql("UPDATE campaign SET words_by_language = CAST(:words AS jsonb)", words=json.dumps(words))
    german = client.get("/night-drive", headers={"Accept-Language": "de-AT"}).text
    assert '<p class="own-words" lang="de" dir="ltr">Signierte &lt;Platten&gt;</p>' in german
    assert "Signed copies" not in german
    assert '<p class="own-words" lang="ar" dir="rtl">Vinyl' in client.get("/night-drive?lang=ar").text
    assert '<p class="own-words" dir="auto">Signed copies' in client.get("/night-drive?lang=fr").text
    move_release(campaign_id, timedelta(seconds=-5))
    assert "صدر الآن" in client.get("/night-drive?lang=ar").text
    german = client.get("/night-drive?lang=de").text
    assert '<p class="own-words" dir="auto">Now on vinyl</p>' in german, "that side has no German words"
    assert "Signierte" not in german


def test_a_page_without_them_is_as_before(client: FlaskClient) -> None:
    run_sql("UPDATE campaign SET words_before = NULL, own_links = NULL, own_colours = NULL")
    page = client.get("/night-drive").text
    assert "own-words" not in page
    assert "own-links" not in page
    assert "/art/" not in page


def test_every_page_of_a_fan_has_the_colours(
    app: Flask, client: FlaskClient, twin: TwinClient, campaign_id: int
) -> None:
    pre_save_id = pre_save(app, twin, "ida")
    live = live_path(db.session.get_one(Campaign, campaign_id))
    run_sql(
        "INSERT INTO target (campaign_id, service, ref)"
        " SELECT id, 'shop.example', 'https://shop.example/x' FROM campaign"
    )
    paths = ("/night-drive", live, f"/mine/{mine_secret(PreSaveId(pre_save_id))}", "/night-drive/remind/shop.example")
    for path in paths:
        page = client.get(path)
        assert page.status_code == 200, path
        assert stylesheet(campaign_id) in page.text, path
        assert '<meta name="theme-color"\n        content="#ffffff">' in page.text, path


@pytest.mark.parametrize("text", NASTY)
def test_what_a_label_writes_is_text(client: FlaskClient, text: str) -> None:
    links = json.dumps([{"name": text, "url": SHOP}])
    run_sql("UPDATE campaign SET words_before = :text, own_links = CAST(:links AS jsonb)", text=text, links=links)
    page = client.get("/night-drive")
    assert page.status_code == 200
    assert faults_of(page.text) == []


def test_it_costs_no_further_query(client: FlaskClient) -> None:
    client.get("/healthz")
    seen: list[str] = []
    listener = lambda *given: seen.append(given[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    try:
        assert "Signed copies" in client.get("/night-drive").text
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
    assert len([statement for statement in seen if "clock_timestamp" not in statement]) <= MOST_QUERIES


def test_a_saved_look_shows_at_once(client: FlaskClient, campaign_id: int) -> None:
    sign_in(client, "alice@alba.example")
    token = csrf_of(client)
    for field, typed in (
        ("colours", {"accent": "#ffb84d", "ground": "#101820"}),
        ("words_before", {"words_before": "Something newer"}),
        ("words-en", {"words-en-before": "Something new"}),
        ("own_links", {"link_url_1": "https://new.example/", "link_name_1": "New"}),
    ):
        before = client.get("/night-drive").text
        answer = client.post(f"/campaigns/{campaign_id}/{field}", data={"csrf_token": token, **typed})
        assert answer.status_code == 303
        assert client.get("/night-drive").text != before
    page = client.get("/night-drive").text
    assert all(words in page for words in ("Something new", 'href="https://new.example/"', 'content="#101820"'))
