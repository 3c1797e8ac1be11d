"""Albums, tracks, artists and search, with what is known about their traps."""

import pytest
from kit_client import LIVE_NEVER_YET
from twin_client import ALBUM, ISRC, UPC, TwinClient, api_error


def search(twin: TwinClient, access: str, **params: object) -> list[dict[str, object] | None]:
    kind = str(params.setdefault("type", "album"))
    return twin.api("GET", "/search", access, params=params).json()[f"{kind}s"]["items"]


def test_an_album_has_its_upc_and_tracks(twin: TwinClient, access: str) -> None:
    album = twin.api("GET", f"/albums/{ALBUM}", access).json()
    assert album["uri"] == f"spotify:album:{ALBUM}"
    assert (album["name"], album["artists"][0]["name"]) == ("Night Drive", "Alba Voss")
    assert album["external_ids"] == {"upc": UPC}
    assert (album["release_date"], album["release_date_precision"]) == ("2026-01-02", "day")
    assert album["tracks"]["items"][0]["is_playable"] is True
    assert "restrictions" not in album


def test_tracks_and_artists_have_pages_of_their_own(twin: TwinClient, access: str) -> None:
    track = twin.api("GET", f"/albums/{ALBUM}/tracks", access).json()["items"][0]
    whole = twin.api("GET", f"/tracks/{track['id']}", access).json()
    assert (whole["external_ids"], whole["album"]["id"]) == ({"isrc": ISRC}, ALBUM)
    artist = twin.api("GET", f"/artists/{track['artists'][0]['id']}", access).json()
    assert artist["name"] == "Alba Voss"


@pytest.mark.parametrize("path", ["/albums/", "/tracks/", "/artists/"])
def test_unknown_and_bad_ids_differ(twin: TwinClient, access: str, path: str) -> None:
    assert api_error(twin.api("GET", path + "0" * 22, access))[0] == 404
    assert api_error(twin.api("GET", path + "short", access)) == (400, "Invalid base62 id")


def test_before_the_start_an_album_is_missing(twin: TwinClient, access: str) -> None:
    twin.album(live_from=LIVE_NEVER_YET)
    assert api_error(twin.api("GET", f"/albums/{ALBUM}", access))[0] == 404
    assert api_error(twin.api("GET", f"/albums/{ALBUM}/tracks", access))[0] == 404


def test_before_the_start_an_album_may_be_restricted(twin: TwinClient, access: str) -> None:
    twin.switch(before_live="restricted")
    twin.album(live_from=LIVE_NEVER_YET)
    album = twin.api("GET", f"/albums/{ALBUM}", access).json()
    assert album["restrictions"] == {"reason": "market"}
    assert album["tracks"]["items"][0]["is_playable"] is False


def test_no_start_means_never(twin: TwinClient, access: str) -> None:
    twin.album(live_from=None)
    assert twin.api("GET", f"/albums/{ALBUM}", access).status_code == 404


def test_the_fan_s_country_wins_over_the_market(twin: TwinClient, access: str) -> None:
    twin.album(live_from={"NZ": "2026-01-01T00:00:00Z"})
    assert twin.api("GET", f"/albums/{ALBUM}", access, params={"market": "NZ"}).status_code == 404
    twin.control("PUT", "fans/ida", {"country": "nz"})
    assert twin.api("GET", f"/albums/{ALBUM}", access).status_code == 200


def test_an_app_token_needs_a_market_for_a_part_release(twin: TwinClient) -> None:
    token = twin.app_token()
    twin.album(live_from={"NZ": "2026-01-01T00:00:00Z", "DE": LIVE_NEVER_YET})
    assert search(twin, token, q=f"upc:{UPC}") == []
    assert len(search(twin, token, q=f"upc:{UPC}", market="NZ")) == 1
    assert twin.api("GET", f"/albums/{ALBUM}", token, params={"market": "DE"}).status_code == 404


def test_a_taken_down_album_has_no_name(twin: TwinClient, access: str) -> None:
    twin.control("PATCH", f"albums/{ALBUM}", {"takedown": True})
    album = twin.api("GET", f"/albums/{ALBUM}", access).json()
    assert album["name"] == ""
    assert album["restrictions"] == {"reason": "market"}


