"""TIDAL's catalogue: by barcode, by ISRC, by id, and what `include` brings along."""

import pytest
from kit_client import LIVE_NEVER_YET, LIVE_SINCE
from tidal_client import ALBUM, ARTIST, TRACK, TidalClient, error_of

UPC = "602445868162"
OTHER = "251380900"


@pytest.fixture
def app(tidal: TidalClient) -> str:
    """The app's own token."""
    return tidal.app_token()


def found(tidal: TidalClient, token: str, barcode: str, **params: str) -> list[str]:
    return [one["id"] for one in tidal.find(token, barcode, **params).json()["data"]]


def test_an_album_is_found_by_its_barcode(tidal: TidalClient, app: str) -> None:
    (album,) = tidal.find(app, UPC).json()["data"]
    assert (album["type"], album["id"], "relationships" in album) == ("albums", ALBUM, False)
    attributes = album["attributes"]
    assert (attributes["title"], attributes["barcodeId"], attributes["albumType"]) == ("Night Drive", UPC, "ALBUM")
    assert (attributes["numberOfItems"], attributes["releaseDate"]) == (2, "2026-01-02")
    assert attributes["externalLinks"][0]["href"] == f"https://tidal.com/browse/album/{ALBUM}"


def test_a_barcode_has_more_than_one_form(tidal: TidalClient, app: str) -> None:
    assert found(tidal, app, f"0{UPC}") == []
    tidal.switch(barcode_match="number")
    assert found(tidal, app, f"0{UPC}") == [ALBUM]
    tidal.switch(barcode_match="exact", barcode_form="ean")
    assert (found(tidal, app, UPC), found(tidal, app, f"0{UPC}")) == ([], [ALBUM])
    assert found(tidal, app, f"00{UPC}") == []
    tidal.switch(odd_barcode="400")
    assert error_of(tidal.find(app, f"00{UPC}"))[0] == 400


def test_a_barcode_of_thirteen_digits_stays_one(tidal: TidalClient, app: str) -> None:
    tidal.release(OTHER, upc="4006381333931")
    assert found(tidal, app, "4006381333931") == [OTHER]


def test_several_barcodes_give_one_album_each(tidal: TidalClient, app: str) -> None:
    tidal.release(OTHER, upc=UPC)
    tidal.release("3", upc="4006381333931")
    assert found(tidal, app, UPC, sort="createdAt") == [ALBUM, OTHER]
    assert found(tidal, app, f"{UPC},4006381333931", sort="-title") == [ALBUM, "3"]


def test_an_album_before_its_start_is_hidden(tidal: TidalClient, app: str) -> None:
    tidal.control("PATCH", f"releases/{ALBUM}", {"live_from": LIVE_NEVER_YET})
    assert found(tidal, app, UPC) == []
    for path in (f"/albums/{ALBUM}", f"/albums/{ALBUM}/relationships/items", f"/tracks/{TRACK}"):
        assert error_of(tidal.api("GET", path, app))[0] == 404
    tidal.switch(catalogue_before_live="shown")
    assert found(tidal, app, UPC) == [ALBUM]
    assert tidal.api("GET", f"/tracks/{TRACK}", app).status_code == 200


def test_a_country_decides(tidal: TidalClient, app: str) -> None:
    tidal.control("PATCH", f"releases/{ALBUM}", {"live_from": LIVE_NEVER_YET, "starts": {"NZ": LIVE_SINCE}})
    assert (found(tidal, app, UPC), found(tidal, app, UPC, countryCode="NZ")) == ([], [ALBUM])
    tidal.release(ALBUM, upc=UPC, sold_in=["DE"])
    assert (found(tidal, app, UPC), found(tidal, app, UPC, countryCode="DE")) == ([], [ALBUM])
    assert tidal.api("GET", f"/albums/{ALBUM}", tidal.sign_in().access).status_code == 200
    assert error_of(tidal.find(app, UPC, countryCode="Germany"))[0] == 400


