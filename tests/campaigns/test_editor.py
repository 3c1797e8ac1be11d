"""The editor: each field saves itself and says so; the plain form saves all of them, or none and keeps every word."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from makers import SPOTIFY_URI, make_campaign, move_campaign, post
from sqlalchemy import text
from werkzeug.test import TestResponse

from presave_app.extensions import db
from presave_app.transaction import transaction

GOOD = {
    "title": "Harbour Lights",
    "artist": "Mo & the Rest",
    "kind": "ep",
    "slug": "harbour-lights",
    "upc": "036000291452",
    "release_date": "2027-05-14",
    "release_time": "18:00",
    "time_zone": "Europe/Berlin",
    "target-spotify": "https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy",
}
BAD = {
    "title": "",
    "artist": "x" * 300,
    "kind": "opera",
    "slug": "Ab",
    "upc": "036000291453",
    "release": {"release_date": "2020-01-01", "release_time": "00:00", "time_zone": "UTC"},
    "target-spotify": "my album",
}


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id, published=False)


@pytest.mark.parametrize("name", ["title", "artist", "kind", "slug", "upc", "target-spotify"])
def test_a_field_saves_itself(ed: FlaskClient, campaign_id: int, name: str) -> None:
    answer = _send(ed, f"/campaigns/{campaign_id}/{name}", {name: GOOD[name]}, htmx=True)
    assert answer.status_code == 200
    assert answer.text.count(f'id="field-{name}"') == 1
    assert '<p class="saved">Saved</p>' in answer.text
    assert json.loads(answer.headers["HX-Trigger"]) == {"campaign-changed": True}
    assert answer.headers["Vary"].startswith("HX-Request")
    assert "<html" not in answer.text


@pytest.mark.parametrize("name", list(BAD))
def test_a_field_shows_its_own_error(ed: FlaskClient, campaign_id: int, name: str) -> None:
    typed = BAD[name] if isinstance(BAD[name], dict) else {name: BAD[name]}
    assert isinstance(typed, dict)
    before = _row(campaign_id)
    answer = _send(ed, f"/campaigns/{campaign_id}/{name}", typed, htmx=True)
    assert answer.status_code == 422
    assert 'class="fault"' in answer.text
    assert "HX-Trigger" not in answer.headers
    for words in typed.values():
        assert f'value="{words}"' in answer.text or name == "kind"
    assert _row(campaign_id) == before


def test_the_release_moment_is_one_field(ed: FlaskClient, campaign_id: int) -> None:
    names = ("release_date", "release_time", "time_zone")
    answer = _send(ed, f"/campaigns/{campaign_id}/release", {name: GOOD[name] for name in names}, htmx=True)
    assert answer.status_code == 200
    row = _row(campaign_id)
    assert str(row["release_at"]) == "2027-05-14 16:00:00+00:00"
    assert str(row["release_wall"]) == "2027-05-14 18:00:00"
    assert row["time_zone"] == "Europe/Berlin"


def test_whose_clock_counts_says_what_it_means(ed: FlaskClient, campaign_id: int) -> None:
    names = ("release_date", "release_time", "time_zone")
    typed = {name: GOOD[name] for name in names}
    answer = _send(ed, f"/campaigns/{campaign_id}/release", {**typed, "clock": "local"}, htmx=True)
    assert '<option value="local" selected>' in answer.text
    assert "when clocks show 18:00 where a fan is" in answer.text
    assert "First fans on Friday, 14 May 2027, 06:00 (Berlin)" in answer.text
    assert "last on Saturday, 15 May 2027, 08:00 (Berlin)" in answer.text
    assert "18:00 for each fan" in ed.get(f"/campaigns/{campaign_id}/heading").text
    answer = _send(ed, f"/campaigns/{campaign_id}/release", {"clock": "everywhere"}, htmx=True)
    assert "for all fans at once" in answer.text
    refused = _send(ed, f"/campaigns/{campaign_id}/release", {"clock": "sundial"}, htmx=True)
    assert refused.status_code == 422
    assert _row(campaign_id)["clock"] == "everywhere"


def test_a_pasted_link_becomes_the_services_own_name(ed: FlaskClient, campaign_id: int) -> None:
    answer = _send(
        ed, f"/campaigns/{campaign_id}/target-spotify", {"target-spotify": GOOD["target-spotify"]}, htmx=True
    )
    assert 'value="spotify:album:4aawyAB9vmqN3uQ7FjRGTy"' in answer.text


def test_the_plain_form_saves_every_field(ed: FlaskClient, campaign_id: int) -> None:
    answer = _send(ed, f"/campaigns/{campaign_id}", GOOD)
    assert answer.status_code == 303
    page = ed.get(answer.headers["Location"]).text
    for words in ("Harbour Lights", "harbour-lights", "036000291452", "2027-05-14", "18:00", "Europe/Berlin"):
        assert f'value="{words}"' in page
    assert "Mo &amp; the Rest" in page
    assert '<option value="ep" selected>' in page


def test_the_plain_form_loses_nothing_of_what_was_typed(ed: FlaskClient, campaign_id: int) -> None:
    typed: dict[str, str] = {}
    for name, words in BAD.items():
        typed |= words if isinstance(words, dict) else {name: words}
    before = _row(campaign_id)
    answer = _send(ed, f"/campaigns/{campaign_id}", {**GOOD, **typed, "title": "Kept Title"})
    assert answer.status_code == 422
    assert answer.text.count('class="fault"') == len(BAD) - 1
    for words in ("Kept Title", "Ab", "036000291453", "2020-01-01", "my album", "x" * 300):
        assert f'value="{words}"' in answer.text
    assert "Nothing was saved" in answer.text
    assert _row(campaign_id) == before


def test_one_field_as_a_plain_form_comes_back_to_the_page(ed: FlaskClient, campaign_id: int) -> None:
    saved = _send(ed, f"/campaigns/{campaign_id}/title", {"title": "New"})
    assert saved.headers["Location"] == f"/campaigns/{campaign_id}?done=saved"
    assert '<p class="banner" role="status"' in ed.get(saved.headers["Location"]).text
    refused = _send(ed, f"/campaigns/{campaign_id}/upc", {"upc": "123"})
    assert refused.status_code == 422
    assert "<html" in refused.text
    assert 'value="123"' in refused.text


def test_fields_that_were_not_sent_stay(ed: FlaskClient, campaign_id: int) -> None:
    _send(ed, f"/campaigns/{campaign_id}", {"artist": "Somebody Else"})
    row = _row(campaign_id)
    assert (row["title"], row["artist"], row["upc"]) == ("Night Drive", "Somebody Else", "00602445868162")


def test_the_preview_follows(ed: FlaskClient, campaign_id: int) -> None:
    _send(ed, f"/campaigns/{campaign_id}/title", {"title": "Seven Rivers"}, htmx=True)
    for part in ("preview", "heading"):
        answer = ed.get(f"/campaigns/{campaign_id}/{part}", headers={"HX-Request": "true"})
        assert "Seven Rivers" in answer.text
        assert 'hx-trigger="campaign-changed from:body"' in answer.text
        assert "<html" not in answer.text


def test_what_is_typed_is_never_markup(ed: FlaskClient, campaign_id: int) -> None:
    _send(ed, f"/campaigns/{campaign_id}/title", {"title": '"><script>alert(1)</script>'}, htmx=True)
    page = ed.get(f"/campaigns/{campaign_id}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_release_that_is_out_can_still_be_edited(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id, release_in=timedelta(days=-3))
    shown = {name: _value_of(ed.get(f"/campaigns/{campaign_id}").text, name) for name in GOOD if name != "kind"}
    answer = _send(ed, f"/campaigns/{campaign_id}", {**shown, "title": "Night Drive (Deluxe)"})
    assert answer.status_code == 303
    assert _row(campaign_id)["title"] == "Night Drive (Deluxe)"


def test_a_public_release_keeps_a_moment(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    answer = _send(ed, f"/campaigns/{campaign_id}/release", {"release_date": ""}, htmx=True)
    assert answer.status_code == 422
    assert "its release needs a moment" in answer.text


def test_a_distant_release_says_when_pre_saves_open(ed: FlaskClient, campaign_id: int) -> None:
    move_campaign(campaign_id, timedelta(days=300))
    page = ed.get(f"/campaigns/{campaign_id}").text
    assert "permission for 181 days" in page
    move_campaign(campaign_id, timedelta(days=30))
    assert "permission for 181 days" not in ed.get(f"/campaigns/{campaign_id}").text


def test_a_new_name_on_a_service_is_looked_for_afresh(ed: FlaskClient, campaign_id: int) -> None:
    _mark_found(campaign_id)
    _send(ed, f"/campaigns/{campaign_id}/target-spotify", {"target-spotify": SPOTIFY_URI}, htmx=True)
    assert _target(campaign_id)["found_at"] is not None
    _send(ed, f"/campaigns/{campaign_id}/target-spotify", {"target-spotify": GOOD["target-spotify"]}, htmx=True)
    target = _target(campaign_id)
    assert (target["found_at"], target["looked_at"], target["looks"]) == (None, None, 0)


def test_without_a_link_the_upc_is_enough(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    assert _send(ed, f"/campaigns/{campaign_id}/target-spotify", {"target-spotify": ""}, htmx=True).status_code == 200
    assert _target(campaign_id)["ref"] is None
    last = _send(ed, f"/campaigns/{campaign_id}/upc", {"upc": ""}, htmx=True)
    assert last.status_code == 422
    assert "needs a link on a service or a UPC" in last.text
    assert _target(campaign_id)["ref"] is None


def test_moving_the_release_moves_what_fans_wait_for(ed: FlaskClient, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    _add_pre_save(campaign_id)
    values = {"release_date": "2027-01-15", "release_time": "00:00", "time_zone": "UTC"}
    assert _send(ed, f"/campaigns/{campaign_id}/release", values, htmx=True).status_code == 200
    due = db.session.execute(text("SELECT due_at FROM pre_save")).scalar_one()
    assert str(due) == "2027-01-15 00:00:00+00:00"


def test_an_error_for_htmx_is_a_line_and_not_a_page(ed: FlaskClient, team_id: int) -> None:
    answer = ed.get("/campaigns/99999", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.text.strip().startswith('<p class="toast" id="error"')


def test_the_first_button_of_the_form_saves(ed: FlaskClient, campaign_id: int) -> None:
    page = ed.get(f"/campaigns/{campaign_id}").text
    assert page.index(">Save</button>") < page.index(">Publish</button>")


def _send(client: FlaskClient, path: str, data: dict[str, str], htmx: bool = False) -> TestResponse:
    return post(client, path, data, htmx=htmx)


def _value_of(page: str, name: str) -> str:
    return page.split(f'name="{name}"', 1)[1].split('value="', 1)[1].split('"', 1)[0]


def _row(campaign_id: int) -> dict[str, object]:
    db.session.rollback()
    row = db.session.execute(text("SELECT * FROM campaign WHERE id = :id"), {"id": campaign_id}).mappings().one()
    return dict(row)


def _target(campaign_id: int) -> dict[str, object]:
    db.session.rollback()
    found = db.session.execute(text("SELECT * FROM target WHERE campaign_id = :id"), {"id": campaign_id})
    return dict(found.mappings().one())


def _mark_found(campaign_id: int) -> None:
    with transaction() as session:
        session.execute(
            text("UPDATE target SET found_at = now(), looked_at = now(), looks = 3 WHERE campaign_id = :id"),
            {"id": campaign_id},
        )


def _add_pre_save(campaign_id: int) -> None:
    with transaction() as session:
        session.execute(
            text("""
            WITH c AS (
                INSERT INTO consent (id, campaign_id, service, wording_version, wording, language, actions, scopes)
                VALUES (gen_random_uuid(), :id, 'spotify', '1', 'words', 'en', '[]', '{}') RETURNING id
            ), g AS (
                INSERT INTO fan_grant (id, service, account_key, scopes, granted_at)
                VALUES (gen_random_uuid(), 'spotify', 'fay', '{}', now()) RETURNING id
            )
            INSERT INTO pre_save
                (id, campaign_id, service, account_key, consent_id, grant_id, next_at, due_at, mine_hash)
            SELECT gen_random_uuid(), :id, 'spotify', 'fay', c.id, g.id, k.release_at, k.release_at, 'hash'
            FROM c, g, campaign k WHERE k.id = :id
        """),
            {"id": campaign_id},
        )
