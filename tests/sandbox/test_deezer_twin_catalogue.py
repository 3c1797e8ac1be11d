"""Deezer's catalogue, open to all: an album by its UPC, a track by its ISRC, and search."""

import pytest
from deezer_client import ALBUM, ARTIST, EAN, ISRC, TRACK, UPC, DeezerClient, error_of
from kit_client import LIVE_NEVER_YET

NO_DATA = ("DataException", 800)


def test_an_album_is_found_by_its_upc(deezer: DeezerClient) -> None:
    album = deezer.api("GET", f"/album/upc:{UPC}")
    assert (album["id"], album["title"], album["artist"]["name"]) == (int(ALBUM), "Night Drive", "Alba Voss")
    assert (album["upc"], album["link"]) == (EAN, f"https://www.deezer.com/album/{ALBUM}")
    assert (album["release_date"], album["available"], album["record_type"]) == ("2026-01-02", True, "album")
    assert (album["nb_tracks"], [track["id"] for track in album["tracks"]["data"]]) == (1, [int(TRACK)])
    assert deezer.api("GET", f"/album/{ALBUM}") == album


@pytest.mark.parametrize(
    ("digits", "found"),
    [("twelve", [UPC]), ("as_entered", [EAN]), ("any", [UPC, EAN, f"0{EAN}"])],
)
def test_noughts_before_a_upc(deezer: DeezerClient, digits: str, found: list[str]) -> None:
    deezer.switch(upc_digits=digits)
    asked = (UPC, EAN, f"0{EAN}")
    assert [code for code in asked if "error" not in deezer.api("GET", f"/album/upc:{code}")] == found


def test_a_short_number_keeps_twelve_digits(deezer: DeezerClient) -> None:
    deezer.release("77", upc="00012345678905")
    assert deezer.api("GET", "/album/upc:012345678905")["id"] == 77
    assert error_of(deezer.api("GET", "/album/upc:12345678905")) == NO_DATA


@pytest.mark.parametrize("code", ["", "000000000000", "602445868163", "night"])
def test_another_upc_finds_nothing(deezer: DeezerClient, code: str) -> None:
    deezer.release("77", upc="")
    for digits in ("twelve", "as_entered", "any"):
        deezer.switch(upc_digits=digits)
        assert error_of(deezer.api("GET", f"/album/upc:{code}")) == NO_DATA


def test_a_track_is_found_by_its_isrc(deezer: DeezerClient) -> None:
    track = deezer.api("GET", f"/track/isrc:{ISRC}")
    assert (track["id"], track["isrc"], track["album"]["id"]) == (int(TRACK), ISRC, int(ALBUM))
    assert deezer.api("GET", f"/track/{TRACK}") == track
    deezer.release("77", kind="track")
    assert error_of(deezer.api("GET", "/track/isrc:")) == NO_DATA
    assert error_of(deezer.api("GET", f"/track/{ALBUM}")) == NO_DATA


def test_before_its_start_nothing_is_there(deezer: DeezerClient) -> None:
    deezer.release(TRACK, kind="track", artist_id=ARTIST, isrc=ISRC, live_from=LIVE_NEVER_YET)
    deezer.release(ALBUM, artist_id=ARTIST, upc=EAN, tracks=[TRACK], live_from=LIVE_NEVER_YET)
    for path in (f"/album/upc:{UPC}", f"/album/{ALBUM}", f"/album/{ALBUM}/tracks", f"/track/isrc:{ISRC}"):
        assert error_of(deezer.api("GET", path)) == NO_DATA
    assert deezer.api("GET", "/search/album", q="night") == {"data": [], "total": 0}
    assert deezer.api("GET", f"/artist/{ARTIST}/albums")["data"] == []
    assert deezer.api("GET", f"/artist/{ARTIST}")["name"] == "Alba Voss"


def test_an_album_may_be_shown_before_its_start(deezer: DeezerClient) -> None:
    deezer.release(ALBUM, upc=EAN, live_from=LIVE_NEVER_YET)
    deezer.switch(shown_before_live=True)
    album = deezer.api("GET", f"/album/upc:{UPC}")
    assert (album["available"], album["release_date"]) == (False, "2099-01-01")
    assert error_of(deezer.add(deezer.sign_in())) == NO_DATA


def test_no_data_may_be_a_404(deezer: DeezerClient) -> None:
    deezer.switch(no_data_status="404")
    response = deezer.call("GET", "/album/1")
    assert (response.status_code, error_of(response.json())) == (404, NO_DATA)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("night drive", True),
        ("drive VOSS", True),
        ('artist:"alba voss" album:"night drive"', True),
        ('artist:"alba" track:"night"', True),
        ('artist:"somebody" album:"night drive"', False),
        ("night swim", False),
    ],
)
def test_search_by_words_and_by_fields(deezer: DeezerClient, query: str, found: bool) -> None:
    albums = deezer.api("GET", "/search/album", q=query)
    assert [album["id"] for album in albums["data"]] == [int(ALBUM)] * found
    assert albums["total"] == int(found)
    for path in ("/search", "/search/track"):
        assert [track["id"] for track in deezer.api("GET", path, q=query)["data"]] == [int(TRACK)] * found


def test_a_strict_search_keeps_words_together(deezer: DeezerClient) -> None:
    assert deezer.api("GET", "/search/album", q="drive night", strict="on")["data"] == []
    assert deezer.api("GET", "/search/album", q="night drive", strict="on")["total"] == 1
    assert error_of(deezer.api("GET", "/search/album")) == ("MissingParameterException", 501)


def test_an_artist_is_found_with_albums(deezer: DeezerClient) -> None:
    (artist,) = deezer.api("GET", "/search/artist", q="alba")["data"]
    assert artist["id"] == int(ARTIST)
    assert [album["id"] for album in deezer.api("GET", f"/artist/{ARTIST}/albums")["data"]] == [int(ALBUM)]
    assert error_of(deezer.api("GET", "/artist/99")) == NO_DATA
    assert error_of(deezer.api("GET", "/artist/99/albums")) == NO_DATA


def test_a_search_comes_in_pages(deezer: DeezerClient) -> None:
    for number in range(70, 100):
        deezer.release(str(number), title="Morning")
    first = deezer.api("GET", "/search/album", q="morning")
    assert (len(first["data"]), first["total"]) == (25, 30)
    assert len(deezer.session.get(first["next"]).json()["data"]) == 5