def test_a_upc_must_be_padded_as_delivered(twin: TwinClient, access: str) -> None:
    assert search(twin, access, q="upc:602445868162") == []
    assert search(twin, access, q="upc:0602445868162") == []
    (hit,) = search(twin, access, q=f"upc:{UPC}")
    assert hit is not None
    assert hit["id"] == ALBUM


def test_one_upc_may_have_two_albums(twin: TwinClient, access: str) -> None:
    twin.album("1" * 22)
    assert len(search(twin, access, q=f"upc:{UPC}")) == 2


def test_an_isrc_finds_the_track(twin: TwinClient, access: str) -> None:
    (hit,) = search(twin, access, q=f"isrc:{ISRC.lower()}", type="track")
    assert hit is not None
    assert hit["external_ids"] == {"isrc": ISRC}
    assert search(twin, access, q=f"isrc:{ISRC}") == []


def test_words_and_names_find_albums_and_artists(twin: TwinClient, access: str) -> None:
    assert len(search(twin, access, q="night voss")) == 1
    assert len(search(twin, access, q='album:"Night Drive" artist:alba')) == 1
    assert len(search(twin, access, q="artist:alba", type="artist")) == 1
    assert search(twin, access, q="somebody else") == []


def test_before_the_start_search_finds_nothing_or_null(twin: TwinClient, access: str) -> None:
    twin.album(live_from=LIVE_NEVER_YET)
    assert search(twin, access, q=f"upc:{UPC}") == []
    twin.switch(search_before_live="null")
    assert search(twin, access, q=f"upc:{UPC}") == [None]
    assert search(twin, access, q=f"isrc:{ISRC}", type="track") == [None]


def test_search_may_lag_behind_the_start(twin: TwinClient, access: str) -> None:
    twin.album(live_from=twin.control("GET", "state")["now"])
    twin.switch(search_lag_seconds=600)
    assert search(twin, access, q=f"upc:{UPC}") == []
    assert twin.api("GET", f"/albums/{ALBUM}", access).status_code == 200
    twin.shift(seconds=600)
    assert len(search(twin, access, q=f"upc:{UPC}")) == 1


def test_the_search_limit_depends_on_the_mode(twin: TwinClient) -> None:
    token = twin.app_token()
    query = {"q": "night", "type": "album", "limit": 50}
    assert twin.api("GET", "/search", token, params=query).status_code == 200
    twin.switch(mode="development")
    assert api_error(twin.api("GET", "/search", token, params=query)) == (400, "Invalid limit")
    answer = twin.api("GET", "/search", token, params={"q": "night", "type": "album"}).json()
    assert answer["albums"]["limit"] == 5


@pytest.mark.parametrize(
    "params",
    [
        {"type": "album"},
        {"q": "x"},
        {"q": "x", "type": "song"},
        {"q": "x", "type": "album", "limit": 0},
        {"q": "x", "type": "album", "offset": 1001},
        {"q": "x", "type": "album", "offset": "two"},
    ],
)
def test_a_bad_search_is_400(twin: TwinClient, access: str, params: dict[str, object]) -> None:
    assert api_error(twin.api("GET", "/search", access, params=params))[0] == 400


def test_many_albums_at_once_are_gone_in_development(twin: TwinClient) -> None:
    token = twin.app_token()
    params = {"ids": f"{ALBUM},{'0' * 22}"}
    albums = twin.api("GET", "/albums", token, params=params).json()["albums"]
    assert (albums[0]["id"], albums[1]) == (ALBUM, None)
    twin.switch(mode="development")
    assert api_error(twin.api("GET", "/albums", token, params=params)) == (403, "Forbidden")


def test_development_mode_leaves_fields_out(twin: TwinClient) -> None:
    token = twin.app_token()
    assert {"available_markets", "label", "popularity"} <= twin.api("GET", f"/albums/{ALBUM}", token).json().keys()
    twin.switch(mode="development")
    album = twin.api("GET", f"/albums/{ALBUM}", token).json()
    assert not {"available_markets", "label", "popularity"} & album.keys()
    assert album["external_ids"] == {"upc": UPC}
