"""SoundCloud's API: likes, follows, reposts, look-ups, and how it says no."""

from typing import Any

import pytest
import requests
from kit_client import LIVE_NEVER_YET
from soundcloud_client import ALBUM, ARTIST, TRACK, SoundCloudClient, error_of


@pytest.fixture
def access(soundcloud: SoundCloudClient) -> str:
    return soundcloud.sign_in().access


def likes(soundcloud: SoundCloudClient, access: str, kind: str = "playlists", **query: Any) -> list[str]:
    params = {"linked_partitioning": "true", **query}
    page = soundcloud.api("GET", f"/me/likes/{kind}", access, params=params).json()
    return [item["urn"] for item in page["collection"]]


def test_me_is_the_fan(soundcloud: SoundCloudClient, access: str) -> None:
    me = soundcloud.api("GET", "/me", access).json()
    assert me["urn"] == soundcloud.control("GET", "fans/ida")["account_id"]
    assert (me["kind"], me["username"], me["permalink_url"]) == ("user", "Ida", "https://soundcloud.com/ida")


@pytest.mark.parametrize("urn", [ALBUM, TRACK])
def test_a_like_is_kept_and_read_back(soundcloud: SoundCloudClient, access: str, urn: str) -> None:
    answer = soundcloud.like(access, urn)
    assert (answer.status_code, answer.json()) == (200, {"status": "200 - OK"})
    assert likes(soundcloud, access, urn.split(":")[1]) == [urn]
    assert soundcloud.library()[urn]["times"] == 1
    assert soundcloud.control("GET", f"libraries?ref={urn}")["fans"] == ["ida"]


def test_liking_twice_likes_once(soundcloud: SoundCloudClient, access: str) -> None:
    soundcloud.like(access)
    assert soundcloud.like(access).status_code == 200
    assert soundcloud.control("GET", f"libraries?ref={ALBUM}")["repeated"] == {"ida": 2}
    soundcloud.switch(like_again="400")
    assert error_of(soundcloud.like(access))[0] == 400
    assert likes(soundcloud, access) == [ALBUM]


def test_a_like_is_taken_back(soundcloud: SoundCloudClient, access: str) -> None:
    soundcloud.like(access)
    assert soundcloud.api("DELETE", f"/likes/playlists/{ALBUM}", access).status_code == 200
    assert soundcloud.library() == {}
    assert error_of(soundcloud.api("DELETE", f"/likes/playlists/{ALBUM}", access))[0] == 404
    soundcloud.switch(unlike_again="200")
    assert soundcloud.api("DELETE", f"/likes/playlists/{ALBUM}", access).status_code == 200


def test_one_track_says_whether_the_fan_likes_it(soundcloud: SoundCloudClient, access: str) -> None:
    assert soundcloud.api("GET", f"/tracks/{TRACK}", access).json()["user_favorite"] is False
    soundcloud.like(access, TRACK)
    track = soundcloud.api("GET", f"/tracks/{TRACK}", access).json()
    assert (track["user_favorite"], track["isrc"], track["sharing"]) == (True, "DEA012600001", "public")
    listed = soundcloud.api("GET", "/me/likes/tracks", access).json()
    assert [item["user_favorite"] for item in listed] == [False]


def test_a_playlist_shows_its_tracks(soundcloud: SoundCloudClient, access: str) -> None:
    album = soundcloud.api("GET", f"/playlists/{ALBUM}", access).json()
    assert [track["urn"] for track in album["tracks"]] == [TRACK]
    assert (album["ean"], album["kind"]) == ("00602445868162", "playlist")
    assert album["permalink_url"] == "https://soundcloud.com/alba-voss/sets/night-drive"
    assert album["user"]["urn"] == ARTIST


def test_a_private_release_is_not_there(soundcloud: SoundCloudClient, access: str) -> None:
    soundcloud.release(ALBUM, live_from=LIVE_NEVER_YET)
    page = "https://soundcloud.com/alba-voss/sets/night-drive"
    assert error_of(soundcloud.like(access))[0] == 404
    assert error_of(soundcloud.api("GET", f"/playlists/{ALBUM}", access))[0] == 404
    assert error_of(soundcloud.api("POST", f"/reposts/playlists/{ALBUM}", access))[0] == 404
    assert error_of(soundcloud.api("GET", "/resolve", access, params={"url": page}))[0] == 404
    soundcloud.control("PATCH", f"releases/{ALBUM}", {"live_from": "2026-01-02T00:00:00Z"})
    assert soundcloud.like(access).status_code == 200


