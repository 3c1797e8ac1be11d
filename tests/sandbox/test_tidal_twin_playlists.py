"""Playlists at TIDAL: made, filled, read and emptied by their owner."""

from typing import Any

import pytest
from kit_client import LIVE_NEVER_YET
from tidal_client import ALBUM, TRACK, TidalClient, error_of, outcome_of


@pytest.fixture
def access(tidal: TidalClient) -> str:
    return tidal.sign_in().access


@pytest.fixture
def playlist(tidal: TidalClient, access: str) -> str:
    return tidal.new_playlist(access)


def items_path(playlist: str) -> str:
    return f"/playlists/{playlist}/relationships/items"


def second_track(tidal: TidalClient) -> str:
    path = f"/albums/{ALBUM}/relationships/items"
    return tidal.api("GET", path, tidal.app_token()).json()["data"][1]["id"]


def fill(tidal: TidalClient, access: str, playlist: str, *tracks: str) -> list[str]:
    """The ids of the new places in the playlist."""
    answer = tidal.add(access, *tracks or (TRACK,), path=items_path(playlist), kind="tracks")
    return [one["meta"]["itemId"] for one in answer.json()["data"]]


def test_a_track_may_stand_in_it_twice(tidal: TidalClient, access: str, playlist: str) -> None:
    first, second = fill(tidal, access, playlist), fill(tidal, access, playlist)
    assert first != second
    assert tidal.held(access, items_path(playlist)) == [TRACK, TRACK]
    (kept,) = tidal.control("GET", "fans/ida")["playlists"]
    assert (kept["title"], [item["ref"] for item in kept["items"]]) == ("New music", [TRACK, TRACK])


def test_what_is_not_there_is_skipped(tidal: TidalClient, access: str, playlist: str) -> None:
    answer = tidal.add(access, "1", TRACK, path=items_path(playlist), kind="tracks")
    assert outcome_of(answer) == ([TRACK], {"1": "NOT_FOUND"})
    tidal.control("PATCH", f"releases/{ALBUM}", {"live_from": LIVE_NEVER_YET})
    late = tidal.add(access, TRACK, path=items_path(playlist), kind="tracks")
    assert outcome_of(late) == ([], {TRACK: "NOT_FOUND"})


def test_an_album_is_no_item(tidal: TidalClient, access: str, playlist: str) -> None:
    assert error_of(tidal.add(access, path=items_path(playlist)))[0] == 400


def test_a_track_goes_before_another(tidal: TidalClient, access: str, playlist: str) -> None:
    (place,) = fill(tidal, access, playlist)
    track = second_track(tidal)
    body: dict[str, Any] = {"data": [{"type": "tracks", "id": track}], "meta": {"positionBefore": place}}
    assert tidal.api("POST", items_path(playlist), access, document=body).status_code == 200
    assert tidal.held(access, items_path(playlist)) == [track, TRACK]
    assert tidal.held(access, items_path(playlist), sort="title") == [TRACK, track]
    body["meta"]["positionBefore"] = "nowhere"
    assert error_of(tidal.api("POST", items_path(playlist), access, document=body))[0] == 400


def test_one_place_is_emptied(tidal: TidalClient, access: str, playlist: str) -> None:
    (first,), _ = fill(tidal, access, playlist), fill(tidal, access, playlist)
    data: list[dict[str, Any]] = [{"type": "tracks", "id": TRACK}]
    assert error_of(tidal.api("DELETE", items_path(playlist), access, document={"data": data}))[0] == 400
    data[0]["meta"] = {"itemId": first}
    assert tidal.api("DELETE", items_path(playlist), access, document={"data": data}).status_code == 200
    assert tidal.held(access, items_path(playlist)) == [TRACK]


def test_the_fan_s_playlists(tidal: TidalClient, access: str, playlist: str) -> None:
    other = tidal.new_playlist(access, "A first one", accessType="PUBLIC", description="Of mine")
    own = {"filter[owners.id]": "me", "sort": "name"}
    listed = tidal.api("GET", "/playlists", access, params=own).json()["data"]
    assert [one["id"] for one in listed] == [other, playlist]
    assert (listed[0]["attributes"]["accessType"], listed[0]["attributes"]["description"]) == ("PUBLIC", "Of mine")
    assert error_of(tidal.api("GET", "/playlists", access))[0] == 400
    only_writes = tidal.sign_in(scope="playlists.write", prompt="consent").access
    assert error_of(tidal.api("GET", "/playlists", only_writes, params=own))[0] == 403


def test_only_public_ones_are_seen_by_others(tidal: TidalClient, access: str, playlist: str) -> None:
    public = tidal.new_playlist(access, accessType="PUBLIC")
    ben = tidal.sign_in("ben").access
    for token in (ben, tidal.app_token()):
        assert error_of(tidal.api("GET", f"/playlists/{playlist}", token))[0] == 404
        assert error_of(tidal.api("GET", items_path(playlist), token))[0] == 404
        assert tidal.api("GET", f"/playlists/{public}", token).json()["data"]["id"] == public
        found = tidal.api("GET", "/playlists", token, params={"filter[id]": f"{public},{playlist}"}).json()["data"]
        assert [one["id"] for one in found] == [public]
    assert error_of(tidal.add(ben, TRACK, path=items_path(public), kind="tracks"))[0] == 404


def test_a_playlist_is_deleted(tidal: TidalClient, access: str, playlist: str) -> None:
    assert tidal.api("DELETE", f"/playlists/{playlist}", access).status_code == 200
    assert error_of(tidal.api("DELETE", f"/playlists/{playlist}", access))[0] == 404
    assert tidal.control("GET", "fans/ida")["playlists"] == []


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"type": "playlists"},
        {"type": "playlists", "attributes": {"name": ""}},
        {"type": "albums", "attributes": {"name": "x"}},
        {"type": "playlists", "attributes": {"name": "x", "accessType": "PRIVATE"}},
    ],
)
def test_a_playlist_needs_a_name(tidal: TidalClient, access: str, data: Any) -> None:
    assert error_of(tidal.api("POST", "/playlists", access, document={"data": data}))[0] == 400
