"""Two people in one campaign: nobody overwrites what they have not seen, and nothing that was typed is lost."""

from __future__ import annotations

import html
import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from makers import csrf_of, make_campaign, make_picture, post
from sqlalchemy import text

from presave_app.campaigns.changes import note
from presave_app.extensions import db
from presave_app.transaction import transaction

_INPUT = re.compile(r'<input[^>]*\bname="(?P<name>[^"]+)"[^>]*>', re.DOTALL)


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id, published=False)


def form_of(page: str) -> dict[str, str]:
    """What a browser sends of the form when nothing is typed."""
    form = page.split('id="campaign-form"', 1)[1].split("</form>", 1)[0]
    sent: dict[str, str] = {}
    for found in _INPUT.finditer(form):
        value = re.search(r'value="([^"]*)"', found[0])
        sent[found["name"]] = html.unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        sent[name] = re.findall(r'<option value="([^"]*)" selected', options)[0]
    for name, words in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        sent[name] = html.unescape(words)
    sent.pop("csrf_token")
    return sent


def shown_to(client: FlaskClient, campaign_id: int) -> dict[str, str]:
    return form_of(client.get(f"/campaigns/{campaign_id}").text)


def news_of(page: str) -> str:
    """Where an open editor asks what is new since that page or that answer."""
    return html.unescape(re.search(r'hx-get="([^"]*/news[^"]*)"', page)[1])  # type: ignore[index]


def row_of(campaign_id: int) -> dict[str, object]:
    db.session.rollback()
    return dict(db.session.execute(text("SELECT * FROM campaign WHERE id = :id"), {"id": campaign_id}).mappings().one())


