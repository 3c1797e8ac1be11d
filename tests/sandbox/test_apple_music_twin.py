"""The Apple Music API of the twin: who may call, and what comes of an add."""

import time
from typing import Any

import pytest
import requests
from apple_music_client import (
    ALBUM,
    KEY,
    ORIGIN,
    AppleMusicClient,
    error_of,
)
from joserfc.jwk import ECKey, OctKey
from kit_client import LIVE_NEVER_YET

DEAD = (403, "40300", "Invalid authentication")
INSTANT: dict[str, Any] = {"live_from": LIVE_NEVER_YET, "preorder_from": "2026-01-01T00:00:00Z", "instant_songs": 1}


@pytest.fixture
def ida(apple_music: AppleMusicClient) -> str:
    """Ida's Music User Token."""
    return apple_music.sign_in()


def is_refused(response: requests.Response) -> bool:
    return (response.status_code, response.content) == (401, b"")


def test_a_good_developer_token_is_let_in(apple_music: AppleMusicClient) -> None:
    assert apple_music.album()["id"] == ALBUM


def test_without_a_developer_token_nobody_is_let_in(apple_music: AppleMusicClient, ida: str) -> None:
    assert is_refused(apple_music.session.get(f"{apple_music.url}/api/v1/catalog/de/albums/{ALBUM}"))
    assert is_refused(apple_music.add(ida, headers={"Authorization": "Basic x"}))
    assert is_refused(apple_music.add(ida, developer_token="no.jwt.here"))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "OTHERTEAM1"},
        {"iss": None},
        {"iat": None},
        {"exp": None},
        {"exp": -1},
        {"exp": 16_000_000},
        {"origin": ORIGIN},
    ],
    ids=str,
)
def test_a_wrong_claim_is_refused(apple_music: AppleMusicClient, claims: dict[str, Any]) -> None:
    if claims.get("exp"):
        claims = {"exp": int(time.time()) + claims["exp"]}
    token = apple_music.mint(**claims)
    assert is_refused(apple_music.api("GET", "/me/storefront", developer_token=token))


def test_the_longest_life_of_a_developer_token_is_a_switch(apple_music: AppleMusicClient) -> None:
    token = apple_music.mint(exp=int(time.time()) + 15_777_000 - 60)
    path = f"/catalog/de/albums/{ALBUM}"
    assert apple_music.api("GET", path, developer_token=token).status_code == 200
    apple_music.switch(longest_token_seconds=15_000_000)
    assert is_refused(apple_music.api("GET", path, developer_token=token))


def test_a_signature_of_another_key_or_kind_is_refused(apple_music: AppleMusicClient) -> None:
    tokens = [
        apple_music.mint(ECKey.generate_key("P-256")),
        apple_music.mint(ECKey.generate_key("P-384"), {"alg": "ES384"}),
        apple_music.mint(OctKey.generate_key(256), {"alg": "HS256"}),
        apple_music.mint(header={"kid": "UNKNOWNKEY"}),
        apple_music.developer_token[:-6] + "AAAAAA",
    ]
    for token in tokens:
        assert is_refused(apple_music.api("GET", f"/catalog/de/albums/{ALBUM}", developer_token=token))


def test_an_origin_claim_wants_the_origin_header(apple_music: AppleMusicClient) -> None:
    path, token = f"/catalog/de/albums/{ALBUM}", apple_music.mint(origin=[ORIGIN])
    assert is_refused(apple_music.api("GET", path, developer_token=token))
    assert is_refused(apple_music.api("GET", path, developer_token=token, headers={"Origin": "https://evil.example"}))
    assert apple_music.api("GET", path, developer_token=token, headers={"Origin": ORIGIN}).status_code == 200


def test_an_add_is_answered_202_and_nothing(apple_music: AppleMusicClient, ida: str) -> None:
    response = apple_music.add(ida)
    assert (response.status_code, response.content) == (202, b"")
    assert apple_music.library()[ALBUM]["times"] == 1
    assert apple_music.control("GET", f"libraries?ref={ALBUM}")["fans"] == ["ida"]
    assert apple_music.related(ida)[0]["type"] == "library-albums"


def test_brackets_may_be_escaped_or_not(apple_music: AppleMusicClient, ida: str) -> None:
    assert apple_music.api("POST", f"/me/library?ids[albums]={ALBUM}", ida).status_code == 202
    assert apple_music.api("POST", f"/me/library?ids%5Balbums%5D={ALBUM}", ida).status_code == 202
    assert apple_music.library()[ALBUM]["times"] == 2


