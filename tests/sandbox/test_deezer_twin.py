"""Deezer's API: favourites, whom a fan follows, playlists, and how it says no."""

from typing import Any

import pytest
import requests
from deezer_client import ALBUM, ARTIST, PERMS, TRACK, DeezerClient, error_of
from kit_client import LIVE_NEVER_YET, LIVE_SINCE

NO_PERMISSION, NO_DATA = ("OAuthException", 200), ("DataException", 800)
FAULTS = {
    "quota": ("Exception", 4),
    "items_limit_exceeded": ("Exception", 100),
    "permission": NO_PERMISSION,
    "token_invalid": ("OAuthException", 300),
    "parameter": ("ParameterException", 500),
    "parameter_missing": ("MissingParameterException", 501),
    "query_invalid": ("InvalidQueryException", 600),
    "service_busy": ("Exception", 700),
    "data_not_found": NO_DATA,
    "data_exists": ("DataException", 801),
    "individual_account_not_allowed": ("IndividualAccountChangedNotAllowedException", 901),
}


@pytest.fixture
def access(deezer: DeezerClient) -> str:
    return deezer.sign_in()


@pytest.fixture
def full_access(deezer: DeezerClient) -> str:
    return deezer.sign_in(perms=f"{PERMS},delete_library,email")


def test_me_is_the_fan(deezer: DeezerClient, access: str, full_access: str) -> None:
    me = deezer.api("GET", "/user/me", access)
    assert str(me["id"]) == deezer.control("GET", "fans/ida")["account_id"]
    assert (me["name"], me["country"], me["type"], "email" in me) == ("Ida", "DE", "user", False)
    assert deezer.api("GET", "/user/me", full_access)["email"] == "ida@fans.example"
    assert "lang" not in deezer.api("GET", f"/user/{me['id']}")
    assert error_of(deezer.api("GET", "/user/1")) == NO_DATA


@pytest.mark.parametrize(("shelf", "number"), [("albums", ALBUM), ("tracks", TRACK)])
def test_a_favourite_is_kept_and_read_back(deezer: DeezerClient, access: str, shelf: str, number: str) -> None:
    response = deezer.call("POST", f"/user/me/{shelf}", access, **{f"{shelf[:-1]}_id": number})
    assert (response.status_code, response.text.strip()) == (200, "true")
    assert deezer.favourites(access, shelf) == [number]
    assert deezer.library()[number]["times"] == 1
    assert deezer.control("GET", f"libraries?ref={number}")["fans"] == ["ida"]


def test_adding_twice_adds_once(deezer: DeezerClient, access: str) -> None:
    deezer.add(access)
    assert deezer.add(access) is True
    assert deezer.control("GET", f"libraries?ref={ALBUM}")["repeated"] == {"ida": 2}
    deezer.switch(add_again="false")
    assert deezer.add(access) is False
    assert deezer.favourites(access) == [ALBUM]


def test_an_artist_is_followed_once(deezer: DeezerClient, access: str) -> None:
    for _ in range(2):
        assert deezer.api("POST", "/user/me/artists", access, artist_id=ARTIST) is True
    assert deezer.following() == [ARTIST]
    assert deezer.favourites(access, "artists") == [ARTIST]
    assert error_of(deezer.api("POST", "/user/me/artists", access, artist_id="99")) == NO_DATA
    assert deezer.library() == {}


def test_an_artist_can_be_followed_before_the_release(deezer: DeezerClient, access: str) -> None:
    deezer.release("77", artist="Newcomer", artist_id="78", live_from=LIVE_NEVER_YET)
    assert deezer.api("POST", "/user/me/artists", access, artist_id="78") is True


def test_several_are_added_together_or_not_at_all(deezer: DeezerClient, access: str) -> None:
    deezer.release("77", title="Morning")
    assert error_of(deezer.api("POST", "/user/me/albums", access, album_ids=f"{ALBUM},99")) == NO_DATA
    assert deezer.library() == {}
    assert deezer.api("POST", "/user/me/albums", access, album_ids=f"{ALBUM},77") is True
    assert deezer.favourites(access) == [ALBUM, "77"]


