"""The TIDAL connector and the catalogue: a release by its number or its barcode, and the artist that comes with it."""

from __future__ import annotations

import pytest
from scripted_service import ScriptedService
from tidal_answers import ALBUM, APP_TOKEN, ATTRIBUTES, FOUND, ITEM, errors

from presave_app.streaming.tidal import Tidal


def test_by_id(tidal: Tidal, service: ScriptedService) -> None:
    service.answers(200, APP_TOKEN)
    service.answers(200, FOUND)
    found = tidal.find_release(ref=ALBUM, upc=None)
    assert found is not None
    assert (found.ref, found.upc, found.title) == (ALBUM, "00602445868162", "Night Drive")
    assert service.asked[0].form["grant_type"] == "client_credentials"
    assert service.asked[1].path == "/api/albums/251380836"
    assert service.asked[1].query == {"countryCode": "US", "include": "artists"}


@pytest.mark.parametrize("ref", [ALBUM, "tracks:251380836", None])
def test_the_artist_named_first_is_its_artist(ref: str | None, tidal: Tidal, service: ScriptedService) -> None:
    service.answers(200, APP_TOKEN)
    service.answers(200, FOUND if ref else FOUND | {"data": [FOUND["data"]]})
    found = tidal.find_release(ref=ref, upc="602445868162")
    assert found is not None
    assert (found.artist, found.artist_ref) == ("Alba Voss", "artists:7804")
    assert service.asked[1].query["include"] == "artists"


@pytest.mark.parametrize(
    ("said", "artist", "artist_ref"),
    [
        ({"included": []}, "", "artists:7804"),
        ({"included": "x"}, "", "artists:7804"),
        ({"data": ITEM | {"attributes": ATTRIBUTES}}, "", None),
        ({"data": ITEM | {"attributes": ATTRIBUTES, "relationships": {"artists": {"data": []}}}}, "", None),
        (
            {"data": ITEM | {"attributes": ATTRIBUTES, "relationships": {"artists": {"data": [{"id": "a/b"}]}}}},
            "",
            None,
        ),
    ],
)
def test_an_artist_that_is_not_told_hinders_nothing(
    said: dict[str, object], artist: str, artist_ref: str | None, tidal: Tidal, service: ScriptedService
) -> None:
    service.answers(200, APP_TOKEN)
    service.answers(200, FOUND | said)
    found = tidal.find_release(ref=ALBUM, upc=None)
    assert found is not None
    assert (found.title, found.artist, found.artist_ref) == ("Night Drive", artist, artist_ref)


def test_by_upc_in_every_written_form(tidal: Tidal, service: ScriptedService) -> None:
    service.answers(200, APP_TOKEN)
    service.answers(200, {"data": []})
    service.answers(200, {"data": [FOUND["data"]]})
    found = tidal.find_release(ref=None, upc="602445868162")
    assert found is not None
    assert found.ref == ALBUM
    assert [asked.query.get("filter[barcodeId]") for asked in service.asked[1:]] == [
        "602445868162",
        "0602445868162",
    ]


def test_another_upc_is_another_release(tidal: Tidal, service: ScriptedService) -> None:
    service.answers(200, APP_TOKEN)
    for _ in range(4):
        service.answers(200, {"data": [ITEM | {"attributes": ATTRIBUTES | {"barcodeId": "602445868179"}}]})
    assert tidal.find_release(ref=None, upc="602445868162") is None


def test_a_upc_of_14_digits_is_asked_for_as_a_barcode(tidal: Tidal, service: ScriptedService) -> None:
    service.answers(200, APP_TOKEN)
    for _ in range(4):
        service.answers(200, {"data": []})
    assert tidal.find_release(ref=None, upc="00602445868162") is None
    asked = [(asked.query["countryCode"], asked.query["filter[barcodeId]"]) for asked in service.asked[1:]]
    forms = ("602445868162", "0602445868162")
    assert asked == [(country, form) for country in ("US", "DE") for form in forms]


def test_an_app_token_that_is_no_longer_taken_is_fetched_anew(tidal: Tidal, service: ScriptedService) -> None:
    service.answers(200, APP_TOKEN)
    service.answers(401, errors(401, ""))
    service.answers(200, APP_TOKEN)
    service.answers(200, FOUND)
    assert tidal.find_release(ref=ALBUM, upc=None) is not None


def test_what_no_country_shows_is_not_yet(tidal: Tidal, service: ScriptedService) -> None:
    service.answers(200, APP_TOKEN)
    service.answers(404, errors(404, ""))
    service.answers(404, errors(404, ""))
    assert tidal.find_release(ref=ALBUM, upc=None) is None


def test_what_is_listed_ahead_is_not_yet(tidal: Tidal, service: ScriptedService) -> None:
    service.answers(200, APP_TOKEN)
    service.answers(200, {"data": ITEM | {"attributes": ATTRIBUTES | {"releaseDate": "2099-01-01"}}})
    assert tidal.find_release(ref=ALBUM, upc=None) is None
