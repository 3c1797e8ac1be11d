"""The words of a page in further languages: each language is a field of the editor like any other."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from makers import make_campaign, post
from werkzeug.test import TestResponse

from presave_app.campaigns.changes import last_of
from presave_app.campaigns.duplicates import duplicate
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.transaction import transaction

GERMAN = {"words-de-before": "Signierte\r\n\r\nPlatten", "words-de-after": "Jetzt auf Vinyl"}
KEPT = {"de": {"before": "Signierte\n\nPlatten", "after": "Jetzt auf Vinyl"}}


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id, published=False)


def send(client: FlaskClient, campaign_id: int, field: str, **typed: str) -> TestResponse:
    return post(client, f"/campaigns/{campaign_id}/{field}", typed, htmx=True)


def kept(campaign_id: int) -> dict[str, Any] | None:
    db.session.rollback()
    return db.session.get_one(Campaign, campaign_id).words_by_language


def undo(client: FlaskClient, campaign_id: int, field: str) -> TestResponse:
    db.session.rollback()
    last = last_of(campaign_id, field)
    assert last is not None
    return post(client, f"/campaigns/{campaign_id}/history/{last.id}/undo", htmx=True)


def test_a_language_saves_itself_and_leaves_the_others_alone(ed: FlaskClient, campaign_id: int) -> None:
    answer = send(ed, campaign_id, "words-de", **GERMAN)
    assert answer.status_code == 200
    assert '<p class="saved">Saved</p>' in answer.text
    assert kept(campaign_id) == KEPT
    send(ed, campaign_id, "words-ar", **{"words-ar-before": "نسخ موقعة", "words-ar-after": " "})
    assert kept(campaign_id) == {**KEPT, "ar": {"before": "نسخ موقعة"}}
    send(ed, campaign_id, "words-de", **{"words-de-before": "", "words-de-after": ""})
    assert kept(campaign_id) == {"ar": {"before": "نسخ موقعة"}}
    send(ed, campaign_id, "words-ar", **{"words-ar-before": ""})
    assert kept(campaign_id) is None


def test_too_many_words_are_refused_with_their_side_and_stay_typed(ed: FlaskClient, campaign_id: int) -> None:
    typed = {"words-de-before": "Bald", "words-de-after": "x" * 281}
    answer = send(ed, campaign_id, "words-de", **typed)
    assert answer.status_code == 422
    assert "After the release: At most 280 characters, these are 281." in answer.text
    assert "x" * 281 in answer.text
    plain = post(ed, f"/campaigns/{campaign_id}", typed)
    assert plain.status_code == 422
    assert "x" * 281 in plain.text
    assert '<details class="more" id="in-de" open>' in plain.text
    assert kept(campaign_id) is None


def test_a_language_that_we_do_not_speak_is_no_field(ed: FlaskClient, campaign_id: int) -> None:
    assert send(ed, campaign_id, "words-xx", **{"words-xx-before": "Soon"}).status_code == 404


def test_without_htmx_the_whole_form_saves_them_and_shows_what_is_written(ed: FlaskClient, campaign_id: int) -> None:
    before = ed.get(f"/campaigns/{campaign_id}").text
    assert '<details class="more language-words" id="language-words" >' in before
    assert post(ed, f"/campaigns/{campaign_id}", GERMAN).status_code == 303
    page = ed.get(f"/campaigns/{campaign_id}").text
    assert kept(campaign_id) == KEPT
    for opened in (
        'class="more look" id="look"',
        'class="more language-words" id="language-words"',
        'class="more" id="in-de"',
    ):
        assert f"<details {opened} open>" in page
    assert '<details class="more" id="in-fr" >' in page
    assert "Signierte\n\nPlatten</textarea>" in page


def test_they_are_undone_and_stand_in_the_history(ed: FlaskClient, campaign_id: int) -> None:
    send(ed, campaign_id, "words-de", **GERMAN)
    page = ed.get(f"/campaigns/{campaign_id}/history").text
    assert "changed Words in German" in page
    assert "before the release: Signierte / Platten, after the release: Jetzt auf Vinyl" in page
    assert undo(ed, campaign_id, "words-de").status_code == 200
    assert kept(campaign_id) is None
    assert undo(ed, campaign_id, "words-de").status_code == 200
    assert kept(campaign_id) == KEPT


def test_two_people_at_one_language_see_both_versions(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    page = ed.get(f"/campaigns/{campaign_id}").text
    mark = page.split('name="shown-words-de" value="', 1)[1].split('"', 1)[0]
    send(alice, campaign_id, "words-de", **GERMAN)
    assert send(ed, campaign_id, "words-fr", **{"words-fr-before": "Bientôt"}).status_code == 200
    second = send(ed, campaign_id, "words-de", **{"words-de-before": "Bald", "shown-words-de": mark})
    assert second.status_code == 422
    assert "alice@alba.example changed this to “before the release: Signierte / Platten" in second.text
    assert "Bald</textarea>" in second.text
    assert kept(campaign_id) == {**KEPT, "fr": {"before": "Bientôt"}}


def test_a_copy_takes_them_over(ed: FlaskClient, campaign_id: int) -> None:
    send(ed, campaign_id, "words-de", **GERMAN)
    with transaction() as session:
        copy = duplicate(session.get_one(Campaign, campaign_id)).id
    assert kept(copy) == KEPT
