"""The twins of iTunes, Odesli and MusicBrainz: what they find, how they say no, and how often they may be asked."""

from collections.abc import Iterator
from typing import Any, TypeVar

import pytest
import requests
from kit_client import LIVE_NEVER_YET
from lookup_clients import UPC, ITunesClient, LookupClient, MusicBrainzClient, OdesliClient

C = TypeVar("C", bound=LookupClient)

DEEZER, TIDAL = "https://www.deezer.com/album/302127", "https://tidal.com/browse/album/251380836"
LINKS = {
    "deezer": DEEZER,
    "tidal": TIDAL,
    "youtube": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "youtubeMusic": "https://music.youtube.com/watch?v=dQw4w9WgXcQ",
}


def fresh(client: C, **release: Any) -> C:
    client.control("POST", "reset")
    client.release(**release)
    return client


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def itunes(twin_url: str, session: requests.Session) -> ITunesClient:
    """iTunes with an album of two tracks."""
    return fresh(ITunesClient(twin_url, session), tracks=["One", "Two"])


@pytest.fixture
def odesli(twin_url: str, session: requests.Session) -> OdesliClient:
    """Odesli with an album on four platforms."""
    return fresh(OdesliClient(twin_url, session), links=LINKS, ids={"tidal": "251380836"})


@pytest.fixture
def musicbrainz(twin_url: str, session: requests.Session) -> MusicBrainzClient:
    """MusicBrainz without its limit of one call a second, with a release of two links."""
    client = MusicBrainzClient(twin_url, session)
    fresh(client, relations={DEEZER: "free streaming", TIDAL: "purchase for download"})
    client.switch(calls=None)
    return client


def test_itunes_finds_an_album_by_upc_and_by_id(itunes: ITunesClient) -> None:
    for question in ({"upc": UPC}, {"upc": UPC[2:]}, {"id": "1700000001"}, {"id": "42,1700000001"}):
        (album,) = itunes.find(**question)
        assert (album["wrapperType"], album["collectionId"]) == ("collection", 1700000001)
        assert (album["collectionName"], album["artistName"]) == ("Night Drive", "Alba Voss")
    assert "/us/album/1700000001" in itunes.find(upc=UPC)[0]["collectionViewUrl"]
    assert "/de/album/1700000001" in itunes.find(upc=UPC, country="de")[0]["collectionViewUrl"]
    assert itunes.calls()[0]["refs"] == [UPC]


def test_itunes_gives_the_tracks_when_asked(itunes: ITunesClient) -> None:
    rows = itunes.find(upc=UPC, entity="song", limit=200)
    assert [row["wrapperType"] for row in rows] == ["collection", "track", "track"]
    assert [row["trackName"] for row in rows[1:]] == ["One", "Two"]
    assert len(itunes.find(upc=UPC, entity="song", limit=1)) == 2


def test_itunes_finds_nothing_without_an_error(itunes: ITunesClient) -> None:
    assert itunes.find(upc="00000000000017") == []
    assert itunes.find() == []
    itunes.release(countries=["us"])
    assert (len(itunes.find(upc=UPC)), itunes.find(upc=UPC, country="DE")) == (1, [])
    itunes.release(live_from=LIVE_NEVER_YET)
    assert itunes.find(upc=UPC) == []


def test_itunes_may_send_another_edition_along(itunes: ITunesClient) -> None:
    itunes.switch(variants="after")
    assert [row["collectionName"] for row in itunes.find(upc=UPC)] == ["Night Drive", "Night Drive (Deluxe Edition)"]
    itunes.switch(variants="before")
    first, second = itunes.find(upc=UPC)
    assert (second["collectionId"], first["collectionName"]) == (1700000001, "Night Drive (Deluxe Edition)")
    assert len(itunes.find(id="1700000001")) == 1


def test_itunes_calls_its_json_a_script_or_not(itunes: ITunesClient) -> None:
    assert itunes.ask("/lookup", upc=UPC).headers["Content-Type"] == "text/javascript; charset=utf-8"
    itunes.switch(content_type="application/json")
    assert itunes.ask("/lookup", upc=UPC).headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("throttled", ["403", "429"])