def test_a_secret_token_shows_a_private_track(soundcloud: SoundCloudClient, access: str) -> None:
    soundcloud.release(TRACK, live_from=None, secret_token="s-abc")
    secret = {"secret_token": "s-abc"}
    assert soundcloud.api("GET", f"/tracks/{TRACK}", access, params=secret).json()["sharing"] == "private"
    assert error_of(soundcloud.like(access, TRACK, params=secret))[0] == 404
    soundcloud.switch(secret_token_likes=True)
    assert soundcloud.like(access, TRACK, params=secret).status_code == 200
    soundcloud.release(TRACK, live_from=None)
    assert error_of(soundcloud.api("GET", f"/tracks/{TRACK}", access, params={"secret_token": ""}))[0] == 404


def test_following_twice_follows_once(soundcloud: SoundCloudClient, access: str) -> None:
    first = soundcloud.api("PUT", f"/me/followings/{ARTIST}", access)
    assert (first.status_code, first.json()["username"]) == (201, "Alba Voss")
    again = soundcloud.api("PUT", f"/me/followings/{ARTIST}", access)
    assert (again.status_code, again.json()) == (200, {"status": "200 - Successful"})
    assert soundcloud.following() == [ARTIST]
    (artist,) = soundcloud.api("GET", "/me/followings", access).json()
    assert artist["urn"] == ARTIST


def test_who_follows_too_many_is_told(soundcloud: SoundCloudClient, access: str) -> None:
    soundcloud.switch(most_followings=0)
    code, message = error_of(soundcloud.api("PUT", f"/me/followings/{ARTIST}", access))
    assert (code, "maximum" in message) == (422, True)
    assert soundcloud.following() == []


def test_nobody_unknown_is_followed(soundcloud: SoundCloudClient, access: str) -> None:
    assert error_of(soundcloud.api("PUT", "/me/followings/soundcloud:users:99", access))[0] == 404
    assert error_of(soundcloud.api("DELETE", f"/me/followings/{ARTIST}", access))[0] == 404
    soundcloud.api("PUT", f"/me/followings/{ARTIST}", access)
    assert soundcloud.api("DELETE", f"/me/followings/{ARTIST}", access).status_code == 200
    assert soundcloud.following() == []


def test_a_repost_is_kept(soundcloud: SoundCloudClient, access: str) -> None:
    reposted = soundcloud.api("POST", f"/reposts/tracks/{TRACK}", access)
    assert (reposted.status_code, reposted.text) == (201, "")
    assert [one["ref"] for one in soundcloud.control("GET", "fans/ida")["reposts"]] == [TRACK]
    assert [one["urn"] for one in soundcloud.api("GET", "/me/reposts/tracks", access).json()] == [TRACK]
    assert soundcloud.api("DELETE", f"/reposts/tracks/{TRACK}", access).status_code == 200
    assert error_of(soundcloud.api("DELETE", f"/reposts/tracks/{TRACK}", access))[0] == 404


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("https://soundcloud.com/alba-voss/sets/night-drive?si=1&utm_source=clipboard", f"/playlists/{ALBUM}"),
        ("https://m.soundcloud.com/alba-voss/night-drive/", f"/tracks/{TRACK}"),
        ("https://on.soundcloud.com/AbC", f"/tracks/{TRACK}"),
        ("https://soundcloud.com/alba-voss", f"/users/{ARTIST}"),
    ],
)
def test_a_page_resolves_to_a_resource(soundcloud: SoundCloudClient, page: str, path: str) -> None:
    found = soundcloud.api("GET", "/resolve", soundcloud.app_token(), params={"url": page}, allow_redirects=False)
    assert found.status_code == 302
    assert found.headers["Location"] == found.json()["location"] == f"{soundcloud.url}/api{path}"


@pytest.mark.parametrize(("page", "code"), [("https://soundcloud.com/nobody/x", 404), ("https://a.example", 404)])
def test_other_pages_do_not_resolve(soundcloud: SoundCloudClient, access: str, page: str, code: int) -> None:
    assert error_of(soundcloud.api("GET", "/resolve", access, params={"url": page}))[0] == code


def test_lists_come_in_pages(soundcloud: SoundCloudClient, access: str) -> None:
    soundcloud.release("soundcloud:playlists:9", title="Morning")
    for urn in (ALBUM, "soundcloud:playlists:9"):
        soundcloud.like(access, urn)
    params = {"linked_partitioning": "true", "limit": "1"}
    first = soundcloud.api("GET", "/me/likes/playlists", access, params=params).json()
    assert [item["urn"] for item in first["collection"]] == ["soundcloud:playlists:9"]
    headers = {"Authorization": f"OAuth {access}"}
    second = soundcloud.session.get(first["next_href"], headers=headers).json()
    assert [item["urn"] for item in second["collection"]] == [ALBUM]
    assert "next_href" not in second
    assert error_of(soundcloud.api("GET", "/me/likes/playlists", access, params={"limit": "500"}))[0] == 400


