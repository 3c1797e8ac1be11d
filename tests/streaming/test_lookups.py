"""Look-ups: what each public catalogue is asked, what is taken from its answer, and when it is left alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from scripted_service import ScriptedService, scripted_service

from presave_app.settings import ServiceOptions, ServiceSettings
from presave_app.streaming.directory import recognise
from presave_app.streaming.errors import Refused, RetryLater
from presave_app.streaming.lookups import deezer_albums, itunes, musicbrainz, odesli, sources
from presave_app.streaming.lookups.contract import FoundLink, Lookup

UPC = "602445868162"
ALBUM = {
    "id": 302127,
    "title": "Night Drive",
    "upc": "0602445868162",
    "link": "https://www.deezer.com/album/302127",
    "artist": {"name": "Alba Voss"},
}
APPLE = "https://music.apple.com/us/album/night-drive/1700000001?uo=4"
COLLECTION = {
    "wrapperType": "collection",
    "collectionName": "Night Drive - EP",
    "artistName": "Alba Voss",
    "collectionViewUrl": APPLE,
}
AMAZON = "https://music.amazon.com/albums/B0EXAMPLE1"


@pytest.fixture
def service(app: Flask) -> Iterator[ScriptedService]:
    with scripted_service() as made:
        yield made


def make(options: ServiceOptions, kind: type[Lookup], service: ScriptedService) -> Lookup:
    urls = dict.fromkeys(options.urls, service.url)
    return kind(ServiceSettings(True, {}, urls, {}, options.calls_per_second), "label@alba.example")


class Permits:
    """How many calls were allowed."""

    count = 0

    def __call__(self) -> None:
        self.count += 1


def find(options: ServiceOptions, kind: type[Lookup], service: ScriptedService, asked: str = UPC) -> list[FoundLink]:
    lookup, permits = make(options, kind, service), Permits()
    try:
        return lookup.find(asked, permits)
    finally:
        assert permits.count == len(service.asked)
        lookup.close()


def ask_deezer(service: ScriptedService) -> list[FoundLink]:
    return find(deezer_albums.OPTIONS, deezer_albums.DeezerAlbums, service)


def ask_itunes(service: ScriptedService) -> list[FoundLink]:
    return find(itunes.OPTIONS, itunes.ITunes, service)


def ask_odesli(service: ScriptedService) -> list[FoundLink]:
    return find(odesli.OPTIONS, odesli.Odesli, service, "https://open.spotify.com/album/2up3OPMp9Tb4dAKM2erWXQ")


def ask_musicbrainz(service: ScriptedService) -> list[FoundLink]:
    return find(musicbrainz.OPTIONS, musicbrainz.MusicBrainz, service)


def test_deezer_is_asked_with_every_padding(service: ScriptedService) -> None:
    service.answers(200, {"error": {"type": "DataException", "message": "no data", "code": 800}})
    service.answers(200, ALBUM)
    (found,) = ask_deezer(service)
    assert [asked.path for asked in service.asked] == [f"/album/upc:{UPC}", f"/album/upc:0{UPC}"]
    assert (found.service, found.ref) == recognise(ALBUM["link"])
    assert (found.title, found.artist, found.upc_matches) == ("Night Drive", "Alba Voss", True)
    assert "Authorization" not in service.asked[0].headers


def test_another_upc_is_no_match(service: ScriptedService) -> None:
    service.answers(200, {**ALBUM, "upc": "4006381333931"})
    assert [found.upc_matches for found in ask_deezer(service)] == [False]


def test_an_unknown_upc_is_found_nowhere(service: ScriptedService) -> None:
    for _ in range(3):
        service.answers(200, {"error": {"code": 800}})
    assert ask_deezer(service) == []
    assert len(service.asked) == 3


@pytest.mark.parametrize(("code", "fault"), [(4, RetryLater), (700, RetryLater), (501, Refused)])
def test_deezers_errors_come_inside_a_200(service: ScriptedService, code: int, fault: type[Exception]) -> None:
    service.answers(200, {"error": {"code": code}})
    with pytest.raises(fault):
        ask_deezer(service)


def test_itunes_names_the_album_of_a_upc(service: ScriptedService) -> None:
    service.answers(200, {"resultCount": 2, "results": [COLLECTION, {"wrapperType": "track"}]})
    (found,) = ask_itunes(service)
    assert (found.service, found.ref) == recognise(APPLE)
    assert (found.title, found.upc_matches) == ("Night Drive - EP", True)
    assert service.asked[0].path == "/lookup"
    assert service.asked[0].query == {"upc": UPC, "country": "us"}


def test_variants_of_itunes_are_for_a_person_to_decide(service: ScriptedService) -> None:
    other = {**COLLECTION, "collectionViewUrl": "https://music.apple.com/us/album/night-drive-clean/1700000002"}
    service.answers(200, {"results": [COLLECTION, other]})
    assert [found.upc_matches for found in ask_itunes(service)] == [False, False]


@pytest.mark.parametrize(("status", "headers", "pause"), [(403, {}, 60), (429, {"Retry-After": "90"}, 90)])
def test_a_catalogue_that_throttles_is_left_alone(
    service: ScriptedService, status: int, headers: dict[str, str], pause: float
) -> None:
    service.answers(status, "", headers)
    with pytest.raises(RetryLater) as fault:
        ask_itunes(service)
    assert fault.value.pause_seconds == pause


def test_odesli_is_asked_by_a_link(service: ScriptedService) -> None:
    service.answers(
        200,
        {
            "linksByPlatform": {
                "amazonMusic": {"url": AMAZON, "entityUniqueId": "AMAZON_ALBUM::1"},
                "napster": {"url": "https://play.napster.com/album/1", "entityUniqueId": "NAPSTER_ALBUM::1"},
                "boomplay": {"url": "https://www.boomplay.com/albums/12", "entityUniqueId": "BOOMPLAY::1"},
                "pandora": {"url": "javascript:alert(1)"},
                "odd": None,
            },
            "entitiesByUniqueId": {"AMAZON_ALBUM::1": {"title": "Night Drive", "artistName": "Alba Voss"}},
        },
    )
    assert ask_odesli(service) == [
        FoundLink("amazon-music", AMAZON, "Night Drive", "Alba Voss", False),
        FoundLink("boomplay", "https://www.boomplay.com/albums/12", "", "", False),
    ]
    assert service.asked[0].query["url"].startswith("https://open.spotify.com/")


def test_odesli_without_a_match_is_a_miss(service: ScriptedService) -> None:
    service.answers(404, {"statusCode": 404})
    assert ask_odesli(service) == []


def test_musicbrainz_names_who_asks_and_takes_links_to_listen(service: ScriptedService) -> None:
    credit = [{"name": "Alba Voss", "joinphrase": " & "}, {"name": "Mo"}]
    release = {"id": "m-1", "title": "Night Drive", "barcode": f"00{UPC}", "artist-credit": credit}
    service.answers(200, {"releases": [{**release, "id": "m-0", "barcode": "1"}, release]})
    relations = [
        {"type": "free streaming", "url": {"resource": "https://alba.bandcamp.com/album/night-drive"}},
        {"type": "streaming", "url": {"resource": AMAZON}},
        {"type": "streaming", "ended": True, "url": {"resource": "https://www.boomplay.com/albums/12"}},
        {"type": "discogs", "url": {"resource": "https://www.discogs.com/release/1"}},
    ]
    service.answers(200, {"relations": relations})
    found = ask_musicbrainz(service)
    assert [link.service for link in found] == ["alba.bandcamp.com", "amazon-music"]
    assert found[0].artist == "Alba Voss & Mo"
    assert [asked.path for asked in service.asked] == ["/release", "/release/m-1"]
    assert service.asked[0].query["query"] == f"barcode:{UPC}"
    assert all(asked.headers["User-Agent"] == "Presave/1.0 ( label@alba.example )" for asked in service.asked)


@pytest.mark.parametrize("ask", [ask_deezer, ask_itunes, ask_odesli, ask_musicbrainz])
@pytest.mark.parametrize("answer", ["<html>", "", "[]", "nul"])
def test_an_answer_nobody_can_read_is_no_miss(service: ScriptedService, ask: object, answer: str) -> None:
    service.answers(200, answer)
    with pytest.raises(RetryLater):
        ask(service)  # type: ignore[operator]


@pytest.mark.parametrize("ask", [ask_itunes, ask_odesli, ask_musicbrainz])
def test_an_answer_of_another_shape_holds_nothing(service: ScriptedService, ask: object) -> None:
    for _ in range(3):
        service.answers(200, {"results": 7, "linksByPlatform": [], "releases": [None, 1, {"barcode": 1}]})
    assert ask(service) == []  # type: ignore[operator]


def test_each_has_a_gate_and_a_careful_rate_of_its_own(app: Flask) -> None:
    rates = {options.service: options.calls_per_second for options in sources.OPTIONS}
    assert list(sources.lookups()) == list(rates)
    assert rates == {"deezer-lookup": 4.0, "itunes": 0.3, "odesli": 0.15, "musicbrainz": 0.9}