@pytest.mark.parametrize(("answer", "kept"), [("800", []), ("false", []), ("true", [ALBUM])])
def test_an_add_before_the_start(deezer: DeezerClient, access: str, answer: str, kept: list[str]) -> None:
    deezer.release(ALBUM, live_from=LIVE_NEVER_YET)
    deezer.switch(add_before_live=answer)
    said = deezer.add(access)
    assert said is (answer == "true") if isinstance(said, bool) else error_of(said) == NO_DATA
    assert list(deezer.library()) == kept
    assert deezer.favourites(access) == []
    deezer.control("PATCH", f"releases/{ALBUM}", {"live_from": LIVE_SINCE})
    assert deezer.favourites(access) == kept
    assert deezer.add(access) is True


def test_what_is_not_there_cannot_be_added(deezer: DeezerClient, access: str) -> None:
    assert error_of(deezer.add(access, "99")) == NO_DATA
    assert error_of(deezer.add(access, TRACK)) == NO_DATA
    deezer.switch(add_unknown="false")
    assert deezer.add(access, "99") is False
    assert deezer.library() == {}


def test_an_id_is_a_number(deezer: DeezerClient, access: str) -> None:
    assert error_of(deezer.add(access, "night-drive")) == ("ParameterException", 500)
    assert error_of(deezer.api("POST", "/user/me/albums", access)) == ("MissingParameterException", 501)
    assert error_of(deezer.add(access, "")) == ("MissingParameterException", 501)


def test_parameters_travel_in_the_query_alone(deezer: DeezerClient, access: str) -> None:
    url = f"{deezer.url}/api/user/me/albums"
    body = {"access_token": access, "album_id": ALBUM}
    assert error_of(deezer.session.post(url, data=body).json()) == NO_PERMISSION
    bearer = {"Authorization": f"Bearer {access}"}
    assert error_of(deezer.session.post(f"{url}?album_id={ALBUM}", headers=bearer).json()) == NO_PERMISSION


def test_the_method_may_stand_in_the_query(deezer: DeezerClient, access: str) -> None:
    assert deezer.api("GET", "/user/me/albums", access, album_id=ALBUM, request_method="post") is True
    assert list(deezer.library()) == [ALBUM]
    (call,) = deezer.calls(ref=ALBUM)
    assert (call["method"], call["path"], call["fan"]) == ("POST", "/user/me/albums", "ida")


def test_adding_needs_its_permission(deezer: DeezerClient) -> None:
    access = deezer.sign_in(perms="basic_access,offline_access")
    assert error_of(deezer.add(access)) == NO_PERMISSION
    assert error_of(deezer.api("POST", "/user/me/playlists", access, title="x")) == NO_PERMISSION
    assert deezer.favourites(access) == []


def test_a_token_is_needed_and_has_to_be_good(deezer: DeezerClient) -> None:
    assert error_of(deezer.api("GET", "/user/me")) == NO_PERMISSION
    assert error_of(deezer.api("GET", "/user/me", "made-up")) == ("OAuthException", 300)
    assert error_of(deezer.api("GET", f"/album/{ALBUM}", "made-up")) == ("OAuthException", 300)


def test_nobody_changes_what_is_another_s(deezer: DeezerClient, access: str) -> None:
    ben = deezer.sign_in("ben")
    ben_id = deezer.control("GET", "fans/ben")["account_id"]
    assert error_of(deezer.api("POST", f"/user/{ben_id}/albums", access, album_id=ALBUM)) == NO_PERMISSION
    assert deezer.api("POST", f"/user/{ben_id}/albums", ben, album_id=ALBUM) is True
    assert [item["id"] for item in deezer.api("GET", f"/user/{ben_id}/albums")["data"]] == [int(ALBUM)]
    playlist = deezer.new_playlist(ben)
    assert error_of(deezer.fill(access, playlist)) == NO_PERMISSION


def test_an_account_may_not_be_changed(deezer: DeezerClient, access: str) -> None:
    deezer.control("PUT", "fans/ida", {"changeable": False})
    assert error_of(deezer.add(access)) == FAULTS["individual_account_not_allowed"]
    assert deezer.api("GET", "/user/me", access)["name"] == "Ida"


def test_a_favourite_is_removed(deezer: DeezerClient, access: str, full_access: str) -> None:
    deezer.add(access)
    assert error_of(deezer.api("DELETE", "/user/me/albums", access, album_id=ALBUM)) == NO_PERMISSION
    assert deezer.api("DELETE", "/user/me/albums", full_access, album_id=ALBUM) is True
    assert deezer.library() == {}
    deezer.api("POST", "/user/me/artists", full_access, artist_id=ARTIST)
    assert deezer.api("DELETE", "/user/me/artists", full_access, artist_id=ARTIST) is True
    assert deezer.following() == []