def test_who_comes_second_sees_both_versions(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    mine = shown_to(ed, campaign_id)
    hers = shown_to(alice, campaign_id)
    path = f"/campaigns/{campaign_id}/title"
    assert post(alice, path, {**hers, "title": "Harbour"}, htmx=True).status_code == 200
    second = post(ed, path, {**mine, "title": "Seven Rivers"}, htmx=True)
    assert second.status_code == 422
    assert 'value="Seven Rivers"' in second.text
    assert "alice@alba.example changed this to “Harbour” just now." in second.text
    assert row_of(campaign_id)["title"] == "Harbour"
    again = post(ed, path, {**mine, "title": "Seven Rivers!"}, htmx=True)
    assert again.status_code == 422, "typing on is no answer"


def test_use_mine_puts_it_over_theirs_and_keep_theirs_gives_it_up(
    ed: FlaskClient, alice: FlaskClient, campaign_id: int
) -> None:
    mine = shown_to(ed, campaign_id)
    path = f"/campaigns/{campaign_id}/title"
    post(alice, path, {"title": "Harbour"}, htmx=True)
    second = post(ed, path, {**mine, "title": "Rivers"}, htmx=True).text
    over = second.split('name="over-title"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    kept = post(ed, path, {**mine, "title": "Rivers", "keep-title": "1"}, htmx=True)
    assert kept.status_code == 200
    assert 'value="Harbour"' in kept.text
    assert post(ed, path, {**mine, "title": "Rivers", "over-title": over}, htmx=True).status_code == 200
    assert row_of(campaign_id)["title"] == "Rivers"
    third = post(ed, path, {**mine, "title": "Seas", "over-title": over}, htmx=True)
    assert third.status_code == 422, "what was seen is not what is there by now"


def test_the_same_words_from_both_are_no_collision(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    mine = shown_to(ed, campaign_id)
    path = f"/campaigns/{campaign_id}/title"
    post(alice, path, {"title": "Harbour"}, htmx=True)
    assert post(ed, path, {**mine, "title": " Harbour "}, htmx=True).status_code == 200


def test_a_whole_form_leaves_alone_what_was_left_alone_in_it(
    ed: FlaskClient, alice: FlaskClient, campaign_id: int
) -> None:
    mine = shown_to(ed, campaign_id)
    words = {"words_before": "One\r\nTwo", "title": "Harbour", "upc": "036000291452"}
    post(alice, f"/campaigns/{campaign_id}", words)
    answer = post(ed, f"/campaigns/{campaign_id}", {**mine, "artist": "Mo"})
    assert answer.status_code == 303
    row = row_of(campaign_id)
    assert (row["title"], row["artist"], row["upc"]) == ("Harbour", "Mo", "036000291452")
    assert row["words_before"] == "One\nTwo"


def test_a_whole_form_that_collides_saves_nothing_and_keeps_every_word(
    ed: FlaskClient, alice: FlaskClient, campaign_id: int
) -> None:
    mine = shown_to(ed, campaign_id)
    post(alice, f"/campaigns/{campaign_id}", {"title": "Harbour", "kind": "ep"})
    answer = post(ed, f"/campaigns/{campaign_id}", {**mine, "title": "Rivers", "artist": "Mo"})
    assert answer.status_code == 422
    assert answer.text.count("changed this to") == 1
    sent = form_of(answer.text)
    assert (sent["title"], sent["artist"], sent["kind"]) == ("Rivers", "Mo", "ep")
    assert row_of(campaign_id)["artist"] == "Alba Voss"
    over = answer.text.split('name="over-title"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    assert post(ed, f"/campaigns/{campaign_id}", {**sent, "over-title": over}).status_code == 303
    row = row_of(campaign_id)
    assert (row["title"], row["artist"], row["kind"]) == ("Rivers", "Mo", "ep")


def test_the_release_moment_collides_as_a_whole(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    mine = shown_to(ed, campaign_id)
    post(alice, f"/campaigns/{campaign_id}/release", {"time_zone": "Europe/Berlin"}, htmx=True)
    answer = post(ed, f"/campaigns/{campaign_id}/release", {**mine, "release_time": "18:00"}, htmx=True)
    assert answer.status_code == 422
    assert "(Berlin), one moment everywhere” just now" in answer.text


def test_an_open_editor_hears_of_what_others_changed(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    page = ed.get(f"/campaigns/{campaign_id}").text
    path = news_of(page)
    assert ed.get(path, headers={"HX-Request": "true"}).status_code == 204
    post(alice, f"/campaigns/{campaign_id}/title", {"title": "Harbour"}, htmx=True)
    answer = ed.get(path, headers={"HX-Request": "true"}).text
    assert 'value="Harbour"' in answer
    assert 'id="field-artist"' not in answer
    assert "alice@alba.example changed Title." in answer
    assert ed.get(news_of(answer), headers={"HX-Request": "true"}).status_code == 204


def test_whoever_was_away_for_long_hears_of_the_newest_changes(
    ed: FlaskClient, alice: FlaskClient, campaign_id: int
) -> None:
    path = news_of(ed.get(f"/campaigns/{campaign_id}").text)
    with transaction():
        for number in range(45):
            note("the command line", "retry", campaign_id=campaign_id, after={"fans": str(number), "which": "all"})
    post(alice, f"/campaigns/{campaign_id}/title", {"title": "Harbour"}, htmx=True)
    answer = ed.get(path, headers={"HX-Request": "true"}).text
    assert 'value="Harbour"' in answer
    assert "had 44 pre-saves tried again (all). alice@alba.example changed Title.</bdi>" in answer
    assert "had 4 pre-saves" not in answer
    assert ed.get(news_of(answer), headers={"HX-Request": "true"}).status_code == 204


@pytest.mark.parametrize(
    ("field", "text_of_it"),
    [("link", "https://shop.alba.example/x"), ("target-spotify", "spotify:album:4aawyAB9vmqN3uQ7FjRGTy"), ("upc", "")],
)
def test_what_may_change_the_links_brings_their_list(
    ed: FlaskClient, alice: FlaskClient, campaign_id: int, field: str, text_of_it: str
) -> None:
    path = news_of(ed.get(f"/campaigns/{campaign_id}").text)
    post(alice, f"/campaigns/{campaign_id}/{field}", {field: text_of_it}, htmx=True)
    answer = ed.get(path, headers={"HX-Request": "true"}).text
    assert 'id="links"' in answer
    assert 'id="field-link"' not in answer, "the box beside it is never touched"


def test_parts_beside_the_fields_are_brought_too(
    ed: FlaskClient, alice: FlaskClient, team_id: int, campaign_id: int
) -> None:
    other, base = make_campaign(team_id, title="Second"), f"/campaigns/{campaign_id}"
    seen = ed.get(base).text

    def brought() -> list[str]:
        nonlocal seen
        seen = ed.get(news_of(seen), headers={"HX-Request": "true"}).text
        return [part for part in ("artwork", "rollout", "sources") if f'id="{part}"' in seen]

    post(alice, f"{base}/sources", {"name": "Poster"}, htmx=True)
    assert brought() == ["sources"]
    assert "Link for Poster" in seen
    post(alice, f"{base}/rollout/add", {"release": str(other)}, htmx=True)
    assert brought() == ["rollout"]
    assert "Take out Second" in seen
    data = {"artwork": (io.BytesIO(make_picture()), "a.jpg"), "csrf_token": csrf_of(alice)}
    alice.post(f"{base}/artwork", data=data, headers={"HX-Request": "true"})
    assert brought() == ["artwork"]
    assert "/art/" in seen
    post(alice, f"{base}/slug", {"slug": "harbour"}, htmx=True)
    assert brought() == ["sources"]
    assert "/harbour?src=poster" in seen
    post(alice, f"{base}/upc", {"upc": ""}, htmx=True)
    assert brought() == []


def test_of_two_at_the_very_same_moment_one_is_asked(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    path, start = f"/campaigns/{campaign_id}/title", threading.Barrier(2)

    def send(client: FlaskClient, title: str) -> int:
        sent = {**shown_to(client, campaign_id), "title": title, "csrf_token": csrf_of(client)}
        start.wait(timeout=30)
        return client.post(path, data=sent, headers={"HX-Request": "true"}).status_code

    with ThreadPoolExecutor(2) as both:
        answers = [both.submit(send, ed, "Rivers"), both.submit(send, alice, "Harbour")]
        statuses = [answer.result() for answer in answers]
    assert sorted(statuses) == [200, 422]
    winner = "Rivers" if statuses[0] == 200 else "Harbour"
    assert row_of(campaign_id)["title"] == winner


def test_strangers_hear_nothing(charlie: FlaskClient, campaign_id: int) -> None:
    assert charlie.get(f"/campaigns/{campaign_id}/news").status_code == 404