def test_several_kinds_and_ids_go_in_one_call(apple_music: AppleMusicClient, ida: str) -> None:
    apple_music.release("1700000009")
    song = apple_music.album()["relationships"]["tracks"]["data"][0]["id"]
    params = {"ids[albums]": f"{ALBUM},1700000009,42", "ids[songs]": song}
    assert apple_music.api("POST", "/me/library", ida, params=params).status_code == 202
    assert set(apple_music.library()) == {ALBUM, "1700000009", song}
    (call,) = apple_music.calls(method="POST", path="/v1/me/library")
    assert call["refs"] == [ALBUM, "1700000009", "42", song]


def test_what_cannot_be_added_is_passed_over_in_silence(apple_music: AppleMusicClient, ida: str) -> None:
    apple_music.release("1700000002", sold_in=["jp"])
    apple_music.release("1700000003", ids={"de": "1700000004"})
    apple_music.release("1700000005", takedown=True)
    for ref in ("42", "1700000002", "1700000003", "1700000005"):
        assert apple_music.add(ida, ref).status_code == 202
    assert apple_music.library() == {}
    assert apple_music.add(ida, "1700000004").status_code == 202
    assert set(apple_music.library()) == {"1700000004"}


def test_an_add_without_ids_is_400(apple_music: AppleMusicClient, ida: str) -> None:
    assert error_of(apple_music.api("POST", "/me/library", ida))[:2] == (400, "40005")
    assert error_of(apple_music.add(ida, kind="artists"))[:2] == (400, "40005")


def test_an_unreleased_album_is_not_added(apple_music: AppleMusicClient, ida: str) -> None:
    apple_music.release(live_from=LIVE_NEVER_YET)
    assert apple_music.add(ida).status_code == 202
    assert apple_music.library() == {}


def test_a_pre_release_is_added_when_it_has_an_instant_song(apple_music: AppleMusicClient, ida: str) -> None:
    apple_music.release(ALBUM, **INSTANT)
    apple_music.add(ida)
    assert ALBUM in apple_music.library()
    assert apple_music.related(ida)
    apple_music.switch(relate_before_live=False)
    assert apple_music.related(ida) == []


def test_a_pre_release_without_an_instant_song_may_be_added_or_not(apple_music: AppleMusicClient, ida: str) -> None:
    apple_music.release(ALBUM, **INSTANT | {"instant_songs": 0})
    apple_music.add(ida)
    assert apple_music.library() == {}
    apple_music.switch(adds_without_instant=True)
    apple_music.add(ida)
    assert ALBUM in apple_music.library()


def test_of_a_pre_release_only_the_instant_songs_can_be_added(apple_music: AppleMusicClient, ida: str) -> None:
    apple_music.release(ALBUM, **INSTANT, isrcs=["DEA012600001", "DEA012600002"])
    songs = [song["id"] for song in apple_music.album()["relationships"]["tracks"]["data"]]
    apple_music.add(ida, ",".join(songs), "songs")
    assert set(apple_music.library()) == {songs[0]}


def test_an_add_may_be_seen_only_after_a_while(apple_music: AppleMusicClient, ida: str) -> None:
    apple_music.switch(longest_add_seconds=1000)
    apple_music.add(ida)
    assert apple_music.library() == {}
    assert apple_music.related(ida) == []
    assert apple_music.control("GET", f"libraries?ref={ALBUM}")["total"] == 0
    apple_music.shift(seconds=1000)
    assert apple_music.related(ida)
    assert apple_music.control("GET", f"libraries?ref={ALBUM}")["total"] == 1


@pytest.mark.parametrize(("repeated_add", "keeps"), [("keeps_date", True), ("new_date", False)])
def test_adding_twice_keeps_one(apple_music: AppleMusicClient, ida: str, repeated_add: str, keeps: bool) -> None:
    apple_music.switch(repeated_add=repeated_add)
    apple_music.add(ida)
    (first,) = apple_music.related(ida)
    assert apple_music.add(ida).status_code == 202
    (again,) = apple_music.related(ida)
    assert apple_music.library()[ALBUM]["times"] == 2
    assert (first["id"] == again["id"]) is keeps


def test_nothing_can_be_removed(apple_music: AppleMusicClient, ida: str) -> None:
    apple_music.add(ida)
    assert is_refused(apple_music.api("DELETE", f"/me/library/albums/{ALBUM}", ida))
    assert is_refused(apple_music.api("DELETE", f"/me/library?ids[albums]={ALBUM}", ida))
    assert ALBUM in apple_music.library()


def test_the_library_s_albums_are_paged(apple_music: AppleMusicClient, ida: str) -> None:
    for number in range(3):
        apple_music.release(f"170000001{number}", title=f"Album {number}")
        apple_music.add(ida, f"170000001{number}")
    first = apple_music.api("GET", "/me/library/albums", ida, params={"limit": 2, "include": "catalog"}).json()
    assert [album["attributes"]["name"] for album in first["data"]] == ["Album 0", "Album 1"]
    assert first["data"][0]["relationships"]["catalog"]["data"][0]["id"] == "1700000010"
    assert first["meta"] == {"total": 3}
    second = apple_music.api("GET", first["next"].removeprefix("/v1"), ida).json()
    assert ([album["attributes"]["name"] for album in second["data"]], "next" in second) == (["Album 2"], False)
    assert error_of(apple_music.api("GET", "/me/library/albums?limit=101", ida))[:2] == (400, "40005")