def test_itunes_is_asked_twenty_times_a_minute(itunes: ITunesClient, throttled: str) -> None:
    itunes.switch(throttled=throttled)
    assert {itunes.ask("/lookup", upc=UPC).status_code for _ in range(20)} == {200}
    refused = itunes.ask("/lookup", upc=UPC)
    assert refused.status_code == int(throttled)
    assert "Retry-After" not in refused.headers
    itunes.shift(seconds=60)
    assert len(itunes.find(upc=UPC)) == 1


def test_odesli_knows_a_release_by_each_of_its_links(odesli: OdesliClient) -> None:
    for url in (DEEZER, f"{DEEZER}?utm_source=x", "https://deezer.com/album/302127/"):
        answer = odesli.links(url=url).json()
        assert answer["entityUniqueId"] == "DEEZER_ALBUM::302127"
        assert {platform: link["url"] for platform, link in answer["linksByPlatform"].items()} == LINKS
    by_id = odesli.links(platform="tidal", type="album", id="251380836", userCountry="DE").json()
    assert (by_id["entityUniqueId"], by_id["userCountry"]) == ("TIDAL_ALBUM::251380836", "DE")
    assert odesli.links(platform="tidal", type="song", id="251380836").status_code == 404


def test_odesli_describes_each_entity_once(odesli: OdesliClient) -> None:
    answer = odesli.links(url=LINKS["youtube"]).json()
    entity = answer["entitiesByUniqueId"]["YOUTUBE_ALBUM::dQw4w9WgXcQ"]
    assert (entity["title"], entity["artistName"], entity["type"]) == ("Night Drive", "Alba Voss", "album")
    assert entity["platforms"] == ["youtube", "youtubeMusic"]
    assert answer["pageUrl"].startswith("https://album.link/")
    assert odesli.links(url="https://www.youtube.com/watch?v=another").status_code == 404


def test_odesli_makes_a_song_of_a_single(odesli: OdesliClient) -> None:
    odesli.release(links=LINKS, single=True)
    assert odesli.links(url=DEEZER).json()["entityUniqueId"] == "DEEZER_ALBUM::302127"
    assert odesli.links(url=DEEZER, songIfSingle="true").json()["entityUniqueId"] == "DEEZER_SONG::302127"


def test_odesli_says_no(odesli: OdesliClient) -> None:
    assert odesli.links(url="https://www.deezer.com/album/1").json()["statusCode"] == 404
    assert odesli.links(upc=UPC).status_code == 400
    odesli.release(links=LINKS, live_from=LIVE_NEVER_YET)
    odesli.switch(error_body="empty")
    missing = odesli.links(url=DEEZER)
    assert (missing.status_code, missing.content) == (404, b"")


def test_odesli_is_asked_ten_times_a_minute_without_a_key(odesli: OdesliClient) -> None:
    assert {odesli.links(url=DEEZER).status_code for _ in range(10)} == {200}
    assert odesli.links(url=DEEZER).json() == {"statusCode": 429, "code": "too_many_requests"}
    assert odesli.links(url=DEEZER, key="made-up").status_code == 429
    assert odesli.links(url=DEEZER, key="sandbox-odesli").status_code == 200


def test_musicbrainz_finds_a_barcode_and_then_its_links(musicbrainz: MusicBrainzClient) -> None:
    found = musicbrainz.get("/release", query=f"barcode:{UPC}").json()
    (release,) = found["releases"]
    assert (found["count"], release["barcode"], release["title"]) == (1, UPC, "Night Drive")
    assert release["artist-credit"][0]["name"] == "Alba Voss"
    linked = musicbrainz.get(f"/release/{release['id']}", inc="url-rels").json()
    relations = {one["url"]["resource"]: one["type"] for one in linked["relations"]}
    assert relations == {DEEZER: "free streaming", TIDAL: "purchase for download"}
    assert "relations" not in musicbrainz.get(f"/release/{release['id']}").json()


def test_musicbrainz_takes_a_barcode_as_entered_or_not(musicbrainz: MusicBrainzClient) -> None:
    assert musicbrainz.get("/release", query=f"barcode:{UPC[2:]}").json()["releases"] == []
    musicbrainz.switch(barcode_digits="any")
    assert musicbrainz.get("/release", query=f'barcode:"{UPC[2:]}"').json()["count"] == 1
    assert musicbrainz.get("/release", query="release:night").json()["count"] == 0


