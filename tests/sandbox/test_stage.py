"""The stage: a twin shows a release under whatever name its service would give it, and turns away who is too quick."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from scenes import SERVICES, Scene

from presave_app.settings import ServiceSettings
from presave_app.streaming.errors import RetryLater, ServiceError

ROOT = Path(__file__).resolve().parents[2]
UPC = "00602445868162"
# Other things than whole albums, and other ways to name them.
REFS = {
    "spotify": ["spotify:album:2up3OPMp9Tb4dAKM2erWXQ", "spotify:track:0OdUWJ0sBjDrqHygGUXeCF"],
    "apple-music": ["album:1700000009", "song:1700000010"],
    "deezer": ["album:302128", "track:302129"],
    "tidal": ["albums:251380838", "tracks:251380839"],
    "soundcloud": [
        "soundcloud:playlists:7",
        "soundcloud:tracks:8",
        "https://soundcloud.com/alba-voss/sets/night-drive",
        "https://soundcloud.com/alba-voss/night-drive",
        "https://on.soundcloud.com/abc123",
    ],
    "youtube": ["dQw4w9WgXcQ"],
    "audiomack": ["alba-voss/album/night-drive", "alba-voss/song/neon", "2077854:alba-voss/song/rain"],
}


def stage(scene: Scene, method: str, path: str = "", body: Any = None) -> requests.Response:
    return scene.twin.session.request(method, f"{scene.twin.root}/stage{path}", json=body)


def show(scene: Scene, **named: object) -> requests.Response:
    body = {"title": "Night Drive", "artist": "Alba Voss", **named}
    return stage(scene, "PUT", f"/{scene.twin.slug}/release", body)


def test_a_release_is_there_under_its_name_and_can_be_added(scene: Scene) -> None:
    tokens = scene.sign_in().tokens
    for ref in REFS[scene.twin.slug]:
        assert show(scene, ref=ref).status_code == 200, ref
        found = scene.connector.find_release(ref=ref, upc=None)
        assert found is not None, ref
        scene.connector.add(tokens.access_token, found.ref)
        assert scene.connector.contains(tokens.access_token, found.ref), ref


def test_a_release_without_a_name_is_found_by_its_upc(scene: Scene) -> None:
    scene.twin.control("POST", "reset")
    answer = show(scene, upc=UPC)
    if not scene.connector.finds_by_upc:
        assert answer.status_code == 400
        return
    found = scene.connector.find_release(ref=None, upc=UPC)
    assert found is not None


def test_a_name_that_the_service_never_gives_is_refused(scene: Scene) -> None:
    assert show(scene, ref="no such name").status_code == 400


def test_who_is_too_quick_is_turned_away_and_counted(scene: Scene) -> None:
    tokens = scene.sign_in().tokens
    address = f"/{scene.twin.slug}"
    assert stage(scene, "PUT", f"{address}/limit", {"calls": 1, "window_seconds": 600}).status_code == 200
    assert stage(scene, "GET", address).json() == {"refused": 0}
    for _ in range(12):
        _try(scene, tokens.access_token)
    assert stage(scene, "GET", address).json()["refused"] > 0
    assert stage(scene, "DELETE", f"{address}/limit").status_code == 200
    assert scene.connector.contains(tokens.access_token, scene.ref) in (True, False)
    assert stage(scene, "GET", address).json() == {"refused": 0}


def test_a_day_has_the_budget_that_it_is_given(scene: Scene) -> None:
    tokens = scene.sign_in().tokens
    limit = {"calls": 1000, "window_seconds": 1.0, "units_per_day": 60}
    assert stage(scene, "PUT", f"/{scene.twin.slug}/limit", limit).status_code == 200
    scene.connector.add(tokens.access_token, scene.ref)
    if scene.connector.units.add == 1:
        scene.connector.add(tokens.access_token, scene.ref)
        return
    with pytest.raises(RetryLater):
        scene.connector.add(tokens.access_token, scene.ref)


def test_an_app_is_told_how_to_meet_each_twin(scene: Scene) -> None:
    met = stage(scene, "GET").json()
    assert set(met) == set(SERVICES)
    told = met[scene.twin.slug]
    options = scene.service.options
    assert set(told) == {*options.credentials, *options.urls}
    settings = ServiceSettings(
        is_on=True,
        credentials={name: told[name] for name in options.credentials},
        urls={name: told[name] for name in options.urls},
        choices={name: allowed[0] for name, allowed in options.choices.items()},
        calls_per_second=1000,
    )
    connector = scene.service.kind(settings)
    assert connector.find_release(ref=scene.ref, upc=None) is not None
    connector.close()


def test_there_is_no_stage_for_a_service_without_a_twin(scene: Scene) -> None:
    assert stage(scene, "GET", "/nowhere").status_code == 404


@pytest.fixture
def alone() -> Iterator[subprocess.Popen[bytes]]:
    """The sandbox as a rehearsal starts it."""
    command = [sys.executable, "-I", str(ROOT / "presave_app/sandbox/alone.py"), "--host", "127.0.0.1", "--port", "0"]
    process = subprocess.Popen([*command, "--with-parent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={})
    yield process
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()


def test_it_ends_with_whoever_started_it_and_not_before(alone: subprocess.Popen[bytes]) -> None:
    assert alone.stdout is not None
    assert alone.stdin is not None
    url = alone.stdout.readline().decode().split()[-1]
    alone.terminate()
    assert requests.get(f"{url}stage", timeout=5).ok, "a platform tells everybody to leave"
    alone.stdin.close()
    assert alone.wait(5) == 0


def _try(scene: Scene, access_token: str) -> None:
    try:
        scene.connector.contains(access_token, scene.ref)
    except ServiceError:
        return
