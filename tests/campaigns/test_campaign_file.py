"""`flask campaigns create FILE`: a whole campaign at once, or every fault of the file at once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from makers import make_picture, make_team, write_campaign_file
from sqlalchemy import text

from presave_app.extensions import db
from presave_app.lib import clock

WHOLE: dict[str, Any] = {
    "title": "Night Drive",
    "artist": "Alba Voss",
    "kind": "album",
    "slug": "night-drive",
    "upc": "00602445868162",
    "release": {"at": "", "time_zone": "Europe/Berlin", "clock": "everywhere"},
    "targets": {
        "spotify": "spotify:album:2up3OPMp9Tb4dAKM2erWXQ",
        "apple-music": "1700000001",
        "amazon-music": "https://music.amazon.com/albums/B0EXAMPLE1",
    },
    "publish": True,
}


@pytest.fixture
def whole(app: Flask) -> dict[str, Any]:
    """The file of the handbook, with a release next week."""
    make_team()
    release = {**WHOLE["release"], "at": f"{clock.now() + timedelta(days=7):%Y-%m-%dT%H:%M:%S}"}
    return {**WHOLE, "release": release}


def test_a_whole_file_becomes_a_published_campaign(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    done = run(app, tmp_path, whole)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.count("\n") == 1
    made = json.loads(done.stdout)
    assert made["slug"] == "night-drive"
    assert made["url"] == "http://127.0.0.1:5000/night-drive"
    assert made["live_url"].startswith("http://127.0.0.1:5000/live/")
    browser = app.test_client()
    assert browser.get("/night-drive").status_code == 200
    assert browser.get(made["live_url"].removeprefix("http://127.0.0.1:5000")).status_code == 200


def test_targets_of_services_that_are_off_are_kept_and_told(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    done = run(app, tmp_path, whole)
    assert "targets.apple-music: kept" in done.stderr
    assert "amazon-music" not in done.stderr
    rows = db.session.execute(text("SELECT service, ref FROM target ORDER BY service")).all()
    assert [tuple(row) for row in rows] == [
        ("amazon-music", "https://music.amazon.com/albums/B0EXAMPLE1"),
        ("apple-music", "album:1700000001"),
        ("spotify", "spotify:album:2up3OPMp9Tb4dAKM2erWXQ"),
    ]


def test_a_link_of_a_file_stands_on_the_page(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    targets = {**whole["targets"], "shop.alba.example": "https://shop.alba.example/night-drive"}
    assert run(app, tmp_path, {**whole, "targets": targets}).exit_code == 0
    page = app.test_client().get("/night-drive").text
    assert "/night-drive/remind/amazon-music" in page
    assert "/night-drive/remind/shop.alba.example" in page


def test_a_link_of_a_file_must_be_one_of_its_service(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    targets = {"amazon-music": "https://elsewhere.example/x", "shop.alba.example": "http://shop.alba.example/"}
    done = run(app, tmp_path, {**whole, "targets": targets})
    assert "targets.amazon-music: That is not a release on Amazon Music" in done.stderr
    assert "targets.shop.alba.example: That is not a release on shop.alba.example" in done.stderr


def test_pages_at_services_are_named_whether_they_are_on_or_off(
    app: Flask, tmp_path: Path, whole: dict[str, Any]
) -> None:
    artists = {"spotify": "https://open.spotify.com/artist/0OdUWJ0sBjDrqHygGUXeCF", "deezer": "27", "tidal": ""}
    countdowns = {"spotify": "spotify:prerelease:6tQDJpMB6LsOsSUkdTOHd5"}
    done = run(app, tmp_path, {**whole, "artists": artists, "countdowns": countdowns})
    assert done.exit_code == 0, done.stderr
    rows = db.session.execute(text("SELECT service, artist_ref, countdown_url FROM label_page ORDER BY service")).all()
    assert [tuple(row) for row in rows] == [
        ("deezer", "27", None),
        (
            "spotify",
            "spotify:artist:0OdUWJ0sBjDrqHygGUXeCF",
            "https://open.spotify.com/prerelease/6tQDJpMB6LsOsSUkdTOHd5",
        ),
    ]


def test_pages_that_can_not_be_used_are_all_named(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    artists = {"spotify": "Alba Voss", "deezer": "Alba Voss", "apple-music": "1", "gramophone": "1", "tidal": 7}
    content = {**whole, "artists": artists, "countdowns": {"spotify": "soon", "deezer": "https://deezer.com/x"}}
    done = run(app, tmp_path, content)
    assert done.exit_code == 1
    for words in (
        "artists.spotify: That is not an artist on Spotify",
        "artists.deezer: That is not an artist on Deezer",
        "artists.apple-music: Fans can't follow an artist on Apple Music from here",
        "artists.gramophone: There is no such service",
        "artists.tidal: Write it as text",
        "countdowns.spotify: That is no Spotify Countdown Page",
        "countdowns.deezer: Deezer has no page of its own",
    ):
        assert words in done.stderr, words
    assert "artists: Write an object" in run(app, tmp_path, {**whole, "artists": []}).stderr
    assert _campaigns() == 0


def test_artwork_is_found_beside_the_file(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    (tmp_path / "cover.jpg").write_bytes(make_picture(700))
    assert run(app, tmp_path, {**whole, "artwork": "cover.jpg"}).exit_code == 0
    assert db.session.execute(text("SELECT artwork_id FROM campaign")).scalar_one() is not None


def test_a_file_gives_the_page_its_look(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    links = [{"name": "Merch", "url": "https://shop.label.example/"}, {"url": "https://tickets.example"}]
    look = {"colours": {"accent": "#ffb84d"}, "words_before": "Signed\ncopies", "words_after": "", "own_links": links}
    look["words"] = {"de": {"before": "Signierte\nPlatten"}, "ar": {"after": ""}}
    done = run(app, tmp_path, {**whole, **look})
    assert done.exit_code == 0, done.stderr
    page = app.test_client().get("/night-drive").text
    assert "Signed\ncopies" in page
    assert ">tickets.example<" in page
    assert "Signierte\nPlatten" in app.test_client().get("/night-drive?lang=de").text
    row = db.session.execute(text("SELECT own_accent, own_ground, own_colours, words_after FROM campaign")).one()
    assert (row.own_accent, row.own_ground, row.words_after) == ("#ffb84d", None, None)
    assert row.own_colours["accent"] == "#ffb84d"


def test_faults_of_a_look_are_all_named(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    look = {"colours": {"accent": "reddish"}, "words_before": "x" * 281, "own_links": [{"url": "http://shop.example"}]}
    done = run(app, tmp_path, {**whole, **look})
    for words in (
        "colours: The accent is not a colour",
        "words_before: At most 280 characters",
        "own_links: Link 1: Paste a link that begins with https://",
    ):
        assert words in done.stderr, words
    shapes = [("colours", ["#fff"], "Write an object"), ("colours", {"ink": "#fff"}, "Write an object")]
    shapes += [("own_links", {}, "Write a list"), ("own_links", [{"url": 1}], "Write a list")]
    shapes += [("own_links", [{}] * 5, "At most 4 links"), ("words", [], "Write an object of languages")]
    for language, given, words in (
        ("xx", {"before": "Soon"}, "No such language. There are: en, de"),
        ("de", {"during": "Jetzt"}, "Write an object with"),
        ("de", {"before": 1}, "Write an object with"),
        ("de", {"after": "x" * 281}, "After the release: At most 280 characters"),
    ):
        assert f"words.{language}: {words}" in run(app, tmp_path, {**whole, "words": {language: given}}).stderr
    for key, given, words in shapes:
        assert f"{key}: {words}" in run(app, tmp_path, {**whole, key: given}).stderr
    assert _campaigns() == 0


def test_a_title_and_an_artist_are_enough_for_a_draft(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    done = run(app, tmp_path, {"title": "Night Drive", "artist": "Alba Voss"})
    assert json.loads(done.stdout)["slug"] == "alba-voss-night-drive"
    assert app.test_client().get("/alba-voss-night-drive").status_code == 404


def test_a_file_may_give_each_fan_their_midnight(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    assert run(app, tmp_path, {**whole, "release": {**whole["release"], "clock": "local"}}).exit_code == 0
    assert db.session.execute(text("SELECT clock FROM campaign")).scalar_one() == "local"


def test_every_fault_is_named_at_once(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    content = {
        "titel": "x",
        "artist": 7,
        "kind": "lp",
        "slug": "sign-in",
        "upc": "00602445868163",
        "release": {"at": "2020-01-01T00:00:00", "time_zone": "UTC", "clock": "sundial", "zone": "UTC"},
        "targets": {"spotify": "nonsense"},
        "publish": "yes",
        "artwork": "nowhere.jpg",
    }
    done = run(app, tmp_path, content)
    assert done.exit_code == 1
    assert done.stdout == ""
    for key in (
        "titel: No such key",
        "title: The release needs a title",
        "artist: Write it as text",
        "kind: Choose",
        "slug: This address is kept",
        "upc: The last digit",
        "release: That moment is in the past",
        "release.clock: The clock is",
        "release.zone: No such key",
        "targets.spotify: That is not a release",
        "publish: Write true or false",
        "artwork: nowhere.jpg can't be read",
    ):
        assert key in done.stderr, key
    assert _campaigns() == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "Is not JSON"), ("[]", "one JSON object"), ("\x00", "Is not JSON"), ("[" * 100_000, "Is not JSON")],
)
def test_a_file_that_is_none_is_refused(
    app: Flask, tmp_path: Path, whole: dict[str, Any], content: str, words: str
) -> None:
    path = write_campaign_file(tmp_path, content)
    done = app.test_cli_runner().invoke(args=["campaigns", "create", str(path), "--team", "alba-records", "--json"])
    assert done.exit_code == 1
    assert words in done.stderr


def test_a_file_that_is_not_there_is_refused(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    path = tmp_path / "none.json"
    done = app.test_cli_runner().invoke(args=["campaigns", "create", str(path), "--team", "alba-records"])
    assert done.exit_code == 1
    assert "Can't be read" in done.stderr


@pytest.mark.parametrize("release", [[], "tomorrow", {"at": 5}, {"at": "soon", "time_zone": "UTC"}])
def test_a_release_of_the_wrong_shape_is_refused(
    app: Flask, tmp_path: Path, whole: dict[str, Any], release: object
) -> None:
    done = run(app, tmp_path, {**whole, "release": release})
    assert done.exit_code == 1
    assert "Error: " in done.stderr


def test_publishing_needs_what_the_editor_needs(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    done = run(app, tmp_path, {"title": "A", "artist": "B", "publish": True})
    assert done.exit_code == 1
    assert "release: Say when" in done.stderr
    assert "targets.spotify: Paste" in done.stderr
    assert _campaigns() == 0


def test_a_team_that_is_not_there_is_named(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    done = run(app, tmp_path, whole, team="nobody")
    assert done.exit_code == 1
    assert "no team named nobody" in done.stderr


def test_a_taken_slug_is_refused(app: Flask, tmp_path: Path, whole: dict[str, Any]) -> None:
    assert run(app, tmp_path, whole).exit_code == 0
    done = run(app, tmp_path, whole)
    assert done.exit_code == 1
    assert "slug: This address is taken" in done.stderr
    assert _campaigns() == 1


def run(app: Flask, folder: Path, content: dict[str, Any], team: str = "alba-records") -> Result:
    db.session.rollback()
    path = write_campaign_file(folder, json.dumps(content))
    return app.test_cli_runner().invoke(args=["campaigns", "create", str(path), "--team", team, "--json"])


def _campaigns() -> int:
    db.session.rollback()
    return db.session.execute(text("SELECT count(*) FROM campaign")).scalar_one()
