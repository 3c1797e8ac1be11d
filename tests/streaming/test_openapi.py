"""Connectors and twins against the OpenAPI descriptions in tests/openapi, over HTTP: requests and answers alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
import requests
from documented_errors import DOCUMENTED
from openapi.checker import Checker
from openapi.document import describe
from openapi.walks import WALKS, Walk
from openapi.watching import watch
from scenes import SERVICES, Scene, make_scene

from presave_app.streaming.connector import Extra
from presave_app.streaming.errors import ServiceError

UPC = "00602445868162"


ERRORS = [(service, kind) for service in WALKS for kind in DOCUMENTED[service]]
NO_JSON = ["empty_200", "html_200", "garbage_200"]
ODD = [*NO_JSON, "500", "502", "503_html", "close", "apply_then_close", "apply_then_502"]


@dataclass
class Watched:
    """A scene whose connector is read along with."""

    scene: Scene
    checker: Checker
    walk: Walk


@pytest.fixture(params=sorted(WALKS))
def watched(request: pytest.FixtureRequest, twin_url: str) -> Iterator[Watched]:
    with requests.Session() as session:
        session.trust_env = False
        scene = make_scene(request.param, twin_url, session)
        checker = watch(scene.connector, scene.service.options, scene.service.urls_at(twin_url))
        yield Watched(scene, checker, WALKS[request.param])
        scene.connector.close()


def test_all_that_a_connector_does_is_described(watched: Watched) -> None:
    look_at_the_consent(watched)
    walk_all(watched)
    checker = watched.checker
    assert checker.requests == []
    assert checker.answers == []
    assert set(checker.met) == {str(operation) for operation in checker.operations}


def look_at_the_consent(watched: Watched) -> None:
    """It is the fan's browser that goes there, but the address is ours."""
    connector = watched.scene.connector
    start = connector.begin_sign_in(
        redirect_uri="http://127.0.0.1:5000/", state="s", code_verifier="v" * 43, scopes=connector.scopes
    )
    watched.checker.check_request(requests.Request("GET", start.url).prepare())


def walk_all(watched: Watched) -> None:
    """Whatever a connector can do for a fan, and what it looks up for a label."""
    scene, connector = watched.scene, watched.scene.connector
    scene.twin.release(watched.walk.release_id, **{**scene.service.release, **watched.walk.release})
    tokens = scene.sign_in().tokens
    for ref in (scene.ref, watched.walk.track):
        use_library(watched, tokens.access_token, ref)
        assert connector.find_release(ref=ref, upc=None)
    for extra in connector.extras:
        scene.do(extra, tokens)
        scene.do(extra, tokens)
    if connector.finds_by_upc:
        assert connector.find_release(ref=None, upc=UPC)
    if watched.walk.link:
        assert connector.find_release(ref=watched.walk.link, upc=None)
    scene.do("renew", tokens)


def use_library(watched: Watched, token: str, ref: str) -> None:
    """Add twice, look, remove; the extras that are for a release are done to a track, too."""
    connector = watched.scene.connector
    assert not connector.contains(token, ref)
    connector.add(token, ref)
    connector.add(token, ref)
    assert connector.contains(token, ref)
    connector.remove(token, ref)
    assert not connector.contains(token, ref)
    if Extra.REPOST in connector.extras:
        connector.do_extra(token, Extra.REPOST, ref)


@pytest.mark.parametrize("watched", ["soundcloud"], indirect=True)
def test_the_pages_of_a_library_are_asked_for_as_described(watched: Watched) -> None:
    scene = watched.scene
    token = scene.sign_in().tokens.access_token
    for number in range(10, 23):
        scene.twin.release(f"soundcloud:playlists:{number}")
        scene.connector.add(token, f"soundcloud:playlists:{number}")
    assert scene.connector.contains(token, "soundcloud:playlists:10")
    assert (watched.checker.requests, watched.checker.answers) == ([], [])


@pytest.mark.parametrize("watched", ["tidal"], indirect=True)
def test_the_artist_comes_with_the_release(watched: Watched) -> None:
    scene, walk = watched.scene, watched.walk
    scene.twin.release(walk.release_id, **{**scene.service.release, **walk.release, "artist": "Alba Voss"})
    for ref, upc in ((scene.ref, None), (walk.track, None), (None, UPC)):
        found = scene.connector.find_release(ref=ref, upc=upc)
        assert found is not None
        assert (found.artist, found.artist_ref) == ("Alba Voss", scene.service.artist)
    assert (watched.checker.requests, watched.checker.answers) == ([], [])


@pytest.mark.parametrize(
    ("watched", "kind"), ERRORS, indirect=["watched"], ids=[f"{service}-{kind}" for service, kind in ERRORS]
)
def test_a_documented_error_has_the_described_shape(watched: Watched, kind: str) -> None:
    scene = watched.scene
    told = DOCUMENTED[scene.connector.service][kind]
    tokens = scene.sign_in().tokens
    scene.fault(kind, scene.call_of(told.deed))
    with suppress(ServiceError):
        scene.do(told.deed, tokens)
    assert watched.checker.requests == []
    assert bool(watched.checker.answers) == (kind in watched.walk.beside)


@pytest.mark.parametrize("deed", ["add", "look"])
@pytest.mark.parametrize("kind", ODD)
def test_an_odd_answer_is_noticed(watched: Watched, kind: str, deed: str) -> None:
    """What the contract suite calls odd is odd to the description, too, where an answer came at all."""
    scene = watched.scene
    token = scene.sign_in().tokens.access_token
    scene.connector.add(token, scene.ref)
    scene.fault(kind, scene.service.save if deed == "add" else scene.service.look)
    is_silent = kind == "empty_200" and deed == "add" and scene.service.says_nothing_of_success
    if is_silent:
        scene.connector.add(token, scene.ref)
    else:
        with pytest.raises(ServiceError):
            scene.connector.add(token, scene.ref) if deed == "add" else scene.connector.contains(token, scene.ref)
    assert watched.checker.requests == []
    assert bool(watched.checker.answers) == (kind in NO_JSON and not is_silent)


@pytest.mark.parametrize("service", sorted(WALKS))
def test_a_permission_has_the_scopes_of_all_that_is_done_with_it(service: str) -> None:
    kind = SERVICES[service].kind
    asked = {*kind.scopes, *(scope for scopes in kind.extras.values() for scope in scopes)}
    needed = {
        scope
        for operation in describe(service).operations()
        for way in operation.security
        for scopes in way.values()
        for scope in scopes
    }
    assert needed == asked


@pytest.mark.parametrize("service", sorted(WALKS))
def test_a_connector_calls_where_the_service_is(service: str) -> None:
    """A player is shown in a frame and never called."""
    bases = {operation.base for operation in describe(service).operations()}
    urls = SERVICES[service].options.urls
    assert bases == {url for name, url in urls.items() if not name.endswith("_EMBED_URL")}