def test_a_country_may_be_a_must(tidal: TidalClient, app: str) -> None:
    assert tidal.api("GET", f"/albums/{ALBUM}", app).status_code == 200
    tidal.switch(country_required=True)
    assert error_of(tidal.api("GET", f"/albums/{ALBUM}", app))[0] == 400
    assert found(tidal, app, UPC) == [ALBUM]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/albums", {}),
        ("/albums", {"countryCode": "US"}),
        ("/albums", {"filter[upc]": UPC}),
        ("/albums", {"filter[barcodeId]": UPC, "filter[isrc]": "x"}),
        ("/albums", {"filter[barcodeId]": UPC, "sort": "releaseDate"}),
        ("/albums", {"filter[barcodeId]": UPC, "include": "tracks"}),
        ("/albums", {"filter[barcodeId]": UPC, "include": "items.nothing"}),
        ("/albums", {"filter[barcodeId]": UPC, "include": "items.albums.items.albums"}),
        ("/albums", {"filter[barcodeId]": UPC, "page[cursor]": "2"}),
        ("/artists", {"filter[id]": ARTIST, "sort": "name"}),
        (f"/albums/{ALBUM}/relationships/items", {"sort": "title"}),
        (f"/albums/{ALBUM}/relationships/items", {"include": "artists"}),
    ],
)
def test_a_wrong_question_is_refused(tidal: TidalClient, app: str, path: str, params: dict[str, str]) -> None:
    answer = tidal.api("GET", path, app, params=params)
    assert error_of(answer)[0] == 400
    assert answer.json()["errors"][0]["source"]["parameter"]


def test_too_many_includes_are_refused(tidal: TidalClient, app: str) -> None:
    names = "albumStatistics,artists,coverArt,genres,items,owners,priceConfig,providers,replacement,shares"
    path = f"/albums/{ALBUM}"
    assert tidal.api("GET", path, app, params={"include": names}).status_code == 200
    assert error_of(tidal.api("GET", path, app, params={"include": f"{names},usageRules"}))[0] == 400


def test_include_brings_along_each_thing_once(tidal: TidalClient, app: str) -> None:
    answer = tidal.find(app, UPC, include="artists,items.artists,usageRules,items.albums").json()
    relationships = answer["data"][0]["relationships"]
    assert [one["id"] for one in relationships["artists"]["data"]] == [ARTIST]
    assert [one["meta"]["trackNumber"] for one in relationships["items"]["data"]] == [1, 2]
    assert (relationships["usageRules"]["data"], relationships.keys()) == (None, {"artists", "items", "usageRules"})
    kinds = [one["type"] for one in answer["included"]]
    assert (kinds.count("artists"), kinds.count("tracks"), kinds.count("albums")) == (1, 2, 1)


def test_a_track_is_found_by_its_isrc(tidal: TidalClient, app: str) -> None:
    tidal.release(OTHER, isrc="DEA012600001", album_type="SINGLE", title="Dawn")
    params = {"filter[isrc]": "DEA012600001"}
    titles = [one["attributes"]["title"] for one in tidal.api("GET", "/tracks", app, params=params).json()["data"]]
    assert sorted(titles) == ["Dawn", "Track 1"]
    several = {"filter[isrc]": ["DEA012600001", "DEA012600002"]}
    assert len(tidal.api("GET", "/tracks", app, params=several).json()["data"]) == 2


def test_relationships_of_the_catalogue(tidal: TidalClient, app: str) -> None:
    def ids(path: str) -> list[str]:
        return [one["id"] for one in tidal.api("GET", path, app).json()["data"]]

    assert ids(f"/albums/{ALBUM}/relationships/artists") == [ARTIST]
    assert ids(f"/albums/{ALBUM}/relationships/items")[0] == TRACK
    assert ids(f"/tracks/{TRACK}/relationships/albums") == [ALBUM]
    assert ids(f"/artists/{ARTIST}/relationships/albums") == [ALBUM]
    assert len(ids(f"/artists/{ARTIST}/relationships/tracks")) == 2
    assert ids(f"/artists?filter[id]={ARTIST},99") == [ARTIST]
    included = tidal.api("GET", f"/tracks/{TRACK}/relationships/albums?include=albums.artists", app).json()
    assert {one["type"] for one in included["included"]} == {"albums", "artists"}


def test_a_fan_s_token_may_not_filter(tidal: TidalClient) -> None:
    access = tidal.sign_in().access
    assert tidal.api("GET", f"/albums/{ALBUM}", access).status_code == 200
    assert error_of(tidal.find(access, UPC))[0] == 403
    tidal.switch(fans_may_filter=True)
    assert found(tidal, access, UPC) == [ALBUM]


@pytest.mark.parametrize("path", ["/albums/1", "/tracks/1", "/artists/1", f"/albums/{TRACK}", "/nothing", "/"])
def test_what_is_not_there(tidal: TidalClient, app: str, path: str) -> None:
    assert tidal.api("GET", path, app).status_code == 404
