"""What an archive carries beside the campaigns' files: artists, sources, names of links, and what is archived."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from fans import read_sql, run_sql
from flask.testing import FlaskClient
from makers import csrf_of, make_campaign, move_campaign, post

SOLO = {"title": "Solo", "artist": "Alba Voss", "kind": "single"}


def packed(entry: dict[str, Any], artists: str | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("campaigns.json", json.dumps({"format": "presave-team/1", "campaigns": [entry]}))
        if artists is not None:
            made.writestr("artists.json", artists)
    return out.getvalue()


def send(browser: FlaskClient, team_id: int, body: bytes) -> str:
    data = {"csrf_token": csrf_of(browser), "archive": (io.BytesIO(body), "alba.zip")}
    address = f"/data/{team_id}/import"
    return browser.post(address, data=data, content_type="multipart/form-data", follow_redirects=True).text


def export_of(browser: FlaskClient, team_id: int) -> bytes:
    answer = post(browser, f"/data/{team_id}/export")
    body = answer.data
    answer.close()
    return body


@pytest.fixture
def exported(alice: FlaskClient, team_id: int) -> bytes:
    """An archived campaign of a kept artist, with a source and a link for the artist."""
    post(
        alice,
        "/artists",
        {"artist-spotify": "spotify:artist:0TnOYISbd1XYRBk9myaseg"},
        name="Alba Voss",
        clock="local",
        time_zone="Europe/Berlin",
        accent="#ffb84d",
    )
    made = make_campaign(team_id, slug="night-drive")
    post(alice, f"/campaigns/{made}/sources", name="Poster in Berlin")
    post(alice, f"/campaigns/{made}/live-links", live_name="For Alba", live_ends="90")
    run_sql("UPDATE campaign SET artist_id = (SELECT id FROM artist), archived_at = now()")
    return export_of(alice, team_id)


def test_the_archive_tells_of_artists_sources_links_and_what_is_archived(exported: bytes) -> None:
    archive = zipfile.ZipFile(io.BytesIO(exported))
    assert json.loads(archive.read("artists.json")) == {
        "artists": [
            {
                "name": "Alba Voss",
                "time_zone": "Europe/Berlin",
                "clock": "local",
                "colours": {"accent": "#ffb84d"},
                "pages": {"spotify": "spotify:artist:0TnOYISbd1XYRBk9myaseg"},
            }
        ]
    }
    (entry,) = json.loads(archive.read("campaigns.json"))["campaigns"]
    assert entry["artist"] == "Alba Voss"
    assert entry["sources"] == [{"code": "poster-in-berlin", "name": "Poster in Berlin"}]
    assert entry["artist_links"] == [{"name": "Artist"}, {"name": "For Alba", "days_after": 90}]
    assert entry["archived_at"].endswith("Z")
    assert "/live/" not in json.dumps(entry)


def test_another_team_gets_all_of_it_once(exported: bytes, charlie: FlaskClient) -> None:
    other = read_sql("SELECT id FROM team WHERE slug = 'other-label'")
    send(charlie, other, exported)
    assert "Nothing new came in" in send(charlie, other, exported)
    kept = "SELECT concat_ws('|', name, time_zone, clock, accent) FROM artist WHERE team_id = :id"
    assert read_sql(kept, id=other) == "Alba Voss|Europe/Berlin|local|#ffb84d"
    draft = "SELECT c.id FROM campaign c JOIN artist a ON a.id = c.artist_id AND a.team_id = c.team_id "
    made = read_sql(draft + "WHERE c.team_id = :id AND c.archived_at IS NOT NULL", id=other)
    assert read_sql("SELECT count(*) FROM artist_page") == 2
    assert read_sql("SELECT string_agg(code, ',') FROM link_source WHERE campaign_id = :id", id=made) == (
        "poster-in-berlin"
    )
    assert read_sql("SELECT string_agg(name, ',') FROM live_link WHERE campaign_id = :id", id=made) == "Artist"


def test_a_roll_out_comes_in_as_one(alice: FlaskClient, team_id: int, charlie: FlaskClient) -> None:
    first = make_campaign(team_id, slug="night-drive")
    for number in (2, 3):
        other = make_campaign(team_id, title=f"No {number}", slug=f"no-{number}")
        assert post(alice, f"/campaigns/{first}/rollout/add", release=str(other)).status_code == 303
    make_campaign(team_id, title="Alone", slug="alone")
    there = read_sql("SELECT id FROM team WHERE slug = 'other-label'")
    send(charlie, there, export_of(alice, team_id))
    together = "SELECT string_agg(title, ',' ORDER BY id) FROM campaign WHERE team_id = :id AND rollout_id IS NOT NULL"
    assert read_sql(together, id=there) == "Night Drive,No 2,No 3"
    assert read_sql("SELECT count(DISTINCT rollout_id) FROM campaign WHERE team_id = :id", id=there) == 1


def test_what_is_out_draws_nobody_out_of_a_roll_out(alice: FlaskClient, team_id: int, charlie: FlaskClient) -> None:
    first = make_campaign(team_id, slug="night-drive")
    out, third = (make_campaign(team_id, title=f"No {number}", slug=f"no-{number}") for number in (2, 3))
    for other in (out, third):
        assert post(alice, f"/campaigns/{first}/rollout/add", release=str(other)).status_code == 303
    move_campaign(out, timedelta(days=-1))
    there = read_sql("SELECT id FROM team WHERE slug = 'other-label'")
    page = send(charlie, there, export_of(alice, team_id))
    assert "roll_out: it stands alone here." in page
    together = "SELECT string_agg(title, ',' ORDER BY id) FROM campaign WHERE team_id = :id AND rollout_id IS NOT NULL"
    assert read_sql(together, id=there) == "Night Drive,No 3"


def test_the_first_time_says_what_came_in(exported: bytes, charlie: FlaskClient) -> None:
    page = send(charlie, read_sql("SELECT id FROM team WHERE slug = 'other-label'"), exported)
    assert "1 new artist came in." in page
    assert "It was archived, so it is in the archive here as well." in page


def test_an_artist_who_is_here_stays_as_they_are(ed: FlaskClient, team_id: int) -> None:
    post(ed, "/artists", name="ALBA VOSS", accent="#112233")
    artists = json.dumps({"artists": [{"name": "Alba Voss", "colours": {"accent": "#ffb84d"}}]})
    assert "new artist" not in send(ed, team_id, packed({"origin": "a1", "campaign": SOLO}, artists))
    assert read_sql("SELECT string_agg(name || accent, ',') FROM artist") == "ALBA VOSS#112233"


def test_an_archive_from_before_there_were_artists_comes_in(ed: FlaskClient, team_id: int) -> None:
    assert "1 draft came in" in send(ed, team_id, packed({"origin": "a1", "campaign": SOLO}))


def test_what_can_not_be_used_of_it_is_named(ed: FlaskClient, team_id: int) -> None:
    artists = [
        {"name": "Alba Voss", "time_zone": "Mars/Olympus", "colours": 3, "pages": {"no-such-service": "x"}},
        {"name": ""},
        7,
    ]
    places = [{"code": "../x", "name": "Wall"}, {"code": "bio", "name": "Bio"}, {"code": "bio", "name": "Other"}, 5]
    entry = {"origin": "a1", "campaign": SOLO, "artist": "Nobody", "sources": places, "archived_at": "once"}
    page = send(ed, team_id, packed(entry, json.dumps({"artists": artists})))
    for words in (
        "The artist Alba Voss: the page on no-such-service is left out.",
        "The artist without a name: The artist needs a name.",
        "sources: Wall is left out.",
        "sources: Other is left out.",
        "artist: there is no artist named Nobody here.",
    ):
        assert words in page
    assert read_sql("SELECT concat_ws('|', name, time_zone) FROM artist") == "Alba Voss"
    assert read_sql("SELECT string_agg(code, ',') FROM link_source") == "bio"


@pytest.mark.parametrize("artists", ["{", "[" * 9000])
def test_a_damaged_list_of_artists_is_refused_in_words(artists: str, ed: FlaskClient, team_id: int) -> None:
    page = send(ed, team_id, packed({"origin": "a1", "campaign": SOLO}, artists))
    assert "The artists.json in that archive is damaged." in page
    assert read_sql("SELECT count(*) FROM campaign") == 0


def test_the_history_of_a_draft_says_that_it_came_from_an_archive(ed: FlaskClient, team_id: int) -> None:
    send(ed, team_id, packed({"origin": "a1", "campaign": SOLO}))
    assert "You</bdi> brought this campaign in from an archive" in history_of(ed)


def test_the_history_of_a_draft_says_that_it_came_from_a_table(ed: FlaskClient, team_id: int) -> None:
    post(ed, f"/data/{team_id}/table", text="Title,Artist\nSolo,Alba Voss\n", act="make")
    assert "You</bdi> brought this campaign in from a table" in history_of(ed)


def history_of(browser: FlaskClient) -> str:
    assert read_sql("SELECT count(*) FROM change WHERE campaign_id IS NOT NULL") == 1
    return browser.get(f"/campaigns/{read_sql('SELECT id FROM campaign')}/history").text


@pytest.mark.parametrize("torn", ["\0", "\ud800"])
def test_what_no_database_keeps_is_left_out_of_every_name(ed: FlaskClient, team_id: int, torn: str) -> None:
    entry = {
        "origin": "a1",
        "artist": f"Bo{torn}",
        "sources": [{"code": f"bio{torn}", "name": f"Bio{torn}"}, {"code": "", "name": f"No{torn}"}],
        "roll_out": [f"b2{torn}"],
        "campaign": {
            "title": f"So{torn}lo",
            "artist": f"Alba{torn}",
            "artwork": f"artwork/{torn}.jpg",
            "words_before": f"Signed{torn}.",
            "targets": {f"shop.example.com{torn}": f"https://shop.example.com/{torn}", f"no{torn}": f"x{torn}"},
            f"key{torn}": f"x{torn}",
        },
    }
    artists = json.dumps({"artists": [{"name": f"Mo{torn}", "pages": {f"no{torn}": torn}}, {"name": torn}]})
    page = send(ed, team_id, packed(entry, artists))
    assert "1 draft came in" in page
    assert "Solo by Alba" in page
    assert read_sql("SELECT string_agg(title, ',') FROM campaign") == "Solo"
    assert read_sql("SELECT string_agg(code, ',') FROM link_source") == "bio"
