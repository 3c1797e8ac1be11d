"""The Deezer connector against documented answers: errors come inside HTTP 200, and nothing odd is a success."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from scripted_service import ScriptedService

from presave_app.lib import clock
from presave_app.settings import ServiceSettings
from presave_app.streaming.connector import NEVER_ENDS_SECONDS, Extra, Outcome, SignIn
from presave_app.streaming.deezer import Deezer
from presave_app.streaming.errors import (
    AppBlocked,
    NeedsReauth,
    NotEntitled,
    NotYetAvailable,
    Refused,
    RetryLater,
    ServiceError,
    SignInRefused,
)

ALBUM = "album:302127"
CALLBACK = "https://presave.label.example/connect/deezer/callback"
PERMISSIONS = {"permissions": {"basic_access": True, "offline_access": True, "manage_library": True, "email": False}}


def connector_at(url: str) -> Deezer:
    return Deezer(
        ServiceSettings(
            is_on=True,
            credentials={"DEEZER_APP_ID": "123456", "DEEZER_SECRET": "the-secret"},
            urls={"DEEZER_CONNECT_URL": f"{url}/connect", "DEEZER_API_URL": f"{url}/api"},
            choices={},
            calls_per_second=1000,
        )
    )


@pytest.fixture
def deezer(service: ScriptedService) -> Iterator[Deezer]:
    connector = connector_at(service.url)
    yield connector
    connector.close()


def error(code: int, kind: str = "Exception") -> dict[str, object]:
    return {"error": {"type": kind, "message": "Something about it.", "code": code}}


def finish(deezer: Deezer, **answer: str) -> SignIn:
    return deezer.finish_sign_in({"code": "the-code", "state": "s"} | answer, secret="", redirect_uri=CALLBACK)


class TestSigningIn:
    def test_the_fan_is_sent_with_perms_and_state(self, deezer: Deezer, service: ScriptedService) -> None:
        start = deezer.begin_sign_in(redirect_uri=CALLBACK, state="s", code_verifier="v", scopes=deezer.scopes)
        parts = urlsplit(start.url)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{service.url}/connect/oauth/auth.php"
        assert parse_qs(parts.query) == {
            "app_id": ["123456"],
            "redirect_uri": [CALLBACK],
            "perms": ["basic_access,offline_access,manage_library"],
            "state": ["s"],
        }

    @pytest.mark.parametrize(
        "body", ["access_token=fr-token&expires=0", '{"access_token": "fr-token", "expires": 0}'], ids=["text", "json"]
    )
    def test_a_token_comes_as_text_or_json(self, body: str, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, body)
        service.answers(200, PERMISSIONS)
        service.answers(200, {"id": 42, "name": "Ida"})
        signed_in = finish(deezer)
        assert signed_in.account_id == "42"
        assert signed_in.tokens.access_token == "fr-token"
        assert signed_in.tokens.refresh_token is None
        assert signed_in.tokens.expires_in_seconds == NEVER_ENDS_SECONDS
        assert set(signed_in.tokens.scopes) == set(deezer.scopes)

    def test_the_secret_stands_in_no_address(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, "access_token=fr-token&expires=3600")
        service.answers(200, PERMISSIONS)
        service.answers(200, {"id": 42})
        assert finish(deezer).tokens.expires_in_seconds == 3600
        asked = service.asked[0]
        assert (asked.method, asked.path, asked.query) == ("POST", "/connect/oauth/access_token.php", {})
        assert asked.form == {"app_id": "123456", "secret": "the-secret", "code": "the-code", "output": "json"}

    def test_what_was_not_granted_is_not_said_to_be(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, "access_token=fr-token&expires=0")
        service.answers(200, {"permissions": {"basic_access": True, "manage_library": False}})
        service.answers(200, {"id": 42})
        assert finish(deezer).tokens.scopes == ("basic_access",)

    @pytest.mark.parametrize(
        "body",
        [
            "wrong code",
            "",
            "<html>",
            "{}",
            '{"access_token": ""}',
            "expires=0",
            "[1]",
            '{"access_token": "t", "expires": "\\u00b2"}',
        ],
    )
    def test_a_body_without_a_token_is_no_sign_in(self, body: str, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, body)
        with pytest.raises(RetryLater):
            finish(deezer)
        assert len(service.asked) == 1

    def test_a_refusal_is_the_fans_own(self, deezer: Deezer, service: ScriptedService) -> None:
        with pytest.raises(SignInRefused):
            deezer.finish_sign_in({"error_reason": "user_denied"}, secret="", redirect_uri=CALLBACK)
        assert service.asked == []


class TestAdding:
    def test_true_is_added(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, "true")
        assert deezer.add("fr-token", ALBUM) is Outcome.ADDED
        asked = service.asked[0]
        assert (asked.method, asked.path) == ("POST", "/api/user/me/albums")
        assert asked.query == {"album_id": "302127", "access_token": "fr-token"}

    def test_a_track_is_a_track(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, "true")
        deezer.add("fr-token", "track:3135556")
        assert service.asked[0].path == "/api/user/me/tracks"
        assert service.asked[0].query["track_id"] == "3135556"

    def test_false_is_looked_into(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, "false")
        service.answers(200, {"data": [{"id": 302127}], "total": 1})
        assert deezer.add("fr-token", ALBUM) is Outcome.ALREADY_THERE

    def test_false_and_not_there_is_tried_again(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, "false")
        service.answers(200, {"data": [], "total": 0})
        with pytest.raises(RetryLater, match="not_taken"):
            deezer.add("fr-token", ALBUM)

    @pytest.mark.parametrize(
        ("code", "fault", "reason"),
        [
            (4, RetryLater, "rate_limited"),
            (100, Refused, "library_full"),
            (200, NeedsReauth, "scope_missing"),
            (300, NeedsReauth, "grant_revoked"),
            (500, Refused, "error_500"),
            (501, Refused, "error_501"),
            (600, Refused, "error_600"),
            (700, RetryLater, "service_busy"),
            (800, NotYetAvailable, "not_in_catalogue"),
            (901, NotEntitled, "account_not_allowed"),
        ],
    )
    def test_an_error_in_a_200_is_an_error(
        self, code: int, fault: type[ServiceError], reason: str, deezer: Deezer, service: ScriptedService
    ) -> None:
        service.answers(200, error(code))
        with pytest.raises(fault) as raised:
            deezer.add("fr-token", ALBUM)
        assert type(raised.value) is fault
        assert raised.value.reason == reason

    def test_the_quota_pauses_everybody_for_its_window(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, error(4))
        with pytest.raises(RetryLater) as raised:
            deezer.contains("fr-token", ALBUM)
        assert raised.value.pause_seconds == 5.0

    @pytest.mark.parametrize("body", ["", "null", "1", "{}", "[]", "tru", "<html>true</html>", '{"error": "x"}'])
    def test_anything_else_is_no_success(self, body: str, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, body)
        with pytest.raises(RetryLater, match="answer_unreadable"):
            deezer.add("fr-token", ALBUM)

    @pytest.mark.parametrize(
        ("status", "fault"),
        [
            (302, RetryLater),
            (403, AppBlocked),
            (404, NotYetAvailable),
            (418, Refused),
            (429, RetryLater),
            (502, RetryLater),
            (503, RetryLater),
            (504, RetryLater),
        ],
    )
    def test_errors_of_http(
        self, status: int, fault: type[ServiceError], deezer: Deezer, service: ScriptedService
    ) -> None:
        service.answers(status, "<html>")
        with pytest.raises(fault):
            deezer.add("fr-token", ALBUM)


class TestLooking:
    def test_all_pages_are_looked_through(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, {"data": [{"id": 1}], "total": 2, "next": "https://elsewhere.example/"})
        service.answers(200, {"data": [{"id": 302127}], "total": 2})
        assert deezer.contains("fr-token", ALBUM)
        assert [asked.query["index"] for asked in service.asked] == ["0", "1"]

    def test_a_library_without_an_end_is_left(self, deezer: Deezer, service: ScriptedService) -> None:
        for number in range(31):
            service.answers(200, {"data": [{"id": number}], "next": "https://elsewhere.example/"})
        assert not deezer.contains("fr-token", ALBUM)
        assert len(service.asked) == 30

    def test_an_empty_page_is_the_last(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, {"data": [], "next": "https://elsewhere.example/"})
        assert not deezer.contains("fr-token", ALBUM)

    def test_what_is_not_there_is_not_there(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, {"data": [{"id": 1}], "total": 1})
        assert not deezer.contains("fr-token", ALBUM)

    @pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {}}])
    def test_an_answer_without_a_list_says_nothing(
        self, body: dict[str, object], deezer: Deezer, service: ScriptedService
    ) -> None:
        service.answers(200, body)
        with pytest.raises(RetryLater):
            deezer.contains("fr-token", ALBUM)


FOUND = {
    "id": 302127,
    "upc": "602445868162",
    "title": "Night Drive",
    "release_date": "2026-01-02",
    "available": True,
    "artist": {"id": 27, "name": "Alba Voss"},
}


class TestFinding:
    def test_by_upc(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, FOUND)
        found = deezer.find_release(ref=None, upc="00602445868162")
        assert found is not None
        assert (found.ref, found.title, found.artist, found.artist_ref) == (ALBUM, "Night Drive", "Alba Voss", "27")
        assert service.asked[0].path == "/api/album/upc:602445868162"
        assert service.asked[0].query == {}

    def test_another_upc_is_another_release(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, FOUND | {"upc": "602445868179"})
        assert deezer.find_release(ref=None, upc="00602445868162") is None

    def test_no_data_is_not_yet(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, error(800, "DataException"))
        assert deezer.find_release(ref=ALBUM, upc=None) is None

    @pytest.mark.parametrize(
        ("days", "available", "is_there"),
        [
            (3, True, False),
            (3, False, False),
            (0, True, True),
            (0, False, False),
            (-3, True, True),
            # Long out, and not available where we ask from: the fan may well be elsewhere.
            (-3, False, True),
        ],
    )
    def test_what_is_listed_ahead_is_not_yet(
        self, days: int, available: bool, is_there: bool, deezer: Deezer, service: ScriptedService
    ) -> None:
        day = (clock.now() + timedelta(days=days)).date()
        service.answers(200, FOUND | {"release_date": day.isoformat(), "available": available})
        assert (deezer.find_release(ref=ALBUM, upc=None) is not None) is is_there

    def test_a_day_that_is_not_told_leaves_what_is_available(self, deezer: Deezer, service: ScriptedService) -> None:
        for available in (True, False):
            service.answers(200, FOUND | {"release_date": "0000-00-00", "available": available})
        assert deezer.find_release(ref=ALBUM, upc=None) is not None
        assert deezer.find_release(ref=ALBUM, upc=None) is None

    def test_a_track_is_asked_for_as_one(self, deezer: Deezer, service: ScriptedService) -> None:
        service.answers(200, {"id": 3135556, "title": "Night Drive", "artist": {"id": 27, "name": "Alba Voss"}})
        found = deezer.find_release(ref="track:3135556", upc="00602445868162")
        assert found is not None
        assert (found.ref, found.upc) == ("track:3135556", None)
        assert service.asked[0].path == "/api/track/3135556"


def test_following_is_one_call(deezer: Deezer, service: ScriptedService) -> None:
    service.answers(200, "true")
    deezer.do_extra("fr-token", Extra.FOLLOW_ARTIST, "27")
    assert (service.asked[0].path, service.asked[0].query["artist_id"]) == ("/api/user/me/artists", "27")


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("302127", ALBUM),
        ("https://www.deezer.com/album/302127", ALBUM),
        ("https://www.deezer.com/de/album/302127?utm_source=x", ALBUM),
        ("deezer.com/track/3135556", "track:3135556"),
        ("https://www.deezer.com/artist/27", None),
        ("https://link.deezer.com/s/abc", None),
        ("https://evil.example/album/302127", None),
        ("https://www.deezer.com/album/\u0663\u0664", None),
        ("", None),
    ],
)
def test_pasted_links(text: str, ref: str | None, deezer: Deezer) -> None:
    assert deezer.parse_ref(text) == ref


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("27", "27"),
        ("https://www.deezer.com/en/artist/27?utm_source=x", "27"),
        ("https://www.deezer.com/album/302127", None),
        ("https://evil.example/artist/27", None),
    ],
)
def test_pasted_artists(text: str, ref: str | None, deezer: Deezer) -> None:
    assert deezer.parse_artist_ref(text) == ref


def test_a_broken_connection_tells_no_token() -> None:
    """The token stands in the address, and the words of a connection that broke hold the address."""
    deezer = connector_at("http://127.0.0.1:9")
    # By another name, for a traceback holds the lines of this file.
    token = "-".join(("fr", "token"))
    with pytest.raises(RetryLater, match="connection_lost") as raised:
        deezer.add(token, ALBUM)
    deezer.close()
    assert token not in "".join(traceback.format_exception(raised.value))
