"""TIDAL's API for a fan: the collection, what is skipped, follows, playlists, and the deprecated resource."""

from typing import Any

import pytest
from kit_client import LIVE_NEVER_YET, LIVE_SINCE
from tidal_client import (
    ALBUM,
    ALBUMS,
    ARTIST,
    ARTISTS,
    MEDIA_TYPE,
    TRACK,
    TRACKS,
    TidalClient,
    error_of,
    outcome_of,
)

OTHER = "251380900"


@pytest.fixture
def access(tidal: TidalClient) -> str:
    return tidal.sign_in().access


@pytest.fixture
def old(tidal: TidalClient, access: str) -> str:
    """The deprecated address of Ida's albums."""
    return f"/userCollections/{account(tidal)}/relationships/albums"


def account(tidal: TidalClient, fan: str = "ida") -> str:
    return tidal.control("GET", f"fans/{fan}")["account_id"]


def test_me_is_the_fan(tidal: TidalClient, access: str) -> None:
    data = tidal.api("GET", "/users/me", access).json()["data"]
    assert (data["type"], data["id"]) == ("users", account(tidal))
    assert (data["attributes"]["country"], data["attributes"]["developerAccessTier"]) == ("DE", "THIRD_PARTY")
    assert tidal.api("GET", f"/users/{data['id']}", access).status_code == 200
    assert error_of(tidal.api("GET", "/users/1", access))[0] == 404


def test_an_album_is_added_and_read_back(tidal: TidalClient, access: str) -> None:
    answer = tidal.add(access)
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert outcome_of(answer) == ([ALBUM], {})
    assert answer.json()["links"] == {"self": ALBUMS}
    assert answer.json()["data"][0]["meta"]["addedAt"].endswith("Z")
    assert tidal.held(access) == [ALBUM]
    assert tidal.library()[ALBUM]["times"] == 1
    assert tidal.calls(method="POST", ref=ALBUM, fan="ida")[0]["status"] == 200


def test_adding_twice_adds_once(tidal: TidalClient, access: str) -> None:
    tidal.add(access)
    assert outcome_of(tidal.add(access)) == ([], {ALBUM: "ALREADY_PRESENT"})
    assert tidal.control("GET", f"libraries?ref={ALBUM}")["repeated"] == {"ida": 2}
    tidal.switch(add_again="409")
    tidal.release(OTHER)
    assert error_of(tidal.add(access, ALBUM, OTHER)) == (409, "DUPLICATE_ITEMS_IN_COLLECTION")
    assert tidal.held(access) == [ALBUM]


def test_the_same_twice_in_one_call(tidal: TidalClient, access: str) -> None:
    assert outcome_of(tidal.add(access, ALBUM, ALBUM)) == ([ALBUM], {ALBUM: "ALREADY_PRESENT"})


def test_what_is_not_there_is_skipped(tidal: TidalClient, access: str) -> None:
    assert outcome_of(tidal.add(access, "1", ALBUM)) == ([ALBUM], {"1": "NOT_FOUND"})
    assert outcome_of(tidal.add(access, TRACK)) == ([], {TRACK: "NOT_FOUND"})
    assert set(tidal.library()) == {ALBUM}


def test_an_album_before_its_start_is_skipped(tidal: TidalClient, access: str) -> None:
    tidal.release(ALBUM, live_from=LIVE_NEVER_YET)
    assert outcome_of(tidal.add(access)) == ([], {ALBUM: "NOT_FOUND"})
    tidal.switch(add_before_live="404")
    assert error_of(tidal.add(access))[0] == 404
    assert tidal.library() == {}
    tidal.switch(add_before_live="added")
    assert outcome_of(tidal.add(access)) == ([ALBUM], {})
    assert tidal.held(access) == [ALBUM]


def test_the_release_day_makes_it_possible(tidal: TidalClient, access: str) -> None:
    tidal.release(ALBUM, live_from=LIVE_NEVER_YET)
    tidal.add(access)
    tidal.control("PATCH", f"releases/{ALBUM}", {"live_from": LIVE_SINCE})
    assert outcome_of(tidal.add(access)) == ([ALBUM], {})


