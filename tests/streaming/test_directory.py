"""The directory of services: what a pasted link is, and which links may not stand on a public page."""

from __future__ import annotations

import pytest
from flask import Flask
from small_service import hummingbird

from presave_app.lib.countries import zones_of
from presave_app.streaming import directory
from presave_app.streaming.link_services import LINK_SERVICES, BadLink, LinkService

SPOTIFY = "https://open.spotify.com/intl-de/album/2up3OPMp9Tb4dAKM2erWXQ?si=abc"


@pytest.mark.parametrize(
    ("pasted", "service", "ref"),
    [
        (SPOTIFY, "spotify", "spotify:album:2up3OPMp9Tb4dAKM2erWXQ"),
        ("https://music.amazon.co.uk/albums/B0EXAMPLE1?ref=x", "amazon-music", "/albums/B0EXAMPLE1"),
        ("music.amazon.de/albums/B0EXAMPLE1?trackAsin=B0EXAMPLE2", "amazon-music", "?trackAsin=B0EXAMPLE2"),
        ("https://open.anghami.com/song/77?x=1", "anghami", "https://play.anghami.com/song/77"),
        ("http://boomplay.com/songs/12/", "boomplay", "https://www.boomplay.com/songs/12"),
        ("https://www.jiosaavn.com/song/night-drive/Ab,c_-1", "jiosaavn", "/song/night-drive/Ab,c_-1"),
        ("https://www.qobuz.com/de-de/album/night-drive/xyz12", "qobuz", "https://open.qobuz.com/album/xyz12"),
        ("https://play.qobuz.com/album/xyz12", "qobuz", "https://open.qobuz.com/album/xyz12"),
        ("https://alba.bandcamp.com/album/x", "alba.bandcamp.com", "https://alba.bandcamp.com/album/x"),
        ("https://www.Bandcamp.com", "bandcamp.com", "https://www.bandcamp.com/"),
        ("https://bücher.example:443/é?a=b#c", "xn--bcher-kva.example", "https://xn--bcher-kva.example/é?a=b#c"),
    ],
)
def test_a_pasted_link_is_recognised(app: Flask, pasted: str, service: str, ref: str) -> None:
    found = directory.recognise(f" {pasted} ")
    assert found is not None
    assert found[0] == service
    assert found[1].endswith(ref)
    entry = directory.find_entry(service)
    assert entry is not None
    assert entry.parse_ref(pasted if "://" in pasted else "https://" + pasted) == found[1]
    assert (entry.listen_url(found[1]) or "").startswith("https://")


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "night drive",
        "http://bandcamp.com/x",
        "javascript:alert(1)//a.b",
        "data:text/html,a.b",
        "//bandcamp.com/x",
        "https://",
        "https://localhost/x",
        "https://studio.local/x",
        "https://router.lan",
        "https://metadata.google.internal/",
        "https://127.0.0.1/x",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[fe80::1%25eth0]/",
        "https://intranet/x",
        "https://a:b@bandcamp.com/",
        "https://ida@bandcamp.com/",
        "https://bandcamp.com:8443/",
        "https://bandcamp.com:/x",
        "https://bandcamp.com:x/",
        "https://bandcamp.com\\@evil.example/",
        "https://band camp.com/",
        'https://bandcamp.com/"><b>',
        "https://[bad/",
        "https://-a.example/",
        "https://bandcamp.com/" + "x" * 500,
    ],
)
def test_what_is_no_public_link_is_refused(app: Flask, pasted: str) -> None:
    assert directory.recognise(pasted) is None


@pytest.mark.parametrize("host", ["music.amazon.evil.example", "music.amazon.xyz", "xmusic.amazon.com"])
def test_a_host_that_only_looks_like_a_service_is_a_mere_link(app: Flask, host: str) -> None:
    assert directory.recognise(f"https://{host}/albums/B0EXAMPLE1") == (host, f"https://{host}/albums/B0EXAMPLE1")


@pytest.mark.parametrize("pasted", ["https://open.spotify.com/artist/x", "https://www.boomplay.com/artists/1"])
def test_a_page_of_a_service_that_is_no_release_is_said_to_be_none(app: Flask, pasted: str) -> None:
    with pytest.raises(BadLink, match="not a release on"):
        directory.read_link(pasted)


def test_services_that_add_come_first(app: Flask) -> None:
    with hummingbird(app):
        found = directory.entries()
        on = directory.find_entry("hummingbird")
    assert found[0].service == "spotify"
    assert [entry.is_link for entry in found] == sorted(entry.is_link for entry in found)
    assert on is not None
    assert on.connector is not None
    assert directory.find_entry("hummingbird") is None


@pytest.mark.parametrize("known", LINK_SERVICES, ids=[known.service for known in LINK_SERVICES])
def test_an_example_is_its_own_canonical_form(app: Flask, known: LinkService) -> None:
    entry = directory.find_entry(known.service)
    assert entry is not None
    assert entry.parse_ref(known.ref_example) == known.ref_example
    assert entry.is_link


def test_every_service_reads_its_own_refs_and_examples(app: Flask) -> None:
    for entry in directory.entries():
        ref = entry.parse_ref(entry.ref_example)
        assert ref is not None, entry.service
        assert entry.parse_ref(ref) == ref
        assert entry.link_to(ref) == entry.listen_url(ref)
        assert entry.link_to("what was kept before") is None


def test_a_service_nobody_knows_has_no_entry(app: Flask) -> None:
    assert directory.find_entry("gramophone") is None


def test_every_home_is_a_country_with_a_zone(app: Flask) -> None:
    homes = [(entry.service, country) for entry in directory.entries() for country in entry.home_countries]
    assert len(homes) == len(set(homes)) > 20
    assert [home for home in homes if not zones_of([home[1]])] == []
