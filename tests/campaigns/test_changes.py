"""Who changed what: a line for every way to change a campaign, and every line of a field can be taken back."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from makers import csrf_of, make_campaign, make_picture, post, write_campaign_file
from sqlalchemy import text

from presave_app.campaigns.changes import note
from presave_app.extensions import db
from presave_app.transaction import transaction

LINK = "https://music.amazon.com/albums/B0CXYZ1234"


@pytest.fixture
def campaign_id(team_id: int) -> int:
    return make_campaign(team_id)


def acts_of(campaign_id: int) -> list[tuple[str, str | None]]:
    db.session.rollback()
    rows = db.session.execute(
        text("SELECT act, field FROM change WHERE campaign_id = :id ORDER BY id"), {"id": campaign_id}
    )
    return [(row.act, row.field) for row in rows]


def last_change(campaign_id: int) -> int:
    db.session.rollback()
    return db.session.execute(
        text("SELECT max(id) FROM change WHERE campaign_id = :id"), {"id": campaign_id}
    ).scalar_one()


def title_of(campaign_id: int) -> str:
    db.session.rollback()
    return db.session.execute(text("SELECT title FROM campaign WHERE id = :id"), {"id": campaign_id}).scalar_one()


def test_a_saved_field_is_written_down_with_both_texts(ed: FlaskClient, campaign_id: int) -> None:
    post(ed, f"/campaigns/{campaign_id}/title", {"title": "Seven Rivers"}, htmx=True)
    row = db.session.execute(text("SELECT * FROM change")).mappings().one()
    assert (row["act"], row["field"]) == ("field", "title")
    assert (row["before"], row["after"]) == ({"title": "Night Drive"}, {"title": "Seven Rivers"})
    assert row["member_id"] is not None
    page = ed.get(f"/campaigns/{campaign_id}/history").text
    assert "Seven Rivers" in page
    assert ">You</bdi> changed Title" in page


def test_what_stays_the_same_or_is_refused_is_no_line(ed: FlaskClient, campaign_id: int) -> None:
    post(ed, f"/campaigns/{campaign_id}/title", {"title": "Night Drive"}, htmx=True)
    post(ed, f"/campaigns/{campaign_id}/title", {"title": ""}, htmx=True)
    post(ed, f"/campaigns/{campaign_id}", {"title": "Other", "kind": "opera"})
    assert acts_of(campaign_id) == []


def test_the_whole_form_writes_one_line_for_each_field(ed: FlaskClient, campaign_id: int) -> None:
    post(ed, f"/campaigns/{campaign_id}", {"title": "Other", "kind": "ep", "artist": "Alba Voss"})
    assert acts_of(campaign_id) == [("field", "title"), ("field", "kind")]


def test_every_other_act_is_written_down(ed: FlaskClient, campaign_id: int) -> None:
    base = f"/campaigns/{campaign_id}"
    post(ed, f"{base}/unpublish")
    post(ed, f"{base}/unpublish")
    post(ed, f"{base}/publish")
    data = {"artwork": (io.BytesIO(make_picture()), "a.jpg"), "csrf_token": csrf_of(ed)}
    ed.post(f"{base}/artwork", data=data, headers={"HX-Request": "true"})
    post(ed, f"{base}/link", {"link": LINK}, htmx=True)
    for act in ("hold", "hold", "resume", "retry"):
        post(ed, f"{base}/release/{act}")
    told = [("unpublish", None), ("publish", None), ("artwork", None), ("field", "links")]
    assert acts_of(campaign_id) == [*told, ("hold", None), ("resume", None), ("retry", None)]
    page = ed.get(f"{base}/history").text
    for words in ("took the page down; pre-saves kept: 0", "put the adds on hold", LINK):
        assert words in page


def test_a_new_draft_begins_its_history(ed: FlaskClient) -> None:
    answer = post(ed, "/campaigns", {"title": "Tides", "artist": "Mo", "kind": "ep"})
    campaign_id = int(answer.headers["Location"].split("/")[2].split("?")[0])
    assert acts_of(campaign_id) == [("create", None)]


def test_the_command_line_is_named(app: Flask, ed: FlaskClient, tmp_path: Path, campaign_id: int) -> None:
    run = app.test_cli_runner().invoke
    slug = db.session.execute(text("SELECT slug FROM campaign")).scalar_one()
    assert run(args=["release", "hold", slug]).exit_code == 0
    assert acts_of(campaign_id) == [("hold", None)]
    assert ">The command line</bdi> put the adds on hold" in ed.get(f"/campaigns/{campaign_id}/history").text
    path = write_campaign_file(tmp_path, '{"title": "Tides", "artist": "Mo", "slug": "tides"}')
    assert run(args=["campaigns", "create", str(path), "--team", "alba-records"]).exit_code == 0
    db.session.rollback()
    made = db.session.execute(text("SELECT by, act FROM change ORDER BY id DESC LIMIT 1")).one()
    assert tuple(made) == ("the command line", "create")


def test_saved_comes_with_undo_and_undo_with_redo(ed: FlaskClient, campaign_id: int) -> None:
    saved = post(ed, f"/campaigns/{campaign_id}/title", {"title": "Seven Rivers"}, htmx=True)
    undo = f"/campaigns/{campaign_id}/history/{last_change(campaign_id)}/undo"
    assert f'hx-post="{undo}"' in saved.text
    back = post(ed, undo, htmx=True)
    assert 'value="Night Drive"' in back.text
    assert "Put back" in back.text
    assert title_of(campaign_id) == "Night Drive"
    redo = f"/campaigns/{campaign_id}/history/{last_change(campaign_id)}/undo"
    assert f'hx-post="{redo}"' in back.text
    assert post(ed, redo, htmx=True).status_code == 200
    assert title_of(campaign_id) == "Seven Rivers"


def type_on(client: FlaskClient, campaign_id: int, *titles: str) -> str:
    """Save a title as it grows; returns the last answer."""
    return [post(client, f"/campaigns/{campaign_id}/title", {"title": each}, htmx=True).text for each in titles][-1]


def titles_of(campaign_id: int) -> list[tuple[str, str]]:
    """What the history keeps of the title: before and after, the oldest first."""
    db.session.rollback()
    wanted = (
        "SELECT before->>'title', after->>'title' FROM change WHERE campaign_id = :id AND field = 'title' ORDER BY id"
    )
    return [tuple(row) for row in db.session.execute(text(wanted), {"id": campaign_id})]


def let_pass(seconds: int) -> None:
    """Let everything in the history be older."""
    with transaction() as session:
        session.execute(text("UPDATE change SET at = at - make_interval(secs => :s)"), {"s": seconds})


def test_undo_takes_back_all_that_was_typed_with_pauses(ed: FlaskClient, campaign_id: int) -> None:
    first = type_on(ed, campaign_id, "Harbour L")
    half = last_change(campaign_id)
    saved = type_on(ed, campaign_id, "Harbour Li", "Harbour Lights")
    assert titles_of(campaign_id) == [("Night Drive", "Harbour Lights")]
    assert last_change(campaign_id) > half, "open editors hear of it"
    assert ">Undo</button>" in saved
    back = post(ed, f"/campaigns/{campaign_id}/history/{last_change(campaign_id)}/undo", htmx=True)
    assert 'value="Night Drive"' in back.text
    assert ">Redo</button>" in back.text
    assert f"history/{half}/undo" in first
    refused = post(ed, f"/campaigns/{campaign_id}/history/{half}/undo", {"field": "title"}, htmx=True)
    assert refused.status_code == 422, "what was put back is not put back again by a press that comes late"


def test_undo_that_was_pressed_while_more_was_saved_takes_back_all(ed: FlaskClient, campaign_id: int) -> None:
    type_on(ed, campaign_id, "Harbour L")
    half = last_change(campaign_id)
    type_on(ed, campaign_id, "Harbour Lights")
    undo = f"/campaigns/{campaign_id}/history/{half}/undo"
    late = post(ed, undo, {"field": "title", "from_history": "1"})
    assert late.status_code == 422
    assert "Title has been changed again since" in late.text
    assert post(ed, undo, htmx=True).status_code == 404
    assert post(ed, undo, {"field": "title"}, htmx=True).status_code == 200
    assert title_of(campaign_id) == "Night Drive"


def test_what_a_colleague_types_on_is_not_taken_back_unseen(
    ed: FlaskClient, alice: FlaskClient, campaign_id: int
) -> None:
    type_on(alice, campaign_id, "Harbour L")
    half = last_change(campaign_id)
    type_on(alice, campaign_id, "Harbour Lights")
    undo = f"/campaigns/{campaign_id}/history/{half}/undo"
    assert post(ed, undo, {"field": "title"}, htmx=True).status_code == 422
    assert title_of(campaign_id) == "Harbour Lights"


def test_a_pause_somebody_else_or_an_undo_begins_a_line_of_its_own(
    ed: FlaskClient, alice: FlaskClient, campaign_id: int
) -> None:
    type_on(ed, campaign_id, "A")
    let_pass(61)
    type_on(ed, campaign_id, "B")
    type_on(alice, campaign_id, "C")
    type_on(ed, campaign_id, "D")
    post(ed, f"/campaigns/{campaign_id}/history/{last_change(campaign_id)}/undo", htmx=True)
    type_on(ed, campaign_id, "E")
    assert titles_of(campaign_id) == [
        ("Night Drive", "A"),
        ("A", "B"),
        ("B", "C"),
        ("C", "D"),
        ("D", "C"),
        ("C", "E"),
    ]


def test_links_that_are_pasted_one_after_another_are_lines_of_their_own(ed: FlaskClient, campaign_id: int) -> None:
    for link in (LINK, "https://shop.alba.example/night-drive"):
        post(ed, f"/campaigns/{campaign_id}/link", {"link": link}, htmx=True)
    assert acts_of(campaign_id) == [("field", "links"), ("field", "links")]


def test_what_was_typed_back_is_told_to_nobody_but_shown_to_all(
    ed: FlaskClient, alice: FlaskClient, campaign_id: int
) -> None:
    type_on(ed, campaign_id, "Night")
    seen = last_change(campaign_id)
    assert ">Undo</button>" not in type_on(ed, campaign_id, "Night Drive")
    page = ed.get(f"/campaigns/{campaign_id}/history").text
    assert "changed Title" not in page
    news = alice.get(f"/campaigns/{campaign_id}/news?seen={seen}", headers={"HX-Request": "true"}).text
    assert 'value="Night Drive"' in news
    assert "changed Title" not in news
    type_on(ed, campaign_id, "Night Drive II")
    assert titles_of(campaign_id) == [("Night Drive", "Night Drive II")]


def test_undo_is_refused_once_somebody_changed_it_again(ed: FlaskClient, alice: FlaskClient, campaign_id: int) -> None:
    post(ed, f"/campaigns/{campaign_id}/title", {"title": "Seven Rivers"}, htmx=True)
    undo = f"/campaigns/{campaign_id}/history/{last_change(campaign_id)}/undo"
    post(alice, f"/campaigns/{campaign_id}/title", {"title": "Harbour"}, htmx=True)
    refused = post(ed, undo, htmx=True)
    assert refused.status_code == 422
    assert "Title has been changed again since" in refused.text
    assert 'value="Harbour"' in refused.text
    assert title_of(campaign_id) == "Harbour"


def test_undo_keeps_the_rules_of_the_field(ed: FlaskClient, campaign_id: int) -> None:
    post(ed, f"/campaigns/{campaign_id}/upc", {"upc": "036000291452"}, htmx=True)
    post(ed, f"/campaigns/{campaign_id}/target-spotify", {"target-spotify": ""}, htmx=True)
    with transaction() as session:
        session.execute(text("UPDATE change SET before = '{\"upc\": \"\"}' WHERE field = 'upc'"))
    first = db.session.execute(text("SELECT min(id) FROM change")).scalar_one()
    refused = post(ed, f"/campaigns/{campaign_id}/history/{first}/undo", htmx=True)
    assert refused.status_code == 422
    assert "needs a link on a service or a UPC" in refused.text


def test_the_release_and_the_due_times_go_back_together(ed: FlaskClient, campaign_id: int) -> None:
    base = f"/campaigns/{campaign_id}"
    was = db.session.execute(text("SELECT release_at FROM campaign")).scalar_one()
    moved = {"release_date": "2027-01-15", "release_time": "00:00", "time_zone": "UTC"}
    post(ed, f"{base}/release", moved, htmx=True)
    assert "Friday, 15 January 2027, 00:00 (UTC), " in ed.get(f"{base}/history").text
    answer = post(ed, f"{base}/history/{last_change(campaign_id)}/undo", {"from_history": "1"})
    assert answer.status_code == 303
    assert "Put back." in ed.get(answer.headers["Location"]).text
    db.session.rollback()
    assert db.session.execute(text("SELECT release_at FROM campaign")).scalar_one() == was


def test_a_plain_form_says_why_undo_is_refused(ed: FlaskClient, campaign_id: int) -> None:
    post(ed, f"/campaigns/{campaign_id}/unpublish")
    refused = post(ed, f"/campaigns/{campaign_id}/history/{last_change(campaign_id)}/undo")
    assert refused.status_code == 422
    assert "undone by itself" in refused.text


def test_strangers_and_viewers_take_nothing_back(
    ed: FlaskClient, bob: FlaskClient, charlie: FlaskClient, campaign_id: int
) -> None:
    post(ed, f"/campaigns/{campaign_id}/title", {"title": "Seven Rivers"}, htmx=True)
    undo = f"/campaigns/{campaign_id}/history/{last_change(campaign_id)}/undo"
    assert post(charlie, undo).status_code == 404
    assert post(bob, undo).status_code == 403
    assert charlie.get(f"/campaigns/{campaign_id}/history").status_code == 404
    page = bob.get(f"/campaigns/{campaign_id}/history").text
    assert ">ed@alba.example</bdi> changed Title" in page
    assert ">Undo</button>" not in page


def test_a_change_of_another_campaign_is_not_found(ed: FlaskClient, team_id: int, campaign_id: int) -> None:
    other = make_campaign(team_id, title="Other", release_in=timedelta(days=9))
    post(ed, f"/campaigns/{other}/title", {"title": "Third"}, htmx=True)
    assert post(ed, f"/campaigns/{campaign_id}/history/{last_change(other)}/undo").status_code == 404


def test_a_long_history_has_pages(ed: FlaskClient, campaign_id: int) -> None:
    with transaction():
        for number in range(45):
            note("the command line", "retry", campaign_id=campaign_id, after={"fans": str(number), "which": "all"})
    first = ed.get(f"/campaigns/{campaign_id}/history").text
    assert "had 44 pre-saves" in first
    assert "had 4 pre-saves" not in first
    older = first.split("history?before=", 1)[1].split('"', 1)[0]
    assert "had 4 pre-saves" in ed.get(f"/campaigns/{campaign_id}/history?before={older}").text


def test_an_empty_history_says_what_it_is_for(ed: FlaskClient, campaign_id: int) -> None:
    assert "Every change from here on is written down" in ed.get(f"/campaigns/{campaign_id}/history").text