def test_a_country_may_start_earlier_or_not_have_it(tidal: TidalClient, access: str) -> None:
    tidal.release(ALBUM, live_from=LIVE_NEVER_YET, starts={"NZ": LIVE_SINCE})
    assert outcome_of(tidal.add(access)) == ([], {ALBUM: "NOT_FOUND"})
    tidal.control("PUT", "fans/ida", {"country": "NZ"})
    assert outcome_of(tidal.add(access)) == ([ALBUM], {})
    tidal.release(OTHER, sold_in=["US"])
    assert outcome_of(tidal.add(access, OTHER)) == ([], {OTHER: "NOT_FOUND"})


def test_an_album_is_taken_out(tidal: TidalClient, access: str) -> None:
    tidal.add(access)
    answer = tidal.remove(access)
    assert (answer.status_code, answer.json()) == (200, {"links": {"self": ALBUMS}})
    assert tidal.library() == {}
    assert tidal.remove(access).status_code == 200
    tidal.switch(remove_unknown="404")
    assert error_of(tidal.remove(access))[0] == 404


def test_the_collection_is_full(tidal: TidalClient, access: str) -> None:
    tidal.switch(most_items=0)
    assert error_of(tidal.add(access)) == (409, "TOO_MANY_ITEMS_IN_COLLECTION")
    assert tidal.library() == {}


def test_an_app_may_say_when_it_was_added(tidal: TidalClient, access: str) -> None:
    data = [{"type": "albums", "id": ALBUM, "meta": {"addedAt": "2020-02-02T00:00:00Z"}}]
    tidal.api("POST", ALBUMS, access, document={"data": data})
    (listed,) = tidal.api("GET", ALBUMS, access).json()["data"]
    assert listed["meta"] == {"addedAt": "2020-02-02T00:00:00Z"}
    assert not tidal.library()[ALBUM]["at"].startswith("2020")
    tidal.remove(access)
    tidal.add(access)
    (listed,) = tidal.api("GET", ALBUMS, access).json()["data"]
    assert not listed["meta"]["addedAt"].startswith("2020")


def test_the_collection_comes_in_pages_and_orders(tidal: TidalClient, access: str) -> None:
    for number, title in enumerate(("b", "C", "a"), 1):
        tidal.release(f"20{number}", title=title, artist=f"Artist {4 - number}")
        tidal.add(access, f"20{number}")
        tidal.shift(seconds=1)
    assert tidal.held(access) == ["203", "202", "201"]
    assert tidal.held(access, sort="title") == ["203", "201", "202"]
    assert tidal.held(access, sort="-artists.name") == ["201", "202", "203"]
    tidal.switch(page_size=2)
    first = tidal.api("GET", ALBUMS, access, params={"sort": "addedAt"}).json()
    assert [one["id"] for one in first["data"]] == ["201", "202"]
    assert first["links"]["next"].startswith(f"{ALBUMS}?sort=addedAt&page[cursor]=")
    assert first["links"]["next"].endswith(first["links"]["meta"]["nextCursor"])
    last = tidal.api("GET", first["links"]["next"], access).json()
    assert ([one["id"] for one in last["data"]], "next" in last["links"]) == (["203"], False)
    tidal.switch(page_size=3)
    assert "next" not in tidal.api("GET", ALBUMS, access).json()["links"]


def test_a_collection_itself(tidal: TidalClient, access: str) -> None:
    tidal.add(access)
    params = {"include": "items.artists,owners"}
    whole = tidal.api("GET", "/userCollectionAlbums/me", access, params=params).json()
    assert (whole["data"]["id"], whole["data"]["attributes"]["numberOfItems"]) == (account(tidal), 1)
    assert {one["type"] for one in whole["included"]} == {"albums", "artists", "users"}
    owners = tidal.api("GET", "/userCollectionAlbums/me/relationships/owners", access).json()
    assert owners["data"] == [{"type": "users", "id": account(tidal)}]


def test_an_artist_is_followed(tidal: TidalClient, access: str) -> None:
    assert outcome_of(tidal.follow(access)) == ([ARTIST], {})
    assert outcome_of(tidal.follow(access)) == ([], {ARTIST: "ALREADY_PRESENT"})
    assert outcome_of(tidal.follow(access, "99")) == ([], {"99": "NOT_FOUND"})
    assert (tidal.following(), tidal.held(access, ARTISTS, sort="name")) == ([ARTIST], [ARTIST])
    assert tidal.remove(access, ARTIST, path=ARTISTS, kind="artists").status_code == 200
    assert tidal.following() == []


