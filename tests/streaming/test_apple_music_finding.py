"""Finding releases on Apple Music: by pasted names, and by UPC in one storefront after the other."""

from __future__ import annotations

import pytest
from apple_answers import ALBUM, SONG, UPC, album, list_of
from scripted_service import ScriptedService

from presave_app.streaming.apple_music import AppleMusic
from presave_app.streaming.errors import RetryLater


class TestFinding:
    def test_a_release_is_told_of(self, apple: AppleMusic, service: ScriptedService) -> None:
        artists = {"artists": {"data": [{"id": "1234567890", "type": "artists"}]}}
        service.answers(200, list_of(album() | {"relationships": artists}))
        release = apple.find_release(ref=ALBUM, upc=None)
        assert release is not None
        assert (release.ref, release.upc) == (ALBUM, "00602445868162")
        assert (release.title, release.artist, release.artist_ref) == ("Night Drive", "Alba Voss", "1234567890")
        assert str(release.released_on) == "2026-01-02"
        assert service.asked[0].path == "/v1/catalog/us/albums/1700000001"

    def test_other_storefronts_are_asked_in_turn(self, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(404)
        service.answers(404)
        service.answers(200, list_of(album()))
        assert apple.find_release(ref=ALBUM, upc=None) is not None
        assert [asked.path.split("/")[3] for asked in service.asked] == ["us", "gb", "de"]

    def test_a_release_of_no_storefront_is_not_there(self, apple: AppleMusic, service: ScriptedService) -> None:
        for _ in range(5):
            service.answers(404)
        assert apple.find_release(ref=ALBUM, upc=None) is None
        assert [asked.path.split("/")[3] for asked in service.asked] == ["us", "gb", "de", "jp", "br"]

    def test_a_upc_is_asked_for_in_fourteen_digits(self, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(200, list_of(album(upc="00000000000000") | {"id": "1"}, album()))
        release = apple.find_release(ref=None, upc=UPC)
        assert release is not None
        assert release.ref == ALBUM
        (asked,) = service.asked
        assert (asked.path, asked.query) == ("/v1/catalog/us/albums", {"filter[upc]": "00602445868162"})

    def test_a_hit_with_another_upc_is_none(self, apple: AppleMusic, service: ScriptedService) -> None:
        for _ in range(15):
            service.answers(200, list_of(album(upc="00602445868179")))
        assert apple.find_release(ref=None, upc=UPC) is None
        forms = [asked.query["filter[upc]"] for asked in service.asked]
        assert forms == ["00602445868162"] * 5 + ["0602445868162"] * 5 + ["602445868162"] * 5

    def test_nothing_to_go_by_finds_nothing(self, apple: AppleMusic, service: ScriptedService) -> None:
        assert apple.find_release(ref=None, upc=None) is None
        assert service.asked == []

    @pytest.mark.parametrize("body", ["", "{}", "<html>", '{"data": {}}'])
    def test_an_odd_list_is_unknown(self, body: str, apple: AppleMusic, service: ScriptedService) -> None:
        service.answers(200, body)
        with pytest.raises(RetryLater, match="answer_unreadable"):
            apple.find_release(ref=None, upc=UPC)


class TestNames:
    @pytest.mark.parametrize(
        ("text", "ref"),
        [
            ("1700000001", ALBUM),
            (" album:1700000001 ", ALBUM),
            (SONG, SONG),
            ("https://music.apple.com/us/album/night-drive/1700000001", ALBUM),
            ("https://music.apple.com/de/album/1989/1700000001/", ALBUM),
            ("https://music.apple.com/jp/album/エモーショナル/1700000001?l=en", ALBUM),
            ("music.apple.com/album/1700000001", ALBUM),
            ("https://geo.music.apple.com/us/album/_/1700000001?mt=1&app=music", ALBUM),
            ("https://itunes.apple.com/us/album/night-drive/id1700000001", ALBUM),
            ("https://itunes.apple.com/us/album/id1700000001?uo=4", ALBUM),
            ("https://music.apple.com/us/album/night-drive/1700000001?i=1700000002", SONG),
            ("https://itunes.apple.com/de/album/night-drive/id1700000001?i=1700000002&uo=4", SONG),
            ("https://music.apple.com/us/song/night-drive/1700000002", SONG),
        ],
    )
    def test_a_pasted_link_is_recognised(self, text: str, ref: str, apple: AppleMusic) -> None:
        assert apple.parse_ref(text) == ref

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "night-drive",
            "artist:1700000001",
            "١٢٣",
            "https://music.apple.com/us/artist/alba-voss/1234567890",
            "https://music.apple.com/us/playlist/x/pl.1234",
            "https://music.apple.com.evil.example/us/album/x/1700000001",
            "https://evil.example/music.apple.com/us/album/x/1700000001",
            "https://music.apple.com/us/album/night-drive/",
        ],
    )
    def test_anything_else_is_not(self, text: str, apple: AppleMusic) -> None:
        assert apple.parse_ref(text) is None

    def test_what_is_recognised_can_be_listened_to(self, apple: AppleMusic) -> None:
        for ref in (ALBUM, SONG):
            assert apple.parse_ref(apple.listen_url(ref) or "") == ref