def test_musicbrainz_says_no(musicbrainz: MusicBrainzClient) -> None:
    unknown = musicbrainz.get("/release/99999999-2222-4333-8444-555555555555")
    assert (unknown.status_code, unknown.json()["error"]) == (404, "Not Found")
    assert musicbrainz.get("/release/night-drive").status_code == 400
    assert musicbrainz.get("/release").status_code == 400
    assert musicbrainz.get(f"/release/{musicbrainz.first_id}", inc="everything").status_code == 400
    musicbrainz.release(live_from=LIVE_NEVER_YET)
    assert musicbrainz.get("/release", query=f"barcode:{UPC}").json()["count"] == 0
    assert "UUID" in musicbrainz.control("PUT", "releases/night-drive", {}, status=400)["error"]


def test_musicbrainz_speaks_xml_unless_asked_for_json(musicbrainz: MusicBrainzClient) -> None:
    answer = musicbrainz.get("/release", query=f"barcode:{UPC}", fmt="xml")
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"


@pytest.mark.parametrize("agent", ["python-requests/2.34", "Presave", ""])
def test_musicbrainz_wants_to_know_who_asks(musicbrainz: MusicBrainzClient, agent: str) -> None:
    assert musicbrainz.get("/release", agent, query="barcode:1").status_code == 403
    assert musicbrainz.get("/release", "Presave/1.0 (it@label.example)", query="barcode:1").status_code == 200


def test_musicbrainz_is_asked_once_a_second(musicbrainz: MusicBrainzClient) -> None:
    musicbrainz.switch(calls=1, window_seconds=60)
    assert musicbrainz.get("/release", query="barcode:1").status_code == 200
    refused = musicbrainz.get("/release", query="barcode:1")
    assert (refused.status_code, "rate limit" in refused.json()["error"]) == (503, True)
    musicbrainz.shift(seconds=60)
    assert musicbrainz.get("/release", query="barcode:1").status_code == 200
    musicbrainz.control("POST", "reset")
    switches = musicbrainz.control("GET", "state")["switches"]
    assert (switches["calls"], switches["window_seconds"]) == (1, 1.0)


@pytest.mark.parametrize(("kind", "status"), [("403", 403), ("429", 429), ("500", 500), ("html_200", 200)])
def test_itunes_has_faults(itunes: ITunesClient, kind: str, status: int) -> None:
    itunes.fault(kind, retry_after=5)
    refused = itunes.ask("/lookup", upc=UPC)
    assert (refused.status_code, refused.text.startswith("<!DOCTYPE html>")) == (status, True)
    assert refused.headers.get("Retry-After") == ("5" if kind == "429" else None)
    assert len(itunes.find(upc=UPC)) == 1


@pytest.mark.parametrize(("kind", "status"), [("404", 404), ("429", 429), ("502", 502)])
def test_odesli_has_faults(odesli: OdesliClient, kind: str, status: int) -> None:
    odesli.fault(kind)
    assert odesli.links(url=DEEZER).json()["statusCode"] == status
    assert odesli.links(url=DEEZER).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("403", 403), ("404", 404), ("503", 503), ("500", 500)])
def test_musicbrainz_has_faults(musicbrainz: MusicBrainzClient, kind: str, status: int) -> None:
    musicbrainz.fault(kind)
    assert musicbrainz.get("/release", query="barcode:1").status_code == status
    assert musicbrainz.get("/release", query="barcode:1").status_code == 200


def test_a_look_up_s_pages_speak_of_no_fans(itunes: ITunesClient) -> None:
    overview = itunes.session.get(f"{itunes.url}/").text
    assert "Night Drive" in overview
    assert "Let the next look-ups fail with" in overview
    assert "fan" not in overview.lower()
    home = itunes.session.get(f"{itunes.root}/").text
    card = home.partition('id="service-itunes"')[2].partition("</section>")[0]
    assert "Releases" in card
    assert "fan" not in card.lower()
