"""A fan's library over the Web API: saving, removing, asking."""

import http.client
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from kit_client import LIVE_NEVER_YET
from twin_client import ALBUM, ALBUM_URI, TwinClient, api_error

ARTIST_URI = "spotify:artist:0OdUWJ0sBjDrqHygGUXeCF"
PLAYLIST_URI = "spotify:playlist:37i9dQZF1DXcBWIGoYBM5M"


def contains(twin: TwinClient, access: str, *uris: str) -> object:
    response = twin.api("GET", "/me/library/contains", access, params={"uris": ",".join(uris)})
    return response.json()


def test_saving_answers_200_and_nothing(twin: TwinClient, access: str) -> None:
    response = twin.save(access)
    assert (response.status_code, response.content) == (200, b"")
    assert ALBUM_URI in twin.library()


def test_saving_twice_saves_once_and_keeps_the_first_time(twin: TwinClient, access: str) -> None:
    twin.save(access)
    first = twin.library()[ALBUM_URI]
    assert twin.save(access).status_code == 200
    again = twin.library()[ALBUM_URI]
    assert again["added_at"] == first["added_at"]
    assert again["times_applied"] == 2


def test_contains_answers_in_the_order_asked(twin: TwinClient, access: str) -> None:
    twin.save(access)
    other = "spotify:album:" + "0" * 22
    assert contains(twin, access, other, ALBUM_URI) == [False, True]


def test_contains_takes_an_artist(twin: TwinClient) -> None:
    access = twin.sign_in(scope="user-follow-read").access
    assert contains(twin, access, ARTIST_URI) == [False]


def test_removing_removes(twin: TwinClient, access: str) -> None:
    twin.save(access)
    response = twin.api("DELETE", "/me/library", access, params={"uris": ALBUM_URI})
    assert (response.status_code, response.content) == (200, b"")
    assert twin.library() == {}
    assert twin.control("GET", f"libraries?uri={ALBUM_URI}")["total"] == 0


def test_raw_and_escaped_colons_are_the_same(twin: TwinClient, access: str) -> None:
    assert twin.api("PUT", f"/me/library?uris={ALBUM_URI}", access).status_code == 200
    assert twin.api("PUT", f"/me/library?uris={ALBUM_URI.replace(':', '%3A')}", access).status_code == 200
    assert twin.library()[ALBUM_URI]["times_applied"] == 2


@pytest.mark.parametrize(
    "uri", ["album", f"spotify:albums:{ALBUM}", "spotify:album:short", f"https://open.spotify.com/album/{ALBUM}"]
)
def test_a_bad_uri_is_400(twin: TwinClient, access: str, uri: str) -> None:
    assert api_error(twin.save(access, uri))[0] == 400


def test_forty_uris_are_the_most(twin: TwinClient, access: str) -> None:
    shows = [f"spotify:show:{number:022}" for number in range(41)]
    assert twin.save(access, *shows[:40]).status_code == 200
    assert api_error(twin.save(access, *shows))[0] == 400
    assert len(twin.library()) == 40


def test_uris_in_the_body_are_not_seen(twin: TwinClient, access: str) -> None:
    response = twin.api("PUT", "/me/library", access, json={"uris": [ALBUM_URI]})
    assert api_error(response) == (400, "Missing required field: uris")


def test_an_artist_is_not_a_documented_type(twin: TwinClient) -> None:
    access = twin.sign_in(scope="user-follow-modify").access
    assert api_error(twin.save(access, ARTIST_URI))[0] == 400
    twin.switch(artist_in_library=True)
    assert twin.save(access, ARTIST_URI).status_code == 200
    assert ARTIST_URI in twin.library()


@pytest.mark.parametrize(
    ("method", "path", "scope", "uri"),
    [
        ("PUT", "/me/library", "user-library-read", ALBUM_URI),
        ("DELETE", "/me/library", "user-library-read", ALBUM_URI),
        ("PUT", "/me/library", "user-library-modify", PLAYLIST_URI),
        ("GET", "/me/library/contains", "user-library-modify", ALBUM_URI),
        ("GET", "/me/library/contains", "user-library-read", ARTIST_URI),
        ("GET", "/me/albums", "user-library-modify", ""),
        ("PUT", "/me/albums", "user-library-read", ALBUM_URI),
    ],
)
def test_a_missing_scope_is_403(twin: TwinClient, method: str, path: str, scope: str, uri: str) -> None:
    access = twin.sign_in(scope=scope).access
    response = twin.api(method, path, access, params={"uris": uri})
    assert api_error(response) == (403, "Insufficient client scope")


def test_an_app_token_has_no_library(twin: TwinClient) -> None:
    assert api_error(twin.save(twin.app_token()))[0] == 401


def test_saving_before_the_start_is_404_and_saves_nothing(twin: TwinClient, access: str) -> None:
    twin.album(live_from=LIVE_NEVER_YET)
    assert api_error(twin.save(access))[0] == 404
    assert twin.library() == {}


