"""The catalogue of Apple Music's twin by storefront, its limits and its faults."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from apple_music_client import ALBUM, ISRC, UPC, AppleMusicClient, error_of
from kit_client import LIVE_NEVER_YET, LIVE_SINCE

ORDERED: dict[str, Any] = {"live_from": LIVE_NEVER_YET, "preorder_from": "2026-01-01T00:00:00Z", "instant_songs": 1}


def test_an_album_has_the_documented_shape(apple_music: AppleMusicClient) -> None:
    album = apple_music.album()
    attributes = album["attributes"]
    assert (album["type"], album["href"]) == ("albums", f"/v1/catalog/de/albums/{ALBUM}")
    assert (attributes["name"], attributes["artistName"]) == ("Night Drive", "Alba Voss")
    assert (attributes["upc"], attributes["releaseDate"]) == (UPC, "2026-01-02")
    assert (attributes["isComplete"], attributes["trackCount"]) == (True, 1)
    assert attributes["playParams"] == {"id": ALBUM, "kind": "album"}


def test_an_unknown_album_is_404(apple_music: AppleMusicClient) -> None:
    assert error_of(apple_music.api("GET", "/catalog/de/albums/42"))[:2] == (404, "40400")
    assert error_of(apple_music.api("GET", "/catalog/DE/albums/42"))[:2] == (400, "40005")
    assert error_of(apple_music.api("GET", "/no/such/address"))[:2] == (404, "40400")


def test_unknown_ids_are_left_out_of_a_list(apple_music: AppleMusicClient) -> None:
    assert apple_music.find_albums(ids=f"42,{ALBUM}") == [ALBUM]
    assert apple_music.find_albums(ids="42") == []
    many = ",".join(map(str, range(101)))
    for params in ({"ids": many}, {"ids": ""}, {}):
        assert error_of(apple_music.api("GET", "/catalog/de/albums", params=params))[:2] == (400, "40005")


def test_a_upc_is_found_in_each_written_form_or_in_one(apple_music: AppleMusicClient) -> None:
    for upc in (UPC, UPC[1:], UPC[2:]):
        assert apple_music.find_albums(**{"filter[upc]": upc}) == [ALBUM]
    apple_music.switch(upc_digits="14")
    assert [apple_music.find_albums(**{"filter[upc]": upc}) for upc in (UPC, UPC[1:], UPC[2:])] == [[ALBUM], [], []]
    assert apple_music.find_albums(**{"filter[upc]": "00000000000017"}) == []


def test_songs_are_found_by_isrc_and_id(apple_music: AppleMusicClient) -> None:
    apple_music.release("1700000002", title="Night Drive (Single)", single=True)
    found = apple_music.api("GET", "/catalog/de/songs", params={"filter[isrc]": ISRC}).json()["data"]
    assert [song["attributes"]["albumName"] for song in found] == ["Night Drive", "Night Drive (Single)"]
    song = found[0]["id"]
    by_id = apple_music.api("GET", "/catalog/de/songs", params={"ids": f"{song},42"}).json()["data"]
    assert [one["id"] for one in by_id] == [song]
    assert apple_music.api("GET", f"/catalog/de/songs/{song}").json()["data"][0]["attributes"]["isrc"] == ISRC
    assert apple_music.api("GET", "/catalog/de/songs/42").status_code == 404
    many = ",".join(["DEA012600001"] * 2 + [f"DEA01260{number:04}" for number in range(26)])
    assert error_of(apple_music.api("GET", "/catalog/de/songs", params={"filter[isrc]": many}))[0] == 400


def test_an_album_s_artists_and_tracks(apple_music: AppleMusicClient) -> None:
    apple_music.release(artist_id="900000001")
    path = f"/catalog/de/albums/{ALBUM}"
    (artist,) = apple_music.api("GET", f"{path}/artists").json()["data"]
    assert (artist["id"], artist["type"], artist["attributes"]["name"]) == ("900000001", "artists", "Alba Voss")
    assert apple_music.album()["relationships"]["artists"]["data"][0]["id"] == "900000001"
    assert len(apple_music.api("GET", f"{path}/tracks").json()["data"]) == 1
    assert error_of(apple_music.api("GET", f"{path}/record-labels"))[:2] == (404, "40403")


def test_a_storefront_has_its_own_id(apple_music: AppleMusicClient) -> None:
    apple_music.release(ids={"jp": "1700000777"})
    assert apple_music.find_albums("jp", ids=f"{ALBUM},1700000777") == ["1700000777"]
    assert apple_music.find_albums("jp", **{"filter[equivalents]": ALBUM}) == ["1700000777"]
    assert apple_music.find_albums("de", **{"filter[equivalents]": "1700000777"}) == [ALBUM]


def test_a_storefront_has_its_own_start_and_day(apple_music: AppleMusicClient) -> None:
    now = datetime.fromisoformat(apple_music.state()["now"])
    starts = {"nz": (now - timedelta(minutes=1)).isoformat(), "us": (now + timedelta(hours=16)).isoformat()}
    apple_music.release(live_from=LIVE_NEVER_YET, preorder_from=LIVE_SINCE, starts=starts)
    assert apple_music.album("nz")["attributes"]["isComplete"] is True
    assert apple_music.album("us")["attributes"]["isComplete"] is False
    apple_music.release(live_from="2026-12-03T23:00:00Z", preorder_from=LIVE_SINCE, release_dates={"us": "2026"})
    days = [apple_music.album(code)["attributes"]["releaseDate"] for code in ("de", "gb", "us")]
    assert days == ["2026-12-04", "2026-12-03", "2026"]


def test_a_wrong_start_is_explained(apple_music: AppleMusicClient) -> None:
    for starts in ("soon", {"nz": "soon"}, {"nz": 1}, {"nz": "2026-12-04T00:00:00"}):
        body = {"starts": starts}
        assert apple_music.control("PATCH", f"releases/{ALBUM}", body, status=400)["error"]


def test_nothing_is_seen_before_the_pre_order(apple_music: AppleMusicClient) -> None:
    apple_music.release(live_from=LIVE_NEVER_YET)
    assert apple_music.find_albums(ids=ALBUM) == []
    apple_music.release(ALBUM, **ORDERED | {"preorder_from": LIVE_NEVER_YET})
    assert apple_music.find_albums(ids=ALBUM) == []
    apple_music.release(ALBUM, **ORDERED | {"single": True})
    assert apple_music.find_albums(ids=ALBUM) == []


def test_a_pre_order_shows_what_can_be_played(apple_music: AppleMusicClient) -> None:
    apple_music.release(ALBUM, **ORDERED, isrcs=["DEA012600001", "DEA012600002"])
    album = apple_music.album()
    assert (album["attributes"]["isComplete"], "playParams" in album["attributes"]) == (False, True)
    tracks = album["relationships"]["tracks"]["data"]
    assert ["playParams" in track["attributes"] for track in tracks] == [True, False]
    apple_music.release(ALBUM, **ORDERED | {"instant_songs": 0})
    assert "playParams" not in apple_music.album()["attributes"]


def test_the_clock_brings_the_start(apple_music: AppleMusicClient) -> None:
    now = datetime.fromisoformat(apple_music.state()["now"])
    apple_music.release(live_from=(now + timedelta(minutes=5)).isoformat())
    assert apple_music.find_albums(ids=ALBUM) == []
    apple_music.shift(seconds=300)
    assert apple_music.find_albums(ids=ALBUM) == [ALBUM]


def test_the_limit_is_429_without_a_header(apple_music: AppleMusicClient) -> None:
    apple_music.switch(calls=1, window_seconds=60)
    apple_music.album()
    limited = apple_music.api("GET", f"/catalog/de/albums/{ALBUM}")
    assert error_of(limited)[:2] == (429, "42900")
    assert "Retry-After" not in limited.headers
    apple_music.switch(too_many_body="empty")
    assert apple_music.api("GET", f"/catalog/de/albums/{ALBUM}").content == b""
    apple_music.shift(seconds=60)
    assert apple_music.album()["id"] == ALBUM


FAULTS = {
    "429": (429, "42900", ""),
    "403": (403, "40300", "Invalid authentication"),
    "400_no_subscription": (400, "40015", "User does not have access to privilege: CloudLibrary"),
    "400_tier": (400, "40015", "User's subscription tier does not have access to privilege: ListeningHistory"),
    "404": (404, "40400", "Resource with requested id was not found"),
    "500": (500, "50001", ""),
    "502": (502, "50200", ""),
    "503": (503, "50300", ""),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_keeps_the_add_away(apple_music: AppleMusicClient, kind: str) -> None:
    token = apple_music.sign_in()
    apple_music.fault(kind, method="POST", fan="ida")
    response = apple_music.add(token)
    assert error_of(response) == FAULTS[kind]
    assert "Retry-After" not in response.headers
    assert apple_music.library() == {}
    assert apple_music.add(token).status_code == 202


def test_bodiless_faults(apple_music: AppleMusicClient) -> None:
    token = apple_music.sign_in()
    for kind, status in (("401", 401), ("202_ignored", 202), ("empty_200", 200)):
        apple_music.fault(kind)
        response = apple_music.add(token)
        assert (response.status_code, response.content) == (status, b"")
    assert apple_music.library() == {}


def test_a_429_may_have_a_header_all_the_same(apple_music: AppleMusicClient) -> None:
    apple_music.fault("429_retry_after", retry_after=7)
    assert apple_music.api("GET", "/me/storefront").headers["Retry-After"] == "7"


def test_an_add_may_be_done_before_the_line_breaks(apple_music: AppleMusicClient) -> None:
    token = apple_music.sign_in()
    apple_music.fault("apply_then_502")
    assert apple_music.add(token).status_code == 502
    apple_music.fault("apply_then_close")
    with pytest.raises(requests.ConnectionError):
        apple_music.add(token)
    assert apple_music.library()[ALBUM]["times"] == 2


def test_the_pages_show_albums_fans_and_switches(apple_music: AppleMusicClient) -> None:
    apple_music.add(apple_music.sign_in())
    overview = apple_music.session.get(f"{apple_music.url}/").text
    assert "Night Drive" in overview
    assert "POST /v1/me/library" in overview
    fan = apple_music.session.get(f"{apple_music.url}/fans/ida").text
    assert "Night Drive, Alba Voss" in fan
    assert "Remove access" in fan
    home = apple_music.session.get(apple_music.url.removesuffix("/apple-music")).text
    assert 'href="/apple-music/fans/ida"' in home
