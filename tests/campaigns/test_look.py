"""The look of a page: a label chooses colours, writes a few words and names links, and nothing becomes unreadable."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from makers import make_campaign, make_picture, post
from sqlalchemy import text
from werkzeug.test import TestResponse

from presave_app.campaigns.artwork import give_artwork
from presave_app.campaigns.artwork_press import press
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.lib.palette import contrast
from presave_app.transaction import transaction

GOOD = {
    "accent": "#FFB84D",
    "ground": "101820",
    "words_before": "Signed copies\r\n\r\nin our shop",
    "words_after": "ليلة طويلة",
    "link_url_1": "https://www.shop.example/merch",
    "link_name_1": "Merch & more",
    "link_url_3": "https://tickets.example",
}


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id, artwork=make_picture(700))


def send(client: FlaskClient, campaign_id: int, field: str, **typed: str) -> TestResponse:
    return post(client, f"/campaigns/{campaign_id}/{field}", typed, htmx=True)


def kept(campaign_id: int) -> Campaign:
    db.session.rollback()
    return db.session.get_one(Campaign, campaign_id)


def colours_of(campaign_id: int) -> dict[str, str]:
    own = kept(campaign_id).own_colours
    assert own is not None
    return own


def test_colours_are_taken_as_people_write_them(ed: FlaskClient, campaign_id: int) -> None:
    answer = send(ed, campaign_id, "colours", accent=" FFB84D ", ground="#123")
    assert answer.status_code == 200
    assert '<p class="saved">Saved</p>' in answer.text
    assert 'value="#ffb84d"' in answer.text
    assert "campaign-changed" in answer.headers["HX-Trigger"]
    row = kept(campaign_id)
    assert (row.own_accent, row.own_ground) == ("#ffb84d", "#112233")
    assert "was made" not in answer.text


@pytest.mark.parametrize("typed", ["red", "#12345", "#1234567", "url(x)", "#fff;}body{", "#ggg", "٣٣٣"])
def test_what_is_no_colour_is_refused(ed: FlaskClient, campaign_id: int, typed: str) -> None:
    answer = send(ed, campaign_id, "colours", accent=typed, ground="")
    assert answer.status_code == 422
    assert "The accent is not a colour" in answer.text
    assert kept(campaign_id).own_colours is None


def test_what_was_made_readable_is_told(ed: FlaskClient, campaign_id: int) -> None:
    answer = send(ed, campaign_id, "colours", accent="#ffff00", ground="#ffffff")
    shown = colours_of(campaign_id)
    assert f"The accent was made darker, from #ffff00 to {shown['accent']}, so that it stands out" in answer.text
    assert "The ground was made" not in answer.text
    assert f"made darker, from #ffff00 to {shown['accent']}" in ed.get(f"/campaigns/{campaign_id}").text
    answer = send(ed, campaign_id, "colours", accent="#000", ground="#777777")
    assert re.search("The ground was made darker, from #777777 to #[0-9a-f]{6}, so that text on it", answer.text)
    assert "The accent was made lighter, from #000000" in answer.text


def test_the_stylesheet_is_served_for_ever(ed: FlaskClient, client: FlaskClient, campaign_id: int) -> None:
    send(ed, campaign_id, "colours", accent="#ffb84d", ground="#101820")
    first = colours_of(campaign_id)["stylesheet"]
    send(ed, campaign_id, "colours", accent="#ffb84d", ground="#fff8e7")
    second = colours_of(campaign_id)["stylesheet"]
    assert first != second
    for address in (first, second):
        assert re.fullmatch(r"[0-9a-f]{32}\.css", address)
        answer = client.get(f"/art/{address}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/css"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "--ground:#101820" in client.get(f"/art/{first}").text
    assert re.fullmatch(
        r"\.poster,\.languages\{(--[\w-]+:#[0-9a-f]{6};?){4}\}\n\.poster\{(--[\w-]+:[\w.%/() ]+;?)+\}\n",
        client.get(f"/art/{second}").text,
    )


def test_the_same_colours_have_the_same_address(ed: FlaskClient, team_id: int, campaign_id: int) -> None:
    other = make_campaign(team_id, slug="other-drive")
    for each in (campaign_id, other):
        assert send(ed, each, "colours", accent="#ffb84d", ground="#101820").status_code == 200
    assert colours_of(campaign_id) == colours_of(other)


def test_the_artworks_colours_come_back(ed: FlaskClient, campaign_id: int) -> None:
    before = ed.get(f"/campaigns/{campaign_id}/preview").text
    send(ed, campaign_id, "colours", accent="#ffb84d", ground="#101820")
    assert colours_of(campaign_id)["stylesheet"] in ed.get(f"/campaigns/{campaign_id}/preview").text
    # The button sends what stands in the inputs, too.
    answer = send(ed, campaign_id, "colours", accent="#ffb84d", ground="#101820", colours="")
    assert answer.status_code == 200
    assert kept(campaign_id).own_colours is None
    assert 'value="#ffb84d"' not in answer.text
    assert ed.get(f"/campaigns/{campaign_id}/preview").text == before


def test_without_scripts_the_button_saves_what_else_was_typed(ed: FlaskClient, campaign_id: int) -> None:
    send(ed, campaign_id, "colours", accent="#ffb84d", ground="")
    typed = {**GOOD, "title": "Night Bus", "colours": ""}
    assert post(ed, f"/campaigns/{campaign_id}", typed).status_code == 303
    row = kept(campaign_id)
    assert (row.title, row.own_accent, row.words_after) == ("Night Bus", None, "ليلة طويلة")


def test_what_is_not_chosen_follows_the_artwork(ed: FlaskClient, campaign_id: int) -> None:
    send(ed, campaign_id, "colours", accent="", ground="#fff8e7")
    before = colours_of(campaign_id)
    with transaction() as session:
        give_artwork(session.get_one(Campaign, campaign_id), press(make_picture(700, (20, 60, 200))))
    after = colours_of(campaign_id)
    assert after["ground"] == before["ground"] == "#fff8e7"
    assert after["accent"] != before["accent"]
    assert contrast(after["accent"], after["ground"]) >= 4.5


def test_a_page_without_artwork_takes_colours_too(ed: FlaskClient, client: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, slug="no-picture")
    send(ed, campaign_id, "colours", accent="#1db954", ground="")
    own = colours_of(campaign_id)
    assert own["accent"] == "#1db954"
    assert "--hue:141" in client.get(f"/art/{own['stylesheet']}").text
    page = client.get("/no-picture").text
    assert f'<link rel="stylesheet" href="/art/{own["stylesheet"]}">' in page
    assert f'content="{own["ground"]}"' in page


def test_words_keep_their_lines_and_nothing_that_turns_them(ed: FlaskClient, campaign_id: int) -> None:
    send(ed, campaign_id, "words_before", words_before="  One\r\n\r\n\u202etwo \x00 \u2028three 👩‍👩‍👧 ")
    assert kept(campaign_id).words_before == "One\n\ntwo\nthree 👩‍👩‍👧"
    answer = send(ed, campaign_id, "words_before", words_before="\n \u200b\n")
    assert answer.status_code == 200
    assert kept(campaign_id).words_before is None


@pytest.mark.parametrize(
    ("typed", "words"), [("ä" * 281, "At most 280 characters, these are 281"), ("a\n" * 9, "At most 8 lines")]
)
def test_words_have_an_end(ed: FlaskClient, campaign_id: int, typed: str, words: str) -> None:
    answer = send(ed, campaign_id, "words_after", words_after=typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert typed[:270] in answer.text
    assert send(ed, campaign_id, "words_after", words_after="ä" * 280).status_code == 200


def test_links_are_kept_in_their_order(ed: FlaskClient, campaign_id: int) -> None:
    answer = send(ed, campaign_id, "own_links", **{name: GOOD[name] for name in GOOD if name.startswith("link")})
    assert answer.status_code == 200
    assert kept(campaign_id).own_links == [
        {"name": "Merch & more", "url": "https://www.shop.example/merch"},
        {"name": "tickets.example", "url": "https://tickets.example/"},
    ]
    assert 'value="Merch &amp; more"' in answer.text
    send(ed, campaign_id, "own_links", link_url_1="", link_name_1="")
    assert kept(campaign_id).own_links == [{"name": "tickets.example", "url": "https://tickets.example/"}]


@pytest.mark.parametrize(
    ("url", "name", "words"),
    [
        ("http://shop.example/", "", "begins with https://"),
        ("javascript:alert(1)", "", "begins with https://"),
        ("//shop.example", "", "begins with https://"),
        ("https://me:secret@shop.example/", "", "holds a name or a password"),
        ("https://localhost/", "", "does not lead to a public page"),
        ("https://127.0.0.1/", "", "does not lead to a public page"),
        ("https://shop.example:8443/", "", "names a port"),
        ("https://shop.example/" + "x" * 3000, "", "A link has at most"),
        ("", "Merch", "paste its address too"),
        ("https://shop.example/", "x" * 41, "at most 40 characters in its name"),
    ],
)
def test_links_that_cannot_be(ed: FlaskClient, campaign_id: int, url: str, name: str, words: str) -> None:
    answer = send(ed, campaign_id, "own_links", link_url_2=url, link_name_2=name)
    assert answer.status_code == 422
    assert "Link 2: " in answer.text
    assert words in answer.text
    assert kept(campaign_id).own_links is None


def test_the_plain_form_saves_the_look_and_shows_it_again(ed: FlaskClient, campaign_id: int) -> None:
    before = ed.get(f"/campaigns/{campaign_id}").text
    assert '<details class="more look" id="look" >' in before
    answer = post(ed, f"/campaigns/{campaign_id}", GOOD)
    assert answer.status_code == 303
    page = ed.get(answer.headers["Location"]).text
    assert '<details class="more look" id="look" open>' in page
    for words in ('value="#ffb84d"', 'value="#101820"', "Signed copies\n\nin our shop</textarea>", "ليلة طويلة"):
        assert words in page
    assert post(ed, f"/campaigns/{campaign_id}", {"title": "Night Bus"}).status_code == 303
    row = kept(campaign_id)
    assert (row.own_accent, row.words_before) == ("#ffb84d", "Signed copies\n\nin our shop")
    assert len(row.own_links or []) == 2


def test_a_refused_look_stands_open_with_what_was_typed(ed: FlaskClient, campaign_id: int) -> None:
    bad = {**GOOD, "accent": "reddish", "link_url_2": "http://shop.example"}
    answer = post(ed, f"/campaigns/{campaign_id}", bad)
    assert answer.status_code == 422
    assert '<details class="more look" id="look" open>' in answer.text
    assert 'value="reddish"' in answer.text
    assert 'value="http://shop.example"' in answer.text
    assert answer.text.count('class="fault"') == 2
    assert kept(campaign_id).words_before is None


@pytest.mark.parametrize("field", ["colours", "words_before", "words_after", "own_links"])
def test_only_who_may_edit_changes_the_look(
    bob: FlaskClient, charlie: FlaskClient, campaign_id: int, field: str
) -> None:
    assert send(bob, campaign_id, field, **GOOD).status_code == 403
    assert send(charlie, campaign_id, field, **GOOD).status_code == 404
    assert db.session.execute(text("SELECT count(*) FROM own_stylesheet")).scalar_one() == 0


def test_a_viewer_can_change_nothing_of_it(bob: FlaskClient, campaign_id: int) -> None:
    look = bob.get(f"/campaigns/{campaign_id}").text.partition('id="look"')[2].partition("</details>")[0]
    assert "Back to the artwork" not in look
    assert [tag for tag in re.findall(r"<(?:input|textarea)[^>]*>", look) if "disabled" not in tag] == []


def test_a_viewer_reads_no_hints_for_editors(ed: FlaskClient, bob: FlaskClient, campaign_id: int) -> None:
    for hint in ("Below the services, at most", "Begin with the place where"):
        assert hint in ed.get(f"/campaigns/{campaign_id}").text
        assert hint not in bob.get(f"/campaigns/{campaign_id}").text
    assert "As on an envelope" in ed.get("/imprint").text
    assert "As on an envelope" not in bob.get("/imprint").text