def test_a_full_list_takes_no_more(deezer: DeezerClient, access: str) -> None:
    deezer.release("77")
    deezer.switch(most_items=1)
    assert deezer.add(access) is True
    assert error_of(deezer.add(access, "77")) == ("Exception", 100)
    assert deezer.add(access) is True
    assert deezer.api("POST", "/user/me/tracks", access, track_id=TRACK) is True


def test_a_list_comes_in_pages(deezer: DeezerClient, access: str) -> None:
    for number in ("71", "72", "73"):
        deezer.release(number)
        deezer.add(access, number)
    first = deezer.api("GET", "/user/me/albums", access, limit=2)
    assert ([item["id"] for item in first["data"]], first["total"], "prev" in first) == ([71, 72], 3, False)
    second = deezer.session.get(first["next"]).json()
    assert ([item["id"] for item in second["data"]], "next" in second) == ([73], False)
    assert [item["id"] for item in deezer.session.get(second["prev"]).json()["data"]] == [71, 72]
    assert error_of(deezer.api("GET", "/user/me/albums", access, limit="many")) == ("ParameterException", 500)


def test_the_next_page_may_come_without_the_token(deezer: DeezerClient, access: str) -> None:
    for number in ("71", "72"):
        deezer.release(number)
        deezer.add(access, number)
    deezer.switch(token_in_next=False)
    following = deezer.api("GET", "/user/me/albums", access, limit=1)["next"]
    assert error_of(deezer.session.get(following).json()) == NO_PERMISSION


def test_a_playlist_is_made_and_filled(deezer: DeezerClient, access: str) -> None:
    playlist = deezer.new_playlist(access)
    assert deezer.fill(access, playlist) is True
    assert deezer.songs_of(playlist) == [TRACK]
    assert deezer.favourites(access, "playlists") == [playlist]
    shown = deezer.api("GET", f"/playlist/{playlist}")
    assert (shown["title"], shown["nb_tracks"], shown["tracks"]["data"][0]["id"]) == ("New music", 1, int(TRACK))
    (kept,) = deezer.control("GET", "fans/ida")["playlists"]
    assert (kept["id"], [item["ref"] for item in kept["items"]]) == (playlist, [TRACK])


def test_a_song_stands_in_a_playlist_once(deezer: DeezerClient, access: str) -> None:
    deezer.release("77", kind="track")
    playlist = deezer.new_playlist(access)
    deezer.fill(access, playlist)
    assert error_of(deezer.fill(access, playlist, f"77,{TRACK}")) == ("DataException", 801)
    assert deezer.songs_of(playlist) == [TRACK]
    deezer.switch(playlist_again="true")
    assert deezer.fill(access, playlist, f"77,{TRACK}") is True
    assert deezer.songs_of(playlist) == [TRACK, "77"]


def test_a_playlist_says_no(deezer: DeezerClient, access: str) -> None:
    playlist = deezer.new_playlist(access)
    deezer.release(TRACK, kind="track", live_from=LIVE_NEVER_YET)
    assert error_of(deezer.fill(access, playlist)) == NO_DATA
    assert error_of(deezer.fill(access, "1")) == NO_DATA
    assert error_of(deezer.fill(access, playlist, "")) == ("MissingParameterException", 501)
    assert error_of(deezer.api("POST", "/user/me/playlists", access)) == ("MissingParameterException", 501)
    deezer.switch(most_items=0)
    deezer.release(TRACK, kind="track")
    assert error_of(deezer.fill(access, playlist)) == ("Exception", 100)
    assert deezer.songs_of(playlist) == []


def test_a_playlist_is_changed_and_deleted(deezer: DeezerClient, full_access: str) -> None:
    deezer.release("77", kind="track")
    playlist = deezer.new_playlist(full_access)
    deezer.fill(full_access, playlist, f"{TRACK},77")
    tracks = f"/playlist/{playlist}/tracks"
    assert deezer.api("POST", tracks, full_access, order=f"77,{TRACK}") is True
    assert deezer.songs_of(playlist) == ["77", TRACK]
    assert error_of(deezer.api("POST", tracks, full_access, order="77")) == ("ParameterException", 500)
    assert deezer.api("DELETE", tracks, full_access, songs=TRACK) is True
    assert deezer.songs_of(playlist) == ["77"]
    assert deezer.api("POST", f"/playlist/{playlist}", full_access, title="Later") is True
    assert deezer.api("GET", f"/playlist/{playlist}")["title"] == "Later"
    assert deezer.api("DELETE", f"/playlist/{playlist}", full_access) is True
    assert error_of(deezer.api("GET", f"/playlist/{playlist}")) == NO_DATA


