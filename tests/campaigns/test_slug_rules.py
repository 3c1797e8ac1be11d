"""Slugs: reserved words, one campaign each, never given away again, suggested, checked while typing."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from makers import make_campaign, post

from presave_app.campaigns import addresses
from presave_app.campaigns.campaign import add_campaign, get_for_member
from presave_app.campaigns.fields import FieldError
from presave_app.campaigns.models import Campaign
from presave_app.extensions import db
from presave_app.transaction import transaction


@pytest.mark.parametrize("slug", ["sign-in", "campaigns", "art", "healthz", "static", "live", "mine", "admin", "go"])
def test_words_of_the_app_are_refused(ed: FlaskClient, team_id: int, slug: str) -> None:
    campaign_id = make_campaign(team_id, published=False)
    answer = post(ed, f"/campaigns/{campaign_id}/slug", htmx=True, slug=slug)
    assert answer.status_code == 422


def test_a_taken_slug_is_refused(ed: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, slug="first-one")
    second = make_campaign(team_id, slug="second-one", published=False)
    answer = post(ed, f"/campaigns/{second}/slug", htmx=True, slug="first-one")
    assert answer.status_code == 422
    assert "This address is taken" in answer.text
    assert 'value="first-one"' in answer.text


def test_an_old_public_slug_leads_on_and_is_never_given_away(app: Flask, ed: FlaskClient, team_id: int) -> None:
    first = make_campaign(team_id, slug="old-name")
    assert post(ed, f"/campaigns/{first}/slug", htmx=True, slug="new-name").status_code == 200
    answer = app.test_client().get("/old-name")
    assert answer.status_code == 301
    assert answer.headers["Location"] == "/new-name"
    second = make_campaign(team_id, published=False)
    assert post(ed, f"/campaigns/{second}/slug", htmx=True, slug="old-name").status_code == 422
    assert post(ed, f"/campaigns/{first}/slug", htmx=True, slug="old-name").status_code == 200


def test_a_draft_leaves_no_trace_of_its_slugs(ed: FlaskClient, team_id: int) -> None:
    first = make_campaign(team_id, slug="try-one", published=False)
    post(ed, f"/campaigns/{first}/slug", htmx=True, slug="try-two")
    second = make_campaign(team_id, published=False)
    assert post(ed, f"/campaigns/{second}/slug", htmx=True, slug="try-one").status_code == 200


def test_an_unpublished_campaign_keeps_its_slug(ed: FlaskClient, team_id: int) -> None:
    first = make_campaign(team_id, slug="was-public")
    post(ed, f"/campaigns/{first}/unpublish")
    post(ed, f"/campaigns/{first}/slug", htmx=True, slug="elsewhere")
    second = make_campaign(team_id, published=False)
    assert post(ed, f"/campaigns/{second}/slug", htmx=True, slug="was-public").status_code == 422


def test_the_check_while_typing_says_what_saving_would(ed: FlaskClient, team_id: int) -> None:
    make_campaign(team_id, slug="first-one")
    own = make_campaign(team_id, slug="second-one", published=False)
    for slug, words in (
        ("first-one", "This address is taken"),
        ("brand-new", "brand-new is free"),
        ("x", "small letters"),
        ("sign-in", "kept for a page of our own"),
        ("a\x00b", "small letters"),
    ):
        assert words in ed.get(f"/campaigns/{own}/slug-check", query_string={"slug": slug}).text
    assert "is free" not in ed.get(f"/campaigns/{own}/slug-check?slug=second-one").text


def test_a_slug_is_suggested_from_artist_and_title(app: Flask, team_id: int) -> None:
    slugs = [_new_slug(team_id, "Alba Voss", "Night Drive") for _ in range(3)]
    assert slugs == ["alba-voss-night-drive", "alba-voss-night-drive-2", "alba-voss-night-drive-3"]
    assert _new_slug(team_id, "مسافر", "東京") == "new-release"


def test_of_two_who_take_a_slug_at_once_one_gets_it(app: Flask, team_id: int) -> None:
    ids = [make_campaign(team_id, published=False) for _ in range(2)]
    results = _at_once(app, [lambda i=i: _take(i, "wanted-slug") for i in ids])
    assert sorted(results) == ["refused", "taken"]


def test_two_drafts_at_once_get_different_slugs(app: Flask, team_id: int) -> None:
    slugs = _at_once(app, [lambda: _new_slug(team_id, "Alba Voss", "Night Drive")] * 4)
    assert len(set(slugs)) == 4


def test_an_old_slug_is_not_lost_to_a_draft_that_waits(app: Flask, team_id: int) -> None:
    public = make_campaign(team_id, slug="old-name")
    draft = make_campaign(team_id, published=False)
    results = _at_once(app, [lambda: _take(public, "new-name"), lambda: _take(draft, "old-name")])
    assert results.count("taken") == 1
    found = addresses.find_by_slug("old-name")
    assert found is not None
    assert found.id == public


def _new_slug(team_id: int, artist: str, title: str) -> str:
    with transaction():
        return add_campaign(team_id, title=title, artist=artist, kind="album").slug


def _take(campaign_id: int, slug: str) -> str:
    try:
        with transaction() as session:
            addresses.give_slug(session.get_one(Campaign, campaign_id), slug)
    except FieldError:
        return "refused"
    return "taken"


def _at_once(app: Flask, steps: list[Callable[[], str]]) -> list[str]:
    """Run the steps side by side, each on a connection of its own."""
    barrier = threading.Barrier(len(steps))
    results: list[str] = []

    def run(step: Callable[[], str]) -> None:
        with app.app_context():
            barrier.wait()
            results.append(step())
            db.session.remove()

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_loader_locks_what_is_edited(app: Flask, team_id: int) -> None:
    campaign_id = make_campaign(team_id)
    with transaction():
        campaign, _ = get_for_member(campaign_id, 1, to_edit=True)
        with db.engine.connect() as other, pytest.raises(Exception, match="could not obtain lock"):
            other.exec_driver_sql(f"SELECT 1 FROM campaign WHERE id = {campaign.id} FOR NO KEY UPDATE NOWAIT")