def test_saving_before_the_start_may_pass_in_silence(twin: TwinClient, access: str) -> None:
    twin.switch(put_before_live="accept_silently")
    twin.album(live_from=LIVE_NEVER_YET)
    assert twin.save(access).status_code == 200
    assert twin.library() == {}


def test_an_unknown_or_taken_down_album_is_404(twin: TwinClient, access: str) -> None:
    assert api_error(twin.save(access, "spotify:album:" + "0" * 22))[0] == 404
    twin.album(takedown=True)
    assert api_error(twin.save(access))[0] == 404


def test_one_missing_item_fails_the_whole_call(twin: TwinClient, access: str) -> None:
    twin.save(access, ALBUM_URI, "spotify:album:" + "0" * 22)
    assert twin.library() == {}


def test_the_start_is_by_the_fan_s_country(twin: TwinClient, access: str) -> None:
    twin.album(live_from={"NZ": "2026-01-01T00:00:00Z", "*": LIVE_NEVER_YET})
    assert twin.save(access).status_code == 404
    twin.control("PUT", "fans/ida", {"country": "NZ"})
    assert twin.save(access).status_code == 200


def test_the_clock_brings_the_start(twin: TwinClient, access: str) -> None:
    now = datetime.fromisoformat(twin.control("GET", "state")["now"])
    twin.album(live_from=(now + timedelta(minutes=5)).isoformat())
    assert twin.save(access).status_code == 404
    twin.shift(seconds=300)
    assert twin.save(access).status_code == 200


def test_a_track_is_saved_like_an_album(twin: TwinClient, access: str) -> None:
    track = twin.control("GET", "state")["albums"][0]["tracks"][0]["id"]
    assert twin.save(access, f"spotify:track:{track}").status_code == 200


def test_saved_albums_are_listed_newest_first(twin: TwinClient, access: str) -> None:
    second = "1" * 22
    twin.album(second, name="Second")
    twin.save(access, ALBUM_URI)
    twin.save(access, f"spotify:album:{second}")
    page = twin.api("GET", "/me/albums", access, params={"limit": 1}).json()
    assert [entry["album"]["name"] for entry in page["items"]] == ["Second"]
    assert (page["total"], page["limit"], page["previous"]) == (2, 1, None)
    following = twin.session.get(page["next"], headers={"Authorization": f"Bearer {access}"}).json()
    assert following["items"][0]["album"]["id"] == ALBUM


def test_a_put_without_length_gets_html(twin: TwinClient, access: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(twin.root).netloc)
    connection.putrequest("PUT", f"/spotify/api/v1/me/library?uris={ALBUM_URI}")
    connection.putheader("Authorization", f"Bearer {access}")
    connection.endheaders()
    response = connection.getresponse()
    assert response.status == 411
    assert b"<html>" in response.read()
    connection.close()


def test_old_writes_work_in_extended_mode(twin: TwinClient, access: str) -> None:
    track = twin.control("GET", "state")["albums"][0]["tracks"][0]["id"]
    assert twin.api("PUT", "/me/albums", access, params={"ids": ALBUM}).status_code == 200
    assert twin.api("PUT", "/me/tracks", access, json={"ids": [track]}).status_code == 200
    timestamped = {"timestamped_ids": [{"id": track, "added_at": "2026-01-01T00:00:00Z"}]}
    assert twin.api("PUT", "/me/tracks", access, json=timestamped).status_code == 200
    assert set(twin.library()) == {ALBUM_URI, f"spotify:track:{track}"}
    assert twin.api("DELETE", "/me/albums", access, json={"ids": [ALBUM]}).status_code == 200
    assert ALBUM_URI not in twin.library()


def test_the_old_follow_answers_204(twin: TwinClient) -> None:
    access = twin.sign_in(scope="user-follow-modify").access
    params = {"type": "artist", "ids": ARTIST_URI.rpartition(":")[2]}
    assert twin.api("PUT", "/me/following", access, params=params).status_code == 204
    assert ARTIST_URI in twin.library()
    assert api_error(twin.api("PUT", "/me/following", access))[0] == 400


def test_an_old_write_without_ids_names_the_field(twin: TwinClient, access: str) -> None:
    assert api_error(twin.api("PUT", "/me/albums", access)) == (400, "Missing required field: ids")
    many = ",".join([ALBUM] * 21)
    assert api_error(twin.api("PUT", "/me/albums", access, params={"ids": many}))[0] == 400


@pytest.mark.parametrize("path", ["/me/albums", "/me/tracks", "/me/following?type=artist"])
def test_old_writes_are_403_in_development_mode(twin: TwinClient, access: str, path: str) -> None:
    twin.control("PUT", "fans/ida", {"allow_listed": True})
    twin.switch(mode="development")
    response = twin.api("PUT", path, access, json={"ids": [ALBUM]})
    assert response.json() == {"error": {"status": 403, "message": "Forbidden"}}
    assert twin.save(access).status_code == 200