@pytest.mark.parametrize("path", ["/nowhere", "/user/me/nowhere", "/version/2.0/album/1"])
def test_an_unknown_address_is_an_invalid_query(deezer: DeezerClient, path: str) -> None:
    assert error_of(deezer.api("GET", path)) == ("InvalidQueryException", 600)
    assert error_of(deezer.api("POST", f"/album/{ALBUM}")) == ("InvalidQueryException", 600)


def test_fifty_calls_in_five_seconds_are_enough(deezer: DeezerClient, access: str) -> None:
    deezer.switch(window_seconds=60.0)
    assert {deezer.add(access) for _ in range(50)} == {True}
    assert error_of(deezer.add(access)) == ("Exception", 4)
    assert error_of(deezer.add(deezer.sign_in("ben"))) == ("Exception", 4)
    assert "Retry-After" not in deezer.call("GET", "/user/me", access).headers
    deezer.switch(quota_type="QuotaException")
    assert error_of(deezer.add(access)) == ("QuotaException", 4)
    deezer.shift(seconds=60)
    assert deezer.add(access) is True


def test_whose_calls_are_counted_together(deezer: DeezerClient, access: str) -> None:
    ben = deezer.sign_in("ben")
    deezer.switch(calls=1, limited_by="token")
    assert (deezer.add(access), deezer.add(ben)) == (True, True)
    assert error_of(deezer.add(ben)) == ("Exception", 4)
    deezer.switch(limited_by="app")
    assert deezer.add(access) is True
    assert error_of(deezer.add(ben)) == ("Exception", 4)
    assert deezer.api("GET", f"/album/{ALBUM}")["id"] == int(ALBUM)


def test_the_whole_service_may_be_busy(deezer: DeezerClient, access: str) -> None:
    deezer.switch(busy=True)
    assert error_of(deezer.add(access)) == ("Exception", 700)


@pytest.mark.parametrize("kind", FAULTS)
def test_an_error_can_be_ordered(deezer: DeezerClient, access: str, kind: str) -> None:
    deezer.fault(kind, path="/user/me/albums", fan="ida")
    assert error_of(deezer.add(access)) == FAULTS[kind]
    assert deezer.library() == {}
    assert deezer.add(access) is True


@pytest.mark.parametrize(("kind", "status"), [("http_403", 403), ("http_404", 404), ("http_504", 504), ("502", 502)])
def test_the_front_end_has_words_of_its_own(deezer: DeezerClient, access: str, kind: str, status: int) -> None:
    deezer.fault(kind)
    response = deezer.call("POST", "/user/me/albums", access, album_id=ALBUM)
    assert (response.status_code, response.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert deezer.library() == {}


def test_a_false_and_a_limit_can_be_ordered(deezer: DeezerClient, access: str) -> None:
    deezer.fault("false_200")
    assert deezer.add(access) is False
    deezer.fault("http_429", retry_after=7)
    response = deezer.call("POST", "/user/me/albums", access, album_id=ALBUM)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")


def test_an_add_may_be_done_without_an_answer(deezer: DeezerClient, access: str) -> None:
    deezer.fault("apply_then_close")
    with pytest.raises(requests.ConnectionError):
        deezer.add(access)
    assert list(deezer.library()) == [ALBUM]


@pytest.mark.parametrize("changes", [{"kind": "single"}, {"tracks": ["a"]}, {"artist_id": "x"}])
def test_a_release_is_checked(deezer: DeezerClient, changes: dict[str, Any]) -> None:
    deezer.control("PUT", f"releases/{ALBUM}", changes, status=400)
    deezer.control("PUT", "releases/night-drive", {}, status=400)


def test_the_pages_show_what_a_fan_has(deezer: DeezerClient, access: str) -> None:
    deezer.add(access)
    deezer.api("POST", "/user/me/artists", access, artist_id=ARTIST)
    deezer.fill(access, deezer.new_playlist(access))
    page = deezer.session.get(f"{deezer.url}/fans/ida").text
    assert all(text in page for text in ("Night Drive, Alba Voss", ARTIST, "New music", "offline_access"))
    overview = deezer.session.get(f"{deezer.url}/").text
    assert "POST /user/me/albums" in overview
    assert "Adding a favourite again" in overview
