"""A service's own player on the listening page: what the page holds before a press, and whom it lets in."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from fans import move_local_release, open_campaign, run_sql
from flask import Flask
from flask.testing import FlaskClient

from presave_app.extensions import current_settings
from presave_app.streaming.registry import SERVICES, find_known

OUT = timedelta(seconds=-10)


def policy_of(client: FlaskClient, path: str = "/night-drive") -> dict[str, str]:
    policy = client.get(path).headers["Content-Security-Policy"]
    return dict(part.split(" ", 1) for part in policy.split("; "))


def twin_origin() -> str:
    parts = urlsplit(current_settings().services["spotify"].urls["SPOTIFY_EMBED_URL"])
    return f"{parts.scheme}://{parts.netloc}"


def add_target(campaign_id: int, service: str, ref: str) -> None:
    run_sql("INSERT INTO target (campaign_id, service, ref) VALUES (:id, :s, :ref)", id=campaign_id, s=service, ref=ref)


@pytest.mark.parametrize(
    ("service", "ref", "address"),
    [
        (
            "spotify",
            "spotify:album:2up3OPMp9Tb4dAKM2erWXQ",
            "https://open.spotify.com/embed/album/2up3OPMp9Tb4dAKM2erWXQ",
        ),
        ("apple-music", "album:1700000001", "https://embed.music.apple.com/us/album/1700000001"),
        ("deezer", "album:302127", "https://widget.deezer.com/widget/auto/album/302127"),
        ("tidal", "albums:251380836", "https://embed.tidal.com/albums/251380836"),
        (
            "soundcloud",
            "soundcloud:playlists:1",
            "https://w.soundcloud.com/player/?url=https%3A%2F%2Fapi.soundcloud.com%2Fplaylists%2F1&show_comments=false",
        ),
        (
            "soundcloud",
            "https://soundcloud.com/alba/night-drive",
            "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Falba%2Fnight-drive&show_comments=false",
        ),
        ("youtube", "dQw4w9WgXcQ", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?playsinline=1"),
    ],
)
def test_where_a_service_plays_on_other_peoples_pages(app: Flask, service: str, ref: str, address: str) -> None:
    options, kind = next(each for each in SERVICES if each[0].service == service)
    given = current_settings().services[service]
    connector = kind(type(given)(**{**vars(given), "urls": options.urls}))
    try:
        player = connector.player(ref)
    finally:
        connector.close()
    assert player is not None
    assert player.url == address
    assert 100 <= player.height <= 500


def test_a_short_link_and_a_service_without_a_player_have_none(app: Flask) -> None:
    for service, ref in (("soundcloud", "https://on.soundcloud.com/abc"), ("audiomack", "alba:album:night-drive")):
        connector = find_known(service)
        assert connector is not None
        assert connector.player(ref) is None


def test_before_the_release_nobody_is_let_in(client: FlaskClient, app: Flask) -> None:
    open_campaign()
    assert "frame-src" not in policy_of(client)
    page = client.get("/night-drive").text
    assert "listen-here" not in page
    assert twin_origin() not in page


def test_after_it_the_page_offers_one_and_lets_in_its_host(client: FlaskClient, app: Flask) -> None:
    open_campaign(OUT)
    assert policy_of(client)["frame-src"] == twin_origin()
    page = client.get("/night-drive").text
    assert page.count('id="listen-here"') == 1
    assert "<iframe" not in page
    # Without a script it is the counted way to the service.
    assert re.search(
        r'id="listen-here".*?<a class="quiet-button" href="/go/\d+"[^>]*>Play on Spotify</a>', page, re.DOTALL
    )


def test_all_that_play_on_the_page_are_let_in_and_no_other(client: FlaskClient, app: Flask) -> None:
    """Also those that are off here: a player needs no key."""
    campaign_id = open_campaign(OUT)
    add_target(campaign_id, "deezer", "album:302127")
    add_target(campaign_id, "amazon-music", "https://music.amazon.com/albums/B0EXAMPLE1")
    assert policy_of(client)["frame-src"] == f"{twin_origin()} https://widget.deezer.com"


def test_without_a_player_nothing_is_offered(client: FlaskClient, app: Flask) -> None:
    campaign_id = open_campaign(OUT, ref=None)
    run_sql("DELETE FROM target")
    add_target(campaign_id, "amazon-music", "https://music.amazon.com/albums/B0EXAMPLE1")
    assert "frame-src" not in policy_of(client)
    assert "listen-here" not in client.get("/night-drive").text


def test_what_the_service_has_not_shown_yet_does_not_play(client: FlaskClient, app: Flask) -> None:
    open_campaign(OUT)
    run_sql("UPDATE target SET found_at = NULL, looks = 3")
    assert "frame-src" not in policy_of(client)


def test_the_rest_of_the_policy_is_that_of_the_other_face(client: FlaskClient, app: Flask) -> None:
    campaign_id = open_campaign()
    before = policy_of(client)
    run_sql("UPDATE campaign SET release_at = now() - interval '1 minute' WHERE id = :id", id=campaign_id)
    after = policy_of(client)
    assert {name: value for name, value in after.items() if name != "frame-src"} == before


def test_each_visitor_gets_the_policy_of_their_own_face(client: FlaskClient, app: Flask) -> None:
    """While it is out in Auckland and not in Berlin; the cache keeps both."""
    move_local_release(open_campaign(), timedelta(hours=-2), "Pacific/Auckland")
    client.set_cookie("tz", "Pacific/Auckland")
    assert policy_of(client)["frame-src"] == twin_origin()
    client.set_cookie("tz", "Europe/Berlin")
    assert "frame-src" not in policy_of(client)
    client.set_cookie("tz", "Pacific/Auckland")
    assert policy_of(client)["frame-src"] == twin_origin()
