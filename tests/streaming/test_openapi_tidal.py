"""What the TIDAL connector asks, against its OpenAPI description; the answers are written down here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from openapi.checker import Checker
from openapi.watching import watch
from scripted_service import ScriptedService

from presave_app.settings import ServiceSettings
from presave_app.streaming import tidal as tidal_module
from presave_app.streaming.connector import Extra
from presave_app.streaming.tidal import Tidal

CALLBACK = "https://presave.label.example/connect/tidal/callback"
TOKENS = {"access_token": "ey", "expires_in": 14400, "token_type": "Bearer", "refresh_token": "r"}
MORE = {"data": [], "links": {"self": "/x", "next": "/x?page[cursor]=abc"}}
LAST = {"data": [], "links": {"self": "/x"}}


@pytest.fixture
def urls(service: ScriptedService) -> dict[str, str]:
    return {
        "TIDAL_LOGIN_URL": f"{service.url}/login",
        "TIDAL_AUTH_URL": f"{service.url}/auth",
        "TIDAL_API_URL": f"{service.url}/api",
    }


@pytest.fixture
def tidal(urls: dict[str, str]) -> Iterator[Tidal]:
    connector = Tidal(
        ServiceSettings(
            is_on=True,
            credentials={"TIDAL_CLIENT_ID": "the-client", "TIDAL_CLIENT_SECRET": "the-secret"},
            urls=urls,
            choices={},
            calls_per_second=1000,
        )
    )
    yield connector
    connector.close()


def test_all_that_is_asked_is_described(tidal: Tidal, urls: dict[str, str], service: ScriptedService) -> None:
    checker = watch(tidal, tidal_module.OPTIONS, urls)
    sign_in(tidal, checker, service)
    for kind in ("albums", "tracks"):
        use_library(tidal, service, f"{kind}:2")
        look_up(tidal, service, kind)
    service.answers(200, {"data": [{"type": "artists", "id": "3"}], "links": {"self": "/x"}})
    tidal.do_extra("ey", Extra.FOLLOW_ARTIST, "artists:3")
    for _ in range(4):
        service.answers(200, LAST)
    tidal.find_release(ref=None, upc="602445868162")
    assert checker.requests == []
    assert set(checker.met) == {str(operation) for operation in checker.operations}


def sign_in(tidal: Tidal, checker: Checker, service: ScriptedService) -> None:
    start = tidal.begin_sign_in(redirect_uri=CALLBACK, state="s", code_verifier="v" * 43, scopes=tidal.scopes)
    checker.check_request(requests.Request("GET", start.url).prepare())
    service.answers(200, TOKENS)
    service.answers(200, {"data": {"type": "users", "id": "12345"}})
    tidal.finish_sign_in({"code": "the-code"}, secret=start.secret, redirect_uri=CALLBACK)
    service.answers(200, TOKENS)
    tidal.refresh("r")


def use_library(tidal: Tidal, service: ScriptedService, ref: str) -> None:
    kind, _, release_id = ref.partition(":")
    service.answers(200, {"data": [{"type": kind, "id": release_id}], "links": {"self": "/x"}})
    tidal.add("ey", ref)
    service.answers(200, MORE)
    service.answers(200, LAST)
    tidal.contains("ey", ref)
    service.answers(200, {"links": {"self": "/x"}})
    tidal.remove("ey", ref)


def look_up(tidal: Tidal, service: ScriptedService, kind: str) -> None:
    if kind == "albums":
        service.answers(200, TOKENS)
    service.answers(200, {"data": {"type": kind, "id": "2", "attributes": {"title": "Night Drive"}}})
    tidal.find_release(ref=f"{kind}:2", upc=None)
