"""Links: a pasted one is recognised, listed, taken away again, and stands on the page of the fans."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from fans import read_sql, run_sql
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, move_campaign, post

AMAZON = "https://music.amazon.com/albums/B0EXAMPLE1"
SHOP = "https://shop.alba.example/night-drive"


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id, slug="night-drive")


def add(client: FlaskClient, campaign_id: int, link: str, *, htmx: bool = True, **form: str) -> str:
    return post(client, f"/campaigns/{campaign_id}/link", {"link": link, **form}, htmx=htmx).text


def links() -> str:
    return read_sql("SELECT string_agg(service || ' ' || ref, ',' ORDER BY id) FROM target WHERE service <> 'spotify'")


def test_a_pasted_link_is_added_and_listed(ed: FlaskClient, campaign_id: int) -> None:
    part = add(ed, campaign_id, f" {AMAZON}?ref=share ")
    assert "<html" not in part
    assert '<p class="saved">Saved</p>' in part
    assert '<span class="link-name">Amazon Music</span>' in part
    assert f'<span class="link-where">{AMAZON}</span>' in part
    assert 'name="link"\n           value=""' in part
    assert links() == f"amazon-music {AMAZON}"


def test_a_second_link_of_a_service_takes_the_place_of_the_first(ed: FlaskClient, campaign_id: int) -> None:
    add(ed, campaign_id, AMAZON)
    add(ed, campaign_id, "https://music.amazon.de/albums/B0EXAMPLE2")
    assert links() == "amazon-music https://music.amazon.de/albums/B0EXAMPLE2"


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("http://shop.alba.example/x", "begins with https://"),
        ("https://10.0.0.1/x", "does not lead to a public page"),
        ("https://a:b@shop.alba.example/", "a name or a password"),
        ("https://shop.alba.example:81/", "a port of its own"),
        ("https://open.spotify.com/playlist/1", "not a release on Spotify"),
        ("https://shop.alba.example/" + "x" * 500, "at most 500 characters"),
    ],
)
def test_a_link_that_can_not_stand_there_says_why(ed: FlaskClient, campaign_id: int, pasted: str, words: str) -> None:
    answer = post(ed, f"/campaigns/{campaign_id}/link", {"link": pasted}, htmx=True)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{pasted}"' in answer.text
    assert links() is None


def test_a_link_of_a_service_with_a_field_goes_there(ed: FlaskClient, campaign_id: int) -> None:
    link = "https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy"
    answer = post(ed, f"/campaigns/{campaign_id}/link", {"link": link}, htmx=True)
    assert answer.status_code == 200
    assert "HX-Redirect" not in answer.headers
    assert '<p class="saved">Saved under Spotify</p>' in answer.text
    assert 'name="link"\n           value=""' in answer.text
    assert 'value="spotify:album:4aawyAB9vmqN3uQ7FjRGTy"' in answer.text
    assert 'aria-label="Undo: Spotify"' in answer.text
    assert read_sql("SELECT ref FROM target") == "spotify:album:4aawyAB9vmqN3uQ7FjRGTy"


def test_a_plain_form_with_a_link_of_a_service_leads_back(ed: FlaskClient, campaign_id: int) -> None:
    link = "https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy"
    answer = post(ed, f"/campaigns/{campaign_id}/link", {"link": link})
    assert answer.headers["Location"] == f"/campaigns/{campaign_id}?done=saved"


def test_the_plain_form_adds_a_link_with_all_the_rest(ed: FlaskClient, campaign_id: int) -> None:
    page = ed.get(f"/campaigns/{campaign_id}").text
    assert '<button class="button only-plain" type="submit">Add</button>' in page
    answer = post(ed, f"/campaigns/{campaign_id}", {"title": "Typed Too", "link": SHOP})
    assert answer.status_code == 303
    page = ed.get(answer.headers["Location"]).text
    assert "Typed Too" in page
    assert f'<span class="link-where">{SHOP}</span>' in page
    refused = post(ed, f"/campaigns/{campaign_id}", {"title": "Not This", "link": "shop"})
    assert refused.status_code == 422
    assert 'value="shop"' in refused.text
    assert read_sql("SELECT title FROM campaign") == "Typed Too"


@pytest.mark.parametrize("htmx", [True, False])
def test_a_link_is_removed(ed: FlaskClient, campaign_id: int, htmx: bool) -> None:
    add(ed, campaign_id, SHOP)
    target_id = read_sql("SELECT id FROM target WHERE service <> 'spotify'")
    address = f"/campaigns/{campaign_id}/links/{target_id}/remove"
    assert f'formaction="{address}"' in ed.get(f"/campaigns/{campaign_id}").text
    answer = post(ed, address, {"title": "Typed Too"}, htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert links() is None
    assert read_sql("SELECT title FROM campaign") == ("Night Drive" if htmx else "Typed Too")
    assert post(ed, address, htmx=htmx).status_code == answer.status_code
    assert ed.get(address).headers["Location"] == f"/campaigns/{campaign_id}"


def test_before_it_is_removed_it_says_whom_it_was_to_lead_there(ed: FlaskClient, campaign_id: int) -> None:
    part = add(ed, campaign_id, AMAZON)
    assert "asked to be reminded" not in part
    for number, words in ((1, "One fan asked to be reminded"), (2, "2 fans asked to be reminded")):
        run_sql(
            """
            WITH asked AS (
              INSERT INTO reminder (id, campaign_id, service, mine_hash, due_at, reason)
              VALUES (gen_random_uuid(), :id, 'amazon-music', gen_random_uuid(), now(), 'service_reminds')
              RETURNING id)
            INSERT INTO reminder_way (id, reminder_id, kind, state, confirmed_at)
            SELECT gen_random_uuid(), id, 'calendar', 'armed', now() FROM asked
            """,
            id=campaign_id,
        )
        page = ed.get(f"/campaigns/{campaign_id}").text
        assert words in page, number
        assert 'aria-label="Remove Amazon Music">Remove</button>' in page
    assert "asked to be reminded" not in add(ed, make_campaign(1, slug="second"), AMAZON)


def test_only_links_of_the_own_campaign_are_removed(
    ed: FlaskClient, bob: FlaskClient, charlie: FlaskClient, campaign_id: int, team_id: int
) -> None:
    add(ed, campaign_id, SHOP)
    target_id = read_sql("SELECT id FROM target WHERE service <> 'spotify'")
    other = make_campaign(team_id, slug="second")
    post(ed, f"/campaigns/{other}/links/{target_id}/remove", htmx=True)
    assert post(bob, f"/campaigns/{campaign_id}/links/{target_id}/remove", htmx=True).status_code == 403
    assert post(charlie, f"/campaigns/{campaign_id}/links/{target_id}/remove", htmx=True).status_code == 404
    assert links() == f"shop.alba.example {SHOP}"
    spotify = read_sql("SELECT id FROM target WHERE campaign_id = :id AND service = 'spotify'", id=campaign_id)
    post(ed, f"/campaigns/{campaign_id}/links/{spotify}/remove", htmx=True)
    assert read_sql("SELECT count(*) FROM target WHERE service = 'spotify'") == 2


def test_a_viewer_sees_links_without_buttons(ed: FlaskClient, bob: FlaskClient, campaign_id: int) -> None:
    add(ed, campaign_id, SHOP)
    page = bob.get(f"/campaigns/{campaign_id}").text
    assert SHOP in page
    assert ">Remove</button>" not in page


def test_links_alone_are_enough_to_publish(ed: FlaskClient, app: Flask, team_id: int) -> None:
    campaign_id = make_campaign(team_id, slug="only-links", ref=None, upc=None, published=False)
    assert post(ed, f"/campaigns/{campaign_id}/publish").status_code == 422
    assert post(ed, f"/campaigns/{campaign_id}/publish", {"link": SHOP}).status_code == 303
    page = app.test_client().get("/only-links").text
    assert "<title>Night Drive by Alba Voss: a reminder on the day</title>" in page
    assert "Pre-save it" not in page
    target_id = read_sql("SELECT id FROM target")
    refused = post(ed, f"/campaigns/{campaign_id}/links/{target_id}/remove", htmx=True)
    assert refused.status_code == 422
    assert "needs a link on a service or a UPC" in refused.text
    assert read_sql("SELECT id FROM target") == target_id


def test_a_link_is_a_reminder_first_and_played_after(ed: FlaskClient, app: Flask, campaign_id: int) -> None:
    add(ed, campaign_id, SHOP)
    add(ed, campaign_id, AMAZON)
    page = app.test_client().get("/night-drive?src=bio").text
    assert page.index(">Pre-save<") < page.index(">Amazon Music<") < page.index(">shop.alba.example<")
    assert 'href="/night-drive/remind/amazon-music?src=bio"' in page
    assert "We remind you. Amazon Music lets no app add for you." in page
    assert page.count(">Remind me<") == 2
    move_campaign(campaign_id, timedelta(seconds=-1))
    page = app.test_client().get("/night-drive").text
    assert ">Remind me<" not in page
    assert "On its way" not in page
    assert page.count(">Play<") == 3


@pytest.mark.parametrize(
    ("link", "name"), [(SHOP, "shop.alba.example"), ("https://www.jiosaavn.com/album/x/Y_1", "JioSaavn")]
)
def test_a_reminder_speaks_of_the_service_by_its_name(
    ed: FlaskClient, app: Flask, campaign_id: int, link: str, name: str
) -> None:
    add(ed, campaign_id, link)
    browser = app.test_client()
    found = re.search(r'href="(/night-drive/remind/[^"]+)"', browser.get("/night-drive").text)
    assert found is not None
    page = browser.get(found[1])
    assert page.status_code == 200
    assert name in page.text


def test_a_target_of_a_service_that_is_off_is_a_link(ed: FlaskClient, app: Flask, campaign_id: int) -> None:
    spotify = app.extensions["presave_connectors"].pop("spotify")
    app.extensions.pop("presave_connectors_off", None)
    try:
        page = unescape(app.test_client().get("/night-drive").text)
        assert "We remind you. Spotify can't be added to from here." in page
        assert "/connect/" not in page
        assert "Spotify is not on here" in ed.get(f"/campaigns/{campaign_id}").text
        move_campaign(campaign_id, timedelta(seconds=-1))
        assert ">Play<" in app.test_client().get("/night-drive").text
    finally:
        app.extensions["presave_connectors"]["spotify"] = spotify
        app.extensions.pop("presave_connectors_off").popitem()[1].close()


def test_what_nobody_can_open_is_not_offered_to_play(app: Flask, campaign_id: int) -> None:
    run_sql("INSERT INTO target (campaign_id, service, ref) VALUES (:id, 'gramophone', '77')", id=campaign_id)
    run_sql("INSERT INTO target (campaign_id, service, ref) VALUES (:id, 'qobuz', 'odd')", id=campaign_id)
    assert "gramophone" not in app.test_client().get("/night-drive").text
    move_campaign(campaign_id, timedelta(seconds=-1))
    page = app.test_client().get("/night-drive").text
    assert page.count(">Play<") == 1
    assert "Qobuz" not in page


def test_links_are_no_services_of_the_control_room(ed: FlaskClient, campaign_id: int) -> None:
    add(ed, campaign_id, SHOP)
    page = ed.get(f"/campaigns/{campaign_id}/release").text
    assert "shop.alba.example" not in page


@pytest.mark.parametrize("htmx", [True, False])
def test_a_suggestion_is_decided(ed: FlaskClient, campaign_id: int, htmx: bool) -> None:
    first, second = suggest(campaign_id, "amazon-music", AMAZON), suggest(campaign_id, "shop.alba.example", SHOP)
    page = ed.get(f"/campaigns/{campaign_id}").text
    assert "“Night Drive” by Alba Voss, found by Songlink." in page
    for suggestion_id, choice in ((first, "accept"), (second, "dismiss")):
        address = f"/campaigns/{campaign_id}/links/suggestions/{suggestion_id}/{choice}"
        assert f'formaction="{address}"' in page
        for _ in range(2):
            assert post(ed, address, htmx=htmx).status_code == (200 if htmx else 303)
        assert ed.get(address).status_code == 303
    assert links() == f"amazon-music {AMAZON}"
    assert "Found elsewhere" not in ed.get(f"/campaigns/{campaign_id}").text


def test_a_suggestion_is_decided_by_its_own_editors(
    ed: FlaskClient, bob: FlaskClient, charlie: FlaskClient, campaign_id: int, team_id: int
) -> None:
    suggestion_id = suggest(campaign_id, "amazon-music", AMAZON)
    address = f"/campaigns/{campaign_id}/links/suggestions/{suggestion_id}/accept"
    assert post(bob, address, htmx=True).status_code == 403
    assert post(charlie, address, htmx=True).status_code == 404
    other = make_campaign(team_id, slug="second")
    assert post(ed, f"/campaigns/{other}/links/suggestions/{suggestion_id}/accept", htmx=True).status_code == 200
    assert links() is None
    assert read_sql("SELECT state FROM link_suggestion") == "suggested"


def suggest(campaign_id: int, service: str, ref: str) -> int:
    run_sql(
        "INSERT INTO link_suggestion (campaign_id, service, ref, source, title, artist)"
        " VALUES (:id, :service, :ref, 'odesli', 'Night Drive', 'Alba Voss')",
        id=campaign_id,
        service=service,
        ref=ref,
    )
    return read_sql("SELECT max(id) FROM link_suggestion")