def test_the_storefront_is_the_fan_s(apple_music: AppleMusicClient, ida: str) -> None:
    apple_music.fan(storefront="nz")
    (storefront,) = apple_music.api("GET", "/me/storefront", ida).json()["data"]
    assert (storefront["id"], storefront["type"]) == ("nz", "storefronts")


def test_a_user_token_lives_for_half_a_year(apple_music: AppleMusicClient, ida: str) -> None:
    apple_music.shift(days=179.9)
    assert apple_music.add(ida).status_code == 202
    apple_music.shift(days=0.2)
    assert error_of(apple_music.add(ida)) == DEAD
    assert apple_music.add(apple_music.sign_in()).status_code == 202


def test_the_life_of_a_user_token_is_a_switch(apple_music: AppleMusicClient) -> None:
    apple_music.switch(user_token_days=1)
    token = apple_music.sign_in()
    apple_music.shift(days=1)
    assert error_of(apple_music.add(token)) == DEAD


def test_a_changed_password_ends_every_token(apple_music: AppleMusicClient, ida: str) -> None:
    second = apple_music.sign_in()
    assert second != ida
    assert apple_music.control("POST", "fans/ida/revoke") == {"revoked": 1}
    for token in (ida, second, "made-up"):
        assert error_of(apple_music.add(token)) == DEAD
        assert error_of(apple_music.api("GET", "/me/storefront", token)) == DEAD
    assert apple_music.library() == {}


def test_a_call_without_a_user_token(apple_music: AppleMusicClient) -> None:
    assert error_of(apple_music.api("GET", "/me/storefront")) == DEAD
    apple_music.switch(without_user_token="401")
    assert is_refused(apple_music.api("GET", "/me/storefront"))


@pytest.mark.parametrize(
    ("subscription", "detail"),
    [
        ("none", "User does not have access to privilege: CloudLibrary"),
        ("lower_tier", "User's subscription tier does not have access to privilege: ListeningHistory"),
    ],
)
def test_without_the_right_subscription_there_is_no_library(
    apple_music: AppleMusicClient, ida: str, subscription: str, detail: str
) -> None:
    apple_music.fan(subscription=subscription)
    refused = (400, "40015", detail)
    assert error_of(apple_music.add(ida)) == refused
    assert error_of(apple_music.api("GET", "/me/library/albums", ida)) == refused
    assert apple_music.api("GET", "/me/storefront", ida).status_code == 200
    apple_music.fan(subscription="active")
    assert apple_music.add(ida).status_code == 202


def test_without_a_subscription_it_may_be_401(apple_music: AppleMusicClient, ida: str) -> None:
    apple_music.switch(without_subscription="401")
    apple_music.fan(subscription="none")
    assert is_refused(apple_music.add(ida))


def test_privacy_terms_that_were_not_accepted_are_403(apple_music: AppleMusicClient, ida: str) -> None:
    apple_music.fan(privacy_accepted=False)
    assert error_of(apple_music.add(ida)) == DEAD
    apple_music.fan(privacy_accepted=True)
    assert apple_music.add(ida).status_code == 202


def test_a_user_token_is_bound_to_its_team(apple_music: AppleMusicClient, ida: str) -> None:
    other = ECKey.generate_key("P-256")
    pem = other.as_pem(private=False).decode()
    apple_music.control("PUT", "keys/OTHERKEY01", {"team_id": "OTHERTEAM1", "pem": pem})
    token = apple_music.mint(other, {"kid": "OTHERKEY01"}, iss="OTHERTEAM1")
    assert error_of(apple_music.add(ida, developer_token=token)) == DEAD
    apple_music.switch(bound_to_team=False)
    assert apple_music.add(ida, developer_token=token).status_code == 202
    assert apple_music.add(ida, developer_token=apple_music.mint(iss="OTHERTEAM1")).status_code == 401


def test_a_key_that_is_none_is_explained(apple_music: AppleMusicClient) -> None:
    assert "PEM" in apple_music.control("PUT", "keys/X", {"team_id": "T", "pem": "x"}, status=400)["error"]


def test_the_journal_and_the_state_hold_no_secret(apple_music: AppleMusicClient, ida: str) -> None:
    apple_music.add(ida)
    written = str(apple_music.calls()) + str(apple_music.control("GET", "fans/ida"))
    assert ida not in written
    assert apple_music.developer_token not in written
    assert apple_music.calls(method="POST")[0]["fan"] == "ida"
    assert apple_music.state()["keys"] == [{"key_id": KEY, "team_id": "SANDBOXTEA"}]