def test_a_track_is_kept_beside_its_album(tidal: TidalClient, access: str) -> None:
    assert outcome_of(tidal.add(access, TRACK, path=TRACKS, kind="tracks")) == ([TRACK], {})
    tidal.add(access)
    assert (tidal.held(access, TRACKS, sort="albums.title"), tidal.held(access)) == ([TRACK], [ALBUM])


@pytest.mark.parametrize("data", [[], [{"type": "albums", "id": "1"}] * 51, {"type": "albums", "id": "1"}, None])
def test_one_to_fifty_items_are_taken(tidal: TidalClient, access: str, data: Any) -> None:
    assert error_of(tidal.api("POST", ALBUMS, access, document={"data": data}))[0] == 400


@pytest.mark.parametrize(
    ("item", "pointer"),
    [
        ({"type": "tracks", "id": TRACK}, "/data/0/type"),
        ({"type": "albums", "id": 1}, "/data/0/id"),
        ({"type": "albums"}, "/data/0/id"),
        ("251380836", "/data/0"),
        ({"type": "albums", "id": ALBUM, "meta": {"addedAt": "today"}}, "/data/0/meta/addedAt"),
    ],
)
def test_an_item_is_read_exactly(tidal: TidalClient, access: str, item: Any, pointer: str) -> None:
    answer = tidal.api("POST", ALBUMS, access, document={"data": [item]})
    assert error_of(answer)[0] == 400
    assert answer.json()["errors"][0]["source"] == {"pointer": pointer}
    assert tidal.library() == {}


def test_a_collection_of_another_is_not_there(tidal: TidalClient, access: str) -> None:
    path = f"/userCollectionAlbums/{account(tidal)}/relationships/items"
    assert tidal.add(access, path=path).status_code == 200
    tidal.sign_in("ben")
    foreign = f"/userCollectionAlbums/{account(tidal, 'ben')}/relationships/items"
    assert error_of(tidal.add(access, path=foreign))[0] == 404
    assert error_of(tidal.api("GET", foreign, access))[0] == 404


@pytest.mark.parametrize("status", ["403", "404"])
def test_each_call_needs_its_scope(tidal: TidalClient, status: str) -> None:
    tidal.switch(missing_scope=status)
    reader = tidal.sign_in(scope="collection.read").access
    assert error_of(tidal.add(reader))[0] == int(status)
    assert error_of(tidal.remove(reader))[0] == int(status)
    assert error_of(tidal.api("GET", "/users/me", reader))[0] == int(status)
    writer = tidal.sign_in(scope="collection.write", prompt="consent").access
    assert tidal.add(writer).status_code == 200
    assert error_of(tidal.api("GET", ALBUMS, writer))[0] == int(status)
    assert tidal.held(reader) == [ALBUM]


def test_the_old_resource_still_works(tidal: TidalClient, access: str, old: str) -> None:
    assert tidal.add(access, path=old).json() == {"links": {"self": old}}
    assert error_of(tidal.add(access, path=old)) == (409, "DUPLICATE_ITEMS_IN_COLLECTION")
    assert error_of(tidal.add(access, "1", path=old))[0] == 404
    assert tidal.held(access, old, sort="albums.addedAt") == [ALBUM] == tidal.held(access)
    assert error_of(tidal.api("GET", old, access, params={"sort": "addedAt"}))[0] == 400
    whole = tidal.api("GET", f"/userCollections/{account(tidal)}?include=albums", access).json()
    assert [one["id"] for one in whole["included"]] == [ALBUM]
    assert tidal.remove(access, path=old).status_code == 200
    assert tidal.library() == {}


def test_the_old_resource_may_say_less(tidal: TidalClient, access: str, old: str) -> None:
    tidal.switch(old_add_again="200", old_add_unknown="200")
    tidal.add(access, path=old)
    assert tidal.add(access, path=old).status_code == 200
    assert tidal.add(access, "1", path=old).status_code == 200
    assert set(tidal.library()) == {ALBUM}


def test_the_old_resource_may_be_gone(tidal: TidalClient, access: str, old: str) -> None:
    assert error_of(tidal.add(access, path="/userCollections/me/relationships/albums"))[0] == 404
    tidal.switch(old_routes="gone")
    assert error_of(tidal.add(access, path=old))[0] == 404
    assert error_of(tidal.api("GET", old, access))[0] == 404
    assert error_of(tidal.remove(access, path=old))[0] == 404
    assert tidal.add(access).status_code == 200