def test_the_scheme_is_oauth(soundcloud: SoundCloudClient, access: str) -> None:
    bearer = {"Authorization": f"Bearer {access}"}
    assert error_of(soundcloud.like(access, headers=bearer))[0] == 401
    soundcloud.switch(accept_bearer=True)
    assert soundcloud.like(access, headers=bearer).status_code == 200


def test_ids_are_urns_of_the_right_kind(soundcloud: SoundCloudClient, access: str) -> None:
    assert error_of(soundcloud.api("POST", f"/likes/tracks/{ALBUM}", access))[0] == 400
    assert error_of(soundcloud.api("POST", "/likes/tracks/none", access))[0] == 400
    assert soundcloud.api("POST", "/likes/tracks/2", access).status_code == 200
    soundcloud.switch(numbers_work=False)
    assert error_of(soundcloud.api("POST", "/likes/tracks/2", access))[0] == 400


def test_an_app_s_token_only_looks_things_up(soundcloud: SoundCloudClient) -> None:
    token = soundcloud.app_token()
    assert soundcloud.api("GET", f"/tracks/{TRACK}", token).json()["user_favorite"] is False
    assert soundcloud.api("GET", f"/users/{ARTIST}", token).json()["username"] == "Alba Voss"
    assert error_of(soundcloud.like(token))[0] == 401
    assert error_of(soundcloud.api("GET", "/me", token))[0] == 401


def test_a_token_dies_with_its_hour_or_its_consent(soundcloud: SoundCloudClient, access: str) -> None:
    assert error_of(soundcloud.like("made-up"))[0] == 401
    soundcloud.control("POST", "fans/ida/revoke")
    assert error_of(soundcloud.like(access))[0] == 401
    soundcloud.switch(access_survives_revoke=True)
    assert soundcloud.like(access).status_code == 200
    soundcloud.shift(seconds=3599)
    assert error_of(soundcloud.like(access))[0] == 401


def test_many_likes_in_a_row_look_like_spam(soundcloud: SoundCloudClient, access: str) -> None:
    soundcloud.switch(likes=1)
    soundcloud.like(access)
    refused = soundcloud.like(access, TRACK)
    assert error_of(refused)[0] == 429
    assert refused.json()["spam_warning_urn"].startswith("soundcloud:spam-warnings:")
    assert list(soundcloud.library()) == [ALBUM]
    assert soundcloud.like(soundcloud.sign_in("ben").access).status_code == 200


def test_the_gateway_has_a_form_of_its_own(soundcloud: SoundCloudClient, access: str) -> None:
    soundcloud.switch(calls=1)
    soundcloud.like(access)
    refused = soundcloud.like(access, TRACK)
    assert (refused.status_code, refused.json()) == (429, {"error": "Rate Limit Exceeded"})
    assert "Retry-After" not in refused.headers


@pytest.mark.parametrize("kind", ["400", "401", "403", "404", "422", "429", "500", "502"])
def test_an_error_can_be_ordered(soundcloud: SoundCloudClient, access: str, kind: str) -> None:
    soundcloud.fault(kind, path="/likes/*", fan="ida")
    assert error_of(soundcloud.like(access))[0] == int(kind)
    assert soundcloud.library() == {}
    assert soundcloud.like(access).status_code == 200


def test_an_ordered_limit_says_when_to_come_back(soundcloud: SoundCloudClient, access: str) -> None:
    for kind in ("429", "429_gateway"):
        soundcloud.fault(kind, retry_after=7)
        assert soundcloud.like(access).headers["Retry-After"] == "7"


def test_a_like_may_be_done_without_an_answer(soundcloud: SoundCloudClient, access: str) -> None:
    soundcloud.fault("apply_then_close")
    with pytest.raises(requests.ConnectionError):
        soundcloud.like(access)
    assert list(soundcloud.library()) == [ALBUM]


def test_the_journal_names_the_call_and_no_secret(soundcloud: SoundCloudClient, access: str) -> None:
    soundcloud.like(access)
    (call,) = soundcloud.calls(ref=ALBUM)
    assert (call["method"], call["path"]) == ("POST", f"/likes/playlists/{ALBUM}")
    assert (call["fan"], call["status"], call["host"]) == ("ida", 200, "api")
    assert access not in str(soundcloud.control("GET", "calls"))
